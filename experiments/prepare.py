"""From documents to padded ids, for one embedding."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

import embedlab
from embedlab.base import OpenVocabulary
from embedlab.text import Tokenise, Vocabulary, pad, spellings
from experiments.config import Text

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


def tokenise(texts: Sequence[str], text: Text) -> list[list[str]]:
    """Texts → tokens, each document cut to `text.max_length`."""
    split = Tokenise(lower=text.lower)
    if not text.words_only:
        return [split(document)[: text.max_length] for document in texts]
    parted = (split(document.replace("_", " ")) for document in texts)
    return [[token for token in tokens if token[0].isalnum()][: text.max_length] for tokens in parted]


def vocabulary_for(spec: embedlab.Embedding, documents: Sequence[Sequence[str]], text: Text) -> Vocabulary:
    """The most frequent words of the training documents, as many as the embedding has ids for."""
    limit: int | None = getattr(spec, "vocabulary", None)
    return Vocabulary.build(documents, min_count=text.min_count, max_size=limit)


def encode(
    spec: embedlab.Embedding, vocabulary: Vocabulary, documents: Sequence[Sequence[str]], text: Text
) -> Encoded:
    """Tokens → ids of one padded length.

    An embedding that reads spellings gets an id for every word, known or not; any other reads unknown
    words as the out-of-vocabulary id.
    """
    if isinstance(spec, OpenVocabulary):
        return _encode_open(spec, vocabulary, documents, text)
    ids, lengths = pad(vocabulary.encode_all(documents), length=text.max_length)
    return Encoded(ids, lengths, {})


def _encode_open(
    spec: Any, vocabulary: Vocabulary, documents: Sequence[Sequence[str]], text: Text
) -> Encoded:
    known = known_words(spec, vocabulary)
    unknown = sorted({word for document in documents for word in document if word not in vocabulary})
    new = {word: len(known) + place for place, word in enumerate(unknown)}
    coded = [
        np.array([new[word] if word in new else vocabulary.id(word) for word in document], np.int32)
        for document in documents
    ]
    ids, lengths = pad(coded, length=text.max_length)
    # Rows to spare, up to a power of two: else a model would be compiled anew for every number of words.
    spare = [""] * (max(_LEAST, 1 << (len(unknown) - 1).bit_length()) - len(unknown))
    return Encoded(ids, lengths, spec.word_buffers([*known, *unknown, *spare]))


def known_words(spec: Any, vocabulary: Vocabulary) -> list[str]:
    """The word of each of the embedding's own ids; empty where there is none (padding, spare rows)."""
    spare = max(0, (getattr(spec, "vocabulary", None) or 0) - len(vocabulary))
    return [*spellings(vocabulary), *[""] * spare]


def own_buffers(spec: embedlab.Embedding, vocabulary: Vocabulary) -> dict[str, np.ndarray]:
    """The buffers of the vocabulary alone: what a stored model holds, and what its bytes are counted on."""
    if isinstance(spec, OpenVocabulary):
        return spec.word_buffers(known_words(spec, vocabulary))
    return {}
