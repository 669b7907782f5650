"""A whole fastText model: its dictionary, its table of words and n-grams, and what it predicts with."""

from __future__ import annotations

import dataclasses
import mmap
import struct
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from jaxtyping import Float32, Int64

from embedlab.base import ABSENT, Variables
from embedlab.subword import Subword
from embedlab.text.ngrams import END_OF_SENTENCE, fasttext_hash, ngram_rows
from embedlab.vectors.reading.errors import Damaged
from embedlab.vectors.reading.options import Options
from embedlab.vectors.reading.sniff import FASTTEXT
from embedlab.vectors.reading.source import Source
from embedlab.vectors.reading.table import Table, among
from embedlab.vectors.store import Vectors

_VERSIONS = (11, 12)
_MODELS = {1: "cbow", 2: "skipgram", 3: "supervised"}
_LOSSES = {1: "hierarchical-softmax", 2: "negative-sampling", 3: "softmax", 4: "one-vs-all"}
_LONGEST = 1 << 16  # bytes of a word
_ENTRY = 10  # bytes that an entry of the dictionary has at least
_WORDS = 1 << 12  # whose vectors are made at a time


@dataclasses.dataclass(frozen=True)
class Settings:
    """What a model was trained with, by fastText's names.

    Attributes:
        dim: width of a vector.
        window: words to each side, at most.
        epoch: passes over the text.
        min_count: times that a word occurs, at least.
        negatives: words drawn against each real one.
        word_ngrams: words that are taken together, at most.
        loss: what is minimised.
        model: `cbow`, `skipgram` or `supervised`.
        buckets: rows for n-grams.
        minn: characters of the shortest n-gram.
        maxn: of the longest; 0 for none.
        rate_every: tokens between two updates of the rate.
        sample: threshold of subsampling.

    Source: fastText 0.9.3, Args.
    """

    dim: int
    window: int
    epoch: int
    min_count: int
    negatives: int
    word_ngrams: int
    loss: Literal["hierarchical-softmax", "negative-sampling", "softmax", "one-vs-all"]
    model: Literal["cbow", "skipgram", "supervised"]
    buckets: int
    minn: int
    maxn: int
    rate_every: int
    sample: float


@dataclasses.dataclass(frozen=True, eq=False)
class FastText:
    """A model of fastText, as it lies in a `.bin` file.

    Attributes:
        settings: what it was trained with.
        words: the words, as they are in the file: UTF-8, if nothing is wrong.
        counts: int64 [words], how often each was in the text.
        labels: of a supervised model, the labels.
        label_counts: int64 [labels].
        tokens: words of the text it was trained on.
        table: float32 [words + buckets, dim], the rows of words and of n-grams behind them.
        output: float32 [labels or words, dim], what its loss compares with.

    Source: Bojanowski et al. 2017; the file format is that of fastText 0.9.3, versions 11 and 12, and of the
    versions before there was a number.
    """

    settings: Settings
    words: list[bytes]
    counts: Int64[np.ndarray, " words"]
    labels: list[bytes]
    label_counts: Int64[np.ndarray, " labels"]
    tokens: int
    table: Float32[np.ndarray, "rows dim"]
    output: Float32[np.ndarray, "outputs dim"]

    @property
    def spec(self) -> Subword:
        """The embedding that it is: `Subword`, with a row a word and its buckets.

        Raises:
            ValueError: it has no n-grams; it is a `Dense` of `table` then.
        """
        s = self.settings
        return Subword(len(self.words), s.dim, s.buckets, max(s.minn, 1), s.maxn)

    def variables(self) -> Variables:
        """The arrays of `spec`, copied from the file: they may be trained on.

        Raises:
            ValueError: a word is no UTF-8, or there are no n-grams.
        """
        spec = self.spec
        buffers = spec.word_buffers([word.decode() for word in self.words])
        return Variables({"table": np.array(self.table)}, buffers=dict(buffers))

    def vector(self, word: str) -> Float32[np.ndarray, " dim"]:
        """The vector of any word, one that the model never saw too: the mean of its rows.

        Args:
            word: of the dictionary, or another one, which has its n-grams alone.

        Returns:
            float32 [dim]; zeros where a word has no row at all.
        """
        raw = word.encode()
        row = self._rows.get(raw)
        return self._means([raw], np.array([ABSENT if row is None else row]))[0]

    def vectors(self, options: Options | None = None) -> Vectors:
        """The vectors of all words of the dictionary: each the mean of its own row and its n-grams'.

        Args:
            options: what to do with what is not as it should be; None for its defaults.

        Returns:
            float [words, dim].

        Raises:
            ValueError: as `read` does.
        """
        s, options = self.settings, options or Options()
        if options.dim not in (None, s.dim):
            raise Damaged(f"it has dim {s.dim}, not {options.dim}; leave dim out, or give the right file")
        if options.expected_rows not in (None, len(self.words)):
            raise Damaged(f"it holds {len(self.words):,} words; expected_rows={options.expected_rows:,}")
        table = Table("fasttext-bin", s.dim, options)
        stop = len(self.words) if options.limit is None else min(options.limit, len(self.words))
        for first in range(0, stop, _WORDS):
            raw = self.words[first : min(first + _WORDS, stop)]

            def where(i: int, first: int = first) -> str:
                return f"word number {first + i + 1}"

            decoded, kept = table.wanted(raw, where)
            chosen = np.flatnonzero(kept)
            means = self._means([raw[i] for i in chosen.tolist()], first + chosen)
            table.add(decoded, means, among(where, chosen))
        return table.finished()

    @property
    def _rows(self) -> dict[bytes, int]:
        found = self.__dict__.get("_row_of")
        if found is None:
            found = {word: i for i, word in enumerate(self.words)}
            self.__dict__["_row_of"] = found
        return found

    def _means(self, words: list[bytes], own: np.ndarray) -> Float32[np.ndarray, "words dim"]:
        """The means of words' rows: own ones, where they are not ABSENT, and n-grams'."""
        rows = np.concatenate([np.asarray(own, np.int64)[:, None], self._ngrams(words)], 1)
        real = rows != ABSENT
        total = np.zeros((len(words), self.settings.dim), np.float32)
        for column, there in zip(rows.T, real.T, strict=True):  # a column at a time: no [words, k, dim]
            total[there] += self.table[column[there]]
        return total / np.maximum(real.sum(1, keepdims=True), 1).astype(np.float32)

    def _ngrams(self, words: list[bytes]) -> Int64[np.ndarray, "words k"]:
        """Rows of the table, `ABSENT` behind the last."""
        s = self.settings
        if s.maxn == 0 or s.buckets == 0:
            return np.empty((len(words), 0), np.int64)
        try:
            rows = ngram_rows([w.decode() for w in words], buckets=s.buckets, minn=s.minn, maxn=s.maxn)
        except UnicodeDecodeError:
            each = [[fasttext_hash(g) % s.buckets for g in _pieces(w, s.minn, s.maxn)] for w in words]
            rows = np.full((len(words), max(map(len, each))), ABSENT, np.int32)
            for row, found in zip(rows, each, strict=True):
                row[: len(found)] = found
        return np.where(rows == ABSENT, np.int64(ABSENT), rows.astype(np.int64) + len(self.words))


def _pieces(word: bytes, minn: int, maxn: int) -> Iterator[bytes]:
    """`text.ngrams` of bytes that need not be UTF-8: a character begins wherever none goes on."""
    if word == END_OF_SENTENCE.encode():
        return
    wrapped = b"<" + word + b">"
    begins = [i for i, byte in enumerate(wrapped) if byte & 0xC0 != 0x80]
    ends = [*begins[1:], len(wrapped)]
    for first in range(len(begins)):
        for n in range(max(minn, 1), min(maxn, len(begins) - first) + 1):
            if not (n == 1 and first in (0, len(begins) - 1)):
                yield wrapped[begins[first] : ends[first + n - 1]]


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
    return FastText(
        settings, names[:words], counts[:words], names[words:], counts[words:], tokens, table, output
    )


_QUANTISED = (
    "it is quantised (.ftz), which can't be read here: its vectors are codes, not numbers. Take the model "
    "that it was made of"
)


def _bytes(source: Source) -> bytes | mmap.mmap:
    if source.file is None:
        return source.rest()
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
    if dim < 1 or buckets < 0 or not minn >= 0 or not 0 <= maxn < 1 << 16:
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
