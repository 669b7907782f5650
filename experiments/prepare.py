"""From documents to padded ids, for one embedding."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

import embedlab
from embedlab.base import OpenVocabulary
from embedlab.text import Vocabulary, spellings
from experiments.config import Text
from experiments.corpus import Corpus

_LEAST = 256  # rows for unknown words, however few there are


@dataclasses.dataclass(frozen=True, eq=False)
class Encoded:
    """Documents as an embedding reads them.

    Attributes:
        ids: int32 [rows, length], padded.
        lengths: int32 [rows], how many of them are real.
        buffers: the embedding's buffers for these ids.
    """

    ids: np.ndarray
    lengths: np.ndarray
    buffers: dict[str, np.ndarray]

    def rows(self, rows: np.ndarray) -> Encoded:
        """The documents of these row numbers."""
        return Encoded(self.ids[rows], self.lengths[rows], self.buffers)


def vocabulary_for(spec: embedlab.Embedding, counts: Mapping[str, int], text: Text) -> Vocabulary:
    """The most frequent words of the training documents, as many as the embedding has ids for."""
    limit: int | None = getattr(spec, "vocabulary", None)
    return Vocabulary.of_counts(counts, min_count=text.min_count, max_size=limit)


def encode(
    spec: embedlab.Embedding, vocabulary: Vocabulary, corpus: Corpus, length: int | None = None
) -> Encoded:
    """Documents → ids of one padded length.

    An embedding that reads spellings gets an id for every word, known or not; any other reads unknown
    words as the out-of-vocabulary id.

    Args:
        spec: the embedding.
        vocabulary: its words.
        corpus: the documents.
        length: of all of them; None for that of the longest.
    """
    numbers, buffers = _numbering(spec, vocabulary, corpus.words)
    lengths = corpus.lengths.astype(np.int32)
    ids = np.zeros((len(corpus), max(1, int(lengths.max(initial=0)) if length is None else length)), np.int32)
    ids[np.arange(ids.shape[1]) < lengths[:, None]] = numbers[corpus.tokens]
    return Encoded(ids, lengths, buffers)


def _numbering(
    spec: Any, vocabulary: Vocabulary, words: Sequence[str]
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The id of each word of a corpus, int32 [words]; and the buffers for these ids."""
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
