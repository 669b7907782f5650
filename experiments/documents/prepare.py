"""From documents to padded ids, for one embedding."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Int32, Integer

import embedlab
from embedlab.base import OpenVocabulary
from embedlab.text import Vocabulary, spellings
from experiments.config import Text
from experiments.documents.corpus import Corpus

_LEAST = 256  # rows for unknown words, however few there are


@dataclasses.dataclass(frozen=True, eq=False)
class Encoded:
    """Documents as an embedding reads them.

    Attributes:
        ids: int32 [rows, width], padded at the end; of pairs of texts [rows, width, 2].
        lengths: int32 [rows], how many of them are real; of pairs [rows, 2].
        buffers: the embedding's buffers for these ids.
    """

    ids: Int32[np.ndarray, "rows ..."]
    lengths: Int32[np.ndarray, "rows ..."]
    buffers: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def width(self) -> int:
        """To how many ids a document is padded."""
        return self.ids.shape[1]

    @property
    def longest(self) -> Int32[np.ndarray, " rows"]:
        """How many ids of each document are real; of a pair, of the longer one."""
        return self.lengths if self.lengths.ndim == 1 else self.lengths.max(1)

    def rows(self, rows: np.ndarray) -> Encoded:
        """The documents of these row numbers."""
        return Encoded(*self.take(rows), self.buffers)

    def take(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Ids and lengths of some documents."""
        return self.ids[rows], self.lengths[rows]


@dataclasses.dataclass(frozen=True, eq=False)
class Unread:
    """As `Encoded`, of a corpus that may be larger than memory: read, and padded, when they are asked for.

    Attributes:
        corpus: where they lie.
        numbers: int32 [words], the id of each word of the corpus.
        places: int [rows], which documents of the corpus they are.
        buffers: the embedding's.
        width: columns.
        once: whether each id is read once a document.
    """

    corpus: Corpus
    numbers: Int32[np.ndarray, " words"]
    places: Integer[np.ndarray, " rows"]
    buffers: dict[str, np.ndarray]
    width: int
    once: bool = False

    @functools.cached_property
    def longest(self) -> Int32[np.ndarray, " rows"]:
        """How many ids of each document are real, repeated ones among them; of a pair, of the longer one."""
        return self.corpus.longest[self.places].astype(np.int32)

    def __len__(self) -> int:
        return len(self.places)

    def rows(self, rows: np.ndarray) -> Unread:
        """The documents of these row numbers."""
        return dataclasses.replace(self, places=self.places[rows])

    def take(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Ids int32 [rows, width] and lengths int32 [rows] of some documents; of pairs of both texts."""
        places, firsts = self.places[rows], self.corpus.firsts
        lengths = self.corpus.lengths_of(places).astype(np.int32)[:, None]
        if firsts is not None:
            first = firsts[places].astype(np.int32)[:, None]
            lengths = np.concatenate([first, lengths - first], 1)
        ids = np.zeros((*lengths.shape, self.width), np.int32)
        # Row after row, and in a pair one text after the other: as the words lie in the corpus.
        ids[np.arange(self.width) < lengths[..., None]] = self.numbers[
            self.corpus.tokens[self.corpus.places(places)]
        ]
        if self.once:
            ids, lengths = distinct(ids, lengths)
        if firsts is None:
            return ids[:, 0], lengths[:, 0]
        return np.ascontiguousarray(np.moveaxis(ids, 1, 2)), lengths


def distinct(
    ids: Int32[np.ndarray, "*shape width"], lengths: Int32[np.ndarray, "*shape"]
) -> tuple[Int32[np.ndarray, "*shape width"], Int32[np.ndarray, "*shape"]]:
    """Each id of a document once, in rising order, padded at the end; and how many there are.

    Example:
        >>> ids, lengths = distinct(np.int32([[7, 3, 7, 0], [5, 9, 0, 0]]), np.int32([3, 2]))
        >>> ids.tolist(), lengths.tolist()
        ([[3, 7, 0, 0], [5, 9, 0, 0]], [2, 2])
    """
    beyond = np.iinfo(np.int32).max
    ordered = np.sort(np.where(np.arange(ids.shape[-1]) < lengths[..., None], ids, beyond), -1)
    again = np.zeros(ordered.shape, bool)
    again[..., 1:] = ordered[..., 1:] == ordered[..., :-1]
    ordered = np.sort(np.where(again, beyond, ordered), -1)
    real = ordered < beyond
    return np.where(real, ordered, 0).astype(np.int32), real.sum(-1, dtype=np.int32)


def vocabulary_for(spec: embedlab.Embedding, counts: Mapping[str, int], text: Text) -> Vocabulary:
    """The most frequent words of the training documents, as many as the embedding has ids for."""
    limit: int | None = getattr(spec, "vocabulary", None)
    return Vocabulary.of_counts(counts, min_count=text.min_count, max_size=limit)


def encode(
    spec: embedlab.Embedding,
    vocabulary: Vocabulary,
    corpus: Corpus,
    length: int | None = None,
    once: bool = False,
) -> Unread:
    """Documents → ids of one padded length, each read when it is asked for; `in_memory` reads them all.

    An embedding that reads spellings gets an id for every word, known or not; any other reads unknown
    words as the out-of-vocabulary id.

    Args:
        spec: the embedding.
        vocabulary: its words.
        corpus: the documents.
        length: to which they are padded; None for that of the longest.
        once: whether each id is read once a document.
    """
    numbers, buffers = numbering(spec, vocabulary, corpus.words)
    width = max(1, int(corpus.longest.max(initial=0))) if length is None else length
    return Unread(corpus, numbers, np.arange(len(corpus)), buffers, width, once)


def in_memory(documents: Unread) -> Encoded:
    """The same documents, read and padded once for all."""
    return Encoded(*documents.take(np.arange(len(documents))), documents.buffers)


def numbering(
    spec: Any, vocabulary: Vocabulary, words: Sequence[str]
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The id of each of some distinct words, int32 [words]; and the buffers for these ids.

    Args:
        spec: the embedding.
        vocabulary: its words.
        words: known or not.
    """
    numbers = vocabulary.encode(words)
    if not isinstance(spec, OpenVocabulary):
        return numbers, {}
    known = known_words(spec, vocabulary)
    unknown = sorted(word for word in words if word not in vocabulary)
    new = {word: len(known) + place for place, word in enumerate(unknown)}
    numbers = np.array(
        [new.get(word, number) for word, number in zip(words, numbers.tolist(), strict=True)], np.int32
    )
    # Rows to spare, up to a power of two: else a model would be compiled anew for every number of words.
    spare = [""] * (max(_LEAST, 1 << (len(unknown) - 1).bit_length()) - len(unknown))
    return numbers, spec.word_buffers([*known, *unknown, *spare])


def known_words(spec: Any, vocabulary: Vocabulary) -> list[str]:
    """The word of each of the embedding's own ids; empty where there is none (padding, spare rows)."""
    spare = max(0, (getattr(spec, "vocabulary", None) or 0) - len(vocabulary))
    return [*spellings(vocabulary), *[""] * spare]


def own_buffers(spec: embedlab.Embedding, vocabulary: Vocabulary) -> dict[str, np.ndarray]:
    """The buffers of the vocabulary alone: what a stored model holds, and what its bytes are counted on."""
    if isinstance(spec, OpenVocabulary):
        return spec.word_buffers(known_words(spec, vocabulary))
    return {}
