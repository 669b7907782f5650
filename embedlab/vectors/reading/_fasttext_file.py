"""The file of a fastText model, taken apart: settings, dictionary, table, output."""

from __future__ import annotations

import mmap
import struct
from typing import Any

import numpy as np

from embedlab.vectors.reading._errors import Damaged
from embedlab.vectors.reading._sniff import FASTTEXT
from embedlab.vectors.reading._source import Source
from embedlab.vectors.reading.fasttext import FastText, Settings

_VERSIONS = (11, 12)
_MODELS = {1: "cbow", 2: "skipgram", 3: "supervised"}
_LOSSES = {1: "hierarchical-softmax", 2: "negative-sampling", 3: "softmax", 4: "one-vs-all"}
_LONGEST = 1 << 16  # bytes of a word
_ENTRY = 10  # bytes that an entry of the dictionary has at least


def read_model(source: Source) -> FastText:
    """Reads a whole model.

    Args:
        source: its bytes. Of a file that is not compressed the tables stay there, and are read where needed.

    Raises:
        Damaged: it is none, quantised, damaged or cut off.
    """
    cursor = _Cursor(_bytes(source))
    old = cursor.peek("<i") != FASTTEXT
    if not old:
        _, version = cursor.take("<2i", "its version")
        if version not in _VERSIONS:
            raise Damaged(f"it is of version {version} of fastText's format; {_VERSIONS} can be read")
    settings = _settings(cursor, None if old else version)
    size, words, labels, tokens = cursor.take("<3iq", "the sizes of its dictionary")
    pruned = -1 if old else cursor.take("<q", "the size of its pruned index")[0]
    if words < 1 or labels < 0 or size != words + labels or tokens < 0:
        raise Damaged(f"its dictionary states {size} entries, {words} words and {labels} labels")
    if pruned > 0:
        raise Damaged(_QUANTISED)
    cursor.require(size * _ENTRY, f"a dictionary of {size:,} entries")
    names, counts = _entries(cursor, words, labels)
    table = _matrix(cursor, old, "table of words and n-grams")
    output = _matrix(cursor, old, "output")
    cursor.require_end()
    _require_fitting(settings, words, labels, table, output)
    found = (settings, names[:words], counts[:words], names[words:], counts[words:], tokens)
    return FastText(*found, table, output, numbered=not old)


_QUANTISED = (
    "it is quantised (.ftz), which can't be read here: its vectors are codes, not numbers. Take the model "
    "that it was made of"
)


def _bytes(source: Source) -> bytes | mmap.mmap:
    if not source.size:  # unknown, or nothing, which can't be mapped
        return source.rest()
    assert source.file is not None
    with open(source.file, "rb") as opened:
        return mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)


class _Cursor:
    """A place in bytes, that goes on with what is taken, and never beyond their end."""

    def __init__(self, data: bytes | mmap.mmap) -> None:
        self._data, self._at = data, 0

    def require(self, count: int, what: str) -> None:
        left = len(self._data) - self._at
        if count > left:
            raise Damaged(f"{what} takes {count:,} bytes at least, and {left:,} are left: it is cut off")

    def peek(self, form: str) -> Any:
        self.require(struct.calcsize(form), "the beginning")
        return struct.unpack_from(form, self._data, self._at)[0]

    def take(self, form: str, what: str) -> tuple[Any, ...]:
        self.require(struct.calcsize(form), what)
        found = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return found

    def entry(self, number: int) -> tuple[bytes, int, int]:
        """A word, its count and its type."""
        end = self._data.find(b"\0", self._at, self._at + _LONGEST)
        if end < 0:
            shown = self._data[self._at : self._at + 20]
            raise Damaged(f"entry {number} of its dictionary, {shown!r}, has no end: bytes were lost before")
        word, self._at = self._data[self._at : end], end + 1
        count, kind = self.take("<qb", f"entry {number} of its dictionary")
        return word, count, kind

    def array(self, rows: int, dim: int, what: str) -> np.ndarray:
        self.require(4 * rows * dim, what)
        found = np.frombuffer(self._data, "<f4", rows * dim, self._at).reshape(rows, dim)
        self._at += found.nbytes
        return found

    def require_end(self) -> None:
        left = len(self._data) - self._at
        if left:
            raise Damaged(f"behind its output stand {left:,} bytes more; its sizes are wrong")


def _settings(cursor: _Cursor, version: int | None) -> Settings:
    dim, window, epoch, least, negatives, ngrams, loss, model, buckets, minn, maxn, rate, sample = (
        cursor.take("<12id", "its settings")
    )
    if loss not in _LOSSES or model not in _MODELS:
        raise Damaged(
            f"its settings name loss {loss} and model {model}; it is no model of fastText, or damaged"
        )
    if dim < 1 or buckets < 0 or minn < 0 or not 0 <= maxn < 1 << 16 or minn > maxn > 0:
        raise Damaged(f"its settings state dim {dim}, {buckets} buckets, n-grams of {minn} to {maxn}")
    if version == 11 and _MODELS[model] == "supervised":
        maxn = 0  # of this version, n-grams of characters were not used
    names: tuple[Any, Any] = (_LOSSES[loss], _MODELS[model])
    before = (dim, window, epoch, least, negatives, ngrams)
    return Settings(*before, *names, buckets, minn, maxn, rate, sample=sample)


def _entries(cursor: _Cursor, words: int, labels: int) -> tuple[list[bytes], np.ndarray]:
    names: list[bytes] = []
    counts = np.empty(words + labels, np.int64)
    for number in range(words + labels):
        name, counts[number], kind = cursor.entry(number + 1)
        if kind != (number >= words):
            raise Damaged(
                f"entry {number + 1} of its dictionary, {name[:20]!r}, is of type {kind}: words (0) come "
                "first, then labels (1)"
            )
        names.append(name)
    if int(counts.min(initial=0)) < 0:
        raise Damaged(f"{names[int(counts.argmin())][:20]!r} has a count of {counts.min()}")
    return names, counts


def _matrix(cursor: _Cursor, old: bool, what: str) -> np.ndarray:
    if not old:
        (quantised,) = cursor.take("<B", f"the type of its {what}")
        if quantised == 1:
            raise Damaged(_QUANTISED)
        if quantised:
            raise Damaged(f"its {what} is of type {quantised}, where 0 (numbers) or 1 (codes) is to stand")
    rows, dim = cursor.take("<2q", f"the shape of its {what}")
    if rows < 0 or dim < 1 or rows > 1 << 40 or dim > 1 << 24:
        raise Damaged(f"its {what} states {rows} rows of {dim} numbers")
    return cursor.array(rows, dim, f"its {what} of {rows:,} × {dim:,} numbers")


def _require_fitting(
    settings: Settings, words: int, labels: int, table: np.ndarray, output: np.ndarray
) -> None:
    """Sizes that are stated more than once are the same."""
    rows = words + settings.buckets
    if table.shape != (rows, settings.dim):
        raise Damaged(
            f"its table is {table.shape}; {words:,} words and {settings.buckets:,} buckets of dim "
            f"{settings.dim} make ({rows}, {settings.dim})"
        )
    outputs = labels if settings.model == "supervised" else words
    if output.shape != (outputs, settings.dim):
        raise Damaged(f"its output is {output.shape}; ({outputs}, {settings.dim}) is expected")
