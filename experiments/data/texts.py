"""Texts that lie on disk: a list to write once and read in order, for sets that do not fit in memory."""

from __future__ import annotations

import itertools
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import overload

import numpy as np

_BLOCK = 2**22  # bytes written or read at a time


class StoredTexts(Sequence[str]):
    """A sequence of strings in a temporary file, which is gone when the process is, however it ends.

    Of each text the memory holds 8 bytes, its place.

    Args:
        folder: where the file lies; on the disk that has room.

    Raises:
        OSError: the disk is full, say.

    Example:
        >>> texts = StoredTexts(Path("."))
        >>> texts.append("a fine film")
        >>> texts.append("¿qué?")
        >>> len(texts), texts[1], list(texts)
        (2, '¿qué?', ['a fine film', '¿qué?'])
    """

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115, it lives as long as the texts do
        self._ends = array("q", [0])
        self._waiting: list[bytes] = []
        self._size = 0

    def append(self, text: str) -> None:
        """Adds a text at the end."""
        raw = text.encode("utf-8", "surrogatepass")
        self._waiting.append(raw)
        self._ends.append(self._ends[-1] + len(raw))
        self._size += len(raw)
        if self._size >= _BLOCK:
            self._flush()

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> list[str]: ...

    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[number] for number in range(len(self))[place]]
        start, end = self._ends[range(len(self))[place]], self._ends[range(len(self))[place] + 1]
        self._flush()
        self._file.seek(start)
        return _text(self._file.read(end - start))

    def __iter__(self) -> Iterator[str]:
        self._flush()
        ends = np.frombuffer(self._ends, np.int64)
        first = 0
        while first < len(ends) - 1:
            last = max(first + 1, int(np.searchsorted(ends, ends[first] + _BLOCK, "right")) - 1)
            self._file.seek(ends[first])
            block = self._file.read(ends[last] - ends[first])
            cuts = (ends[first : last + 1] - ends[first]).tolist()
            yield from (_text(block[start:end]) for start, end in itertools.pairwise(cuts))
            first = last

    def _flush(self) -> None:
        if self._waiting:
            self._file.seek(0, 2)
            self._file.write(b"".join(self._waiting))
            self._file.flush()
            self._waiting, self._size = [], 0


def begun(folder: Path | None) -> list[str] | StoredTexts:
    """What texts are appended to: on disk in this folder, or in memory where it is None."""
    return [] if folder is None else StoredTexts(folder)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogatepass")
