"""A table as NumPy's `.npy`, its words in a file beside it."""

from __future__ import annotations

from pathlib import Path
from typing import IO, cast

import numpy as np

from embedlab.npy import npy_header
from embedlab.vectors.reading.errors import Damaged
from embedlab.vectors.reading.options import Options
from embedlab.vectors.reading.source import Source
from embedlab.vectors.reading.table import Table, among
from embedlab.vectors.reading.words import beside, read_words
from embedlab.vectors.store import Vectors

_ROWS = 1 << 14  # taken at a time


def read_npy(source: Source, options: Options, vocabulary: Path | None) -> Vectors:
    """Reads a `.npy` of float [words, dim]; pickled objects in one are refused, and not looked into.

    Raises:
        Damaged: it is not that, or the words are not as many as the rows.
    """
    file = source.file
    if file is None:
        raise Damaged("a compressed .npy can't be read in parts; unpack it first")
    matrix = _matrix(file)
    words = read_words(vocabulary or beside(file))
    return from_array(matrix, words, "npy", options)


def from_array(matrix: np.ndarray, words: list[bytes], format: str, options: Options) -> Vectors:
    """The table of an array that lies in a file, and of its words; taken in parts, those that are wanted.

    Args:
        matrix: of any float type [words, dim]; not in memory, best.
        words: one a row, UTF-8.
        format: for the report.
        options: as of `read`.

    Raises:
        Damaged: as many words as rows there are not, or other numbers than were expected.
    """
    rows, dim = matrix.shape
    if len(words) != rows:
        raise Damaged(f"it has {rows:,} rows, and its words are {len(words):,}; give the words of this table")
    if options.dim not in (None, dim):
        raise Damaged(f"it has dim {dim}, not {options.dim}; leave dim out, or give the right file")
    if options.expected_rows not in (None, rows):
        raise Damaged(f"it holds {rows:,} words; expected_rows={options.expected_rows:,}")
    table = Table(format, dim, options)
    stop = rows if options.limit is None else min(rows, options.limit)
    for first in range(0, stop, _ROWS):
        last = min(first + _ROWS, stop)

        def where(i: int, first: int = first) -> str:
            return f"row {first + i}"

        decoded, kept = table.wanted(words[first:last], where)
        chosen = np.flatnonzero(kept)
        part = np.asarray(matrix[first:last])[kept]
        table.add(decoded, part, among(where, chosen))
    return table.finished()


def _matrix(file: Path) -> np.ndarray:
    with open(file, "rb") as opened:
        shape, dtype = _header(opened)
        size = file.stat().st_size
    if len(shape) != 2 or not np.issubdtype(dtype, np.floating) or 0 in shape:
        raise Damaged(f"it holds {dtype} {shape}; float [words, dim] is expected")
    try:
        matrix = np.load(file, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise Damaged(f"it can't be read ({error})") from None
    trailing = size - matrix.offset - matrix.nbytes
    if trailing:
        raise Damaged(f"behind its {matrix.nbytes:,} bytes of numbers stand {trailing:,} more")
    return cast(np.ndarray, matrix)


def _header(opened: IO[bytes]) -> tuple[tuple[int, ...], np.dtype]:
    try:
        return npy_header(opened)  # type: ignore[arg-type]
    except ValueError as error:
        raise Damaged(f"{error}; save a plain array of floats, with numpy.save") from None
