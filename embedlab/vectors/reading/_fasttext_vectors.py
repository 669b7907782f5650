"""Vectors of words by a fastText model: the means of their rows."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float32, Int32

from embedlab.base import ABSENT
from embedlab.text.ngrams import END_OF_SENTENCE, fasttext_hash, ngram_rows
from embedlab.vectors.reading._options import Options
from embedlab.vectors.reading._table import Table, among
from embedlab.vectors.store import Vectors

if TYPE_CHECKING:
    from embedlab.vectors.reading.fasttext import FastText

_WORDS = 1 << 12  # whose vectors are made at a time


def vectors_of(model: FastText, options: Options) -> Vectors:
    """The vectors of the words of the dictionary.

    Raises:
        Damaged: other numbers than were expected, or a word or a vector that is not to be there.
    """
    dim, words = model.settings.dim, model.words
    options.require_stated(len(words), dim)
    table = Table("fasttext-bin", dim, options)
    stop = len(words) if options.limit is None else min(options.limit, len(words))
    for first in range(0, stop, _WORDS):
        raw = words[first : min(first + _WORDS, stop)]

        def where(i: int, first: int = first) -> str:
            return f"word number {first + i + 1}"

        decoded, kept = table.wanted(raw, where)
        chosen = np.flatnonzero(kept)
        found = means(model, [raw[i] for i in chosen.tolist()], first + chosen)
        table.add(decoded, found, among(where, chosen))
    return table.finished()


def means(model: FastText, words: list[bytes], own: np.ndarray) -> Float32[np.ndarray, "words dim"]:
    """The means of words' rows: own ones, where they are not ABSENT, and n-grams'."""
    ngrams = rows_of_ngrams(model, words)
    ngrams = np.where(ngrams == ABSENT, np.int64(ABSENT), ngrams.astype(np.int64) + len(model.words))
    rows = np.concatenate([np.asarray(own, np.int64)[:, None], ngrams], 1)
    real = rows != ABSENT
    total = np.zeros((len(words), model.settings.dim), np.float32)
    total[real.sum(1) == 1] = -0.0  # of one row that very row, also where it holds −0
    for column, there in zip(rows.T, real.T, strict=True):  # a column at a time: no [words, k, dim]
        total[there] += model.table[column[there]]
    return total / np.maximum(real.sum(1, keepdims=True), 1).astype(np.float32)


def rows_of_ngrams(model: FastText, words: list[bytes]) -> Int32[np.ndarray, "words k"]:
    """Of each word the buckets of its n-grams, `ABSENT` behind the last."""
    s = model.settings
    if s.maxn == 0 or s.buckets == 0:
        return np.empty((len(words), 0), np.int32)
    if model.numbered or END_OF_SENTENCE.encode() not in words:
        with contextlib.suppress(UnicodeDecodeError):
            return ngram_rows([w.decode() for w in words], buckets=s.buckets, minn=s.minn, maxn=s.maxn)
    none = END_OF_SENTENCE.encode() if model.numbered else None
    each = [[fasttext_hash(g) % s.buckets for g in pieces(w, s.minn, s.maxn) if w != none] for w in words]
    rows = np.full((len(words), max(map(len, each))), ABSENT, np.int32)
    for row, found in zip(rows, each, strict=True):
        row[: len(found)] = found
    return rows


def pieces(word: bytes, minn: int, maxn: int) -> Iterator[bytes]:
    """`text.ngrams` of bytes that need not be UTF-8: a character begins wherever none goes on.

    The sentence end is a word like others here.
    """
    wrapped = b"<" + word + b">"
    begins = [i for i, byte in enumerate(wrapped) if byte & 0xC0 != 0x80]
    ends = [*begins[1:], len(wrapped)]
    for first in range(len(begins)):
        for n in range(max(minn, 1), min(maxn, len(begins) - first) + 1):
            if not (n == 1 and first in (0, len(begins) - 1)):
                yield wrapped[begins[first] : ends[first + n - 1]]
