"""word2vec's binary format: a line `words dim`, then of each word its bytes, a space and `dim` float32."""

from __future__ import annotations

import numpy as np

from embedlab.native import text
from embedlab.vectors.reading._errors import Damaged
from embedlab.vectors.reading._options import Options
from embedlab.vectors.reading._source import Source
from embedlab.vectors.reading._table import Table, among
from embedlab.vectors.reading._text import header, require_possible
from embedlab.vectors.store import Vectors

_BLOCK = 1 << 22
_HEADER = 64  # bytes that the first line has at most
_WORD = 1 << 16  # and a word
_ITEM = np.dtype("<f4")


def read_binary(source: Source, options: Options) -> Vectors:
    """Reads word2vec's binary format.

    word2vec itself writes a line break after each vector, others do not: what stands behind the first
    vector is expected behind all of them, so that no byte can be lost or too many without notice.

    Raises:
        Damaged: it is not that, or holds another number of words.
    """
    line = source.peek(_HEADER).partition(b"\n")
    stated = header(line[0]) if line[1] else None
    if stated is None:
        raise Damaged(f"its first line {line[0][:40]!r} is no header, two whole numbers: words and dim")
    rows, dim = stated
    behind = None if source.size is None else source.size - len(line[0]) - 1
    require_possible(rows, dim, 4 * dim + 2, behind)  # a letter and a blank before the numbers
    options.require_stated(rows, dim)
    source.read(len(line[0]) + 1)
    table = Table("word2vec-binary", dim, options)
    _Records(source, rows, dim).fill(table)
    return table.finished()


class _Records:
    """The records of a file, one block of bytes after another."""

    def __init__(self, source: Source, rows: int, dim: int) -> None:
        self._source, self._rows, self._width = source, rows, _ITEM.itemsize * dim
        self._data, self._at = b"", 0
        self._number = 0  # of the next record
        self._breaks: bool | None = None  # whether a line break stands behind a vector

    def fill(self, table: Table) -> None:
        """Puts all records into the table, or as many as its limit allows."""
        left = table.left()
        stop = self._rows if left is None else min(self._rows, left)
        while self._number < stop:
            first = self._number
            words, firsts = self._whole(stop)
            if not words:
                self._refill()
                continue

            def where(i: int, first: int = first) -> str:
                return f"word number {first + i + 1}"

            decoded, kept = table.wanted(words, where)
            chosen = np.flatnonzero(kept)
            raw = np.lib.stride_tricks.sliding_window_view(np.frombuffer(self._data, np.uint8), self._width)
            vectors = raw[firsts[chosen]].view(_ITEM)
            table.add(decoded, vectors, among(where, chosen))
        if stop == self._rows:
            self._require_end()

    def _whole(self, stop: int) -> tuple[list[bytes], np.ndarray]:
        """The words of the records that are whole in the present bytes, and where their vectors begin."""
        data, ended = self._data, not self._source.peek(1)
        if self._breaks is None:
            self._breaks = self._begins_with_break(data, ended)
        # Of a record at the file's very end there is no byte behind: it is looked at as if there were one.
        padded = data + b"\n" if ended and not self._breaks else data
        left, gap = stop - self._number, int(bool(self._breaks))
        starts, ends = text.records(padded, self._at, self._width, gap, _WORD, left)
        words = [data[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
        firsts = ends + 1
        self._require_breaks(words, firsts + self._width)
        if len(words):
            self._at = int(firsts[-1]) + self._width + gap
            self._number += len(words)
        return words, firsts

    def _begins_with_break(self, data: bytes, ended: bool) -> bool | None:
        """Whether a line break stands behind the first vector; None while that can't be seen."""
        space = data.find(b" ", self._at, self._at + _WORD)
        behind = data[space + 1 + self._width : space + 2 + self._width]
        return (behind == b"\n" if behind or ended else None) if space >= 0 else None

    def _require_breaks(self, words: list[bytes], ends: np.ndarray) -> None:
        """What stands behind the first vector stands behind all."""
        if self._breaks and len(ends):
            found = np.frombuffer(self._data, np.uint8)[ends]
            odd = np.flatnonzero(found != ord("\n"))
            if len(odd):
                end = int(ends[odd[0]])
                raise self._shifted(int(odd[0]), self._data[end : end + 1], "a line break")
        if b"\n" in b"".join(words):
            i = next(i for i, word in enumerate(words) if b"\n" in word)
            raise self._shifted(i - 1, words[i][:20], "the next word")

    def _shifted(self, i: int, found: bytes, meant: str) -> Damaged:
        return Damaged(
            f"behind the vector of word number {self._number + i + 1} stands {found!r}, where {meant} is to: "
            "bytes were lost or added before. Fetch it again, or name the format if this is text"
        )

    def _refill(self) -> None:
        kept = self._data[self._at :]
        if len(kept) > _WORD and kept.find(b" ", 0, _WORD) < 0:  # more bytes would not help
            raise Damaged(
                f"word number {self._number + 1}, {kept[:20]!r}, has no end within {_WORD:,} bytes: this is "
                "not word2vec's binary format, or bytes were lost before"
            )
        more = self._source.read(max(_BLOCK, self._width))
        if not more:
            raise Damaged(
                f"it ends within word number {self._number + 1} of the {self._rows:,} that its header "
                "states: it is cut off. Fetch it again"
            )
        self._data, self._at = kept + more, 0

    def _require_end(self) -> None:
        rest = self._data[self._at :] + self._source.read(16)
        if rest:
            raise Damaged(f"behind its last vector stand further bytes, {rest[:16]!r}; the header is wrong")
