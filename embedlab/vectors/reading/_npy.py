"""A table as NumPy's `.npy`, its words in a file beside it."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from jaxtyping import Float, Shaped

from embedlab.npy import npy_header
from embedlab.vectors.reading._errors import Damaged
from embedlab.vectors.reading._options import Options
from embedlab.vectors.reading._source import Source
from embedlab.vectors.reading._table import Table, among
from embedlab.vectors.reading._words import beside, read_words
from embedlab.vectors.store import Vectors

_ROWS = 1 << 14  # taken at a time


class Scaled:
    """A table of whole numbers, each row with a scale that it is to be multiplied by; made where it is read.

    Args:
        steps: of any type [words, dim].
        scales: float [words].

    Example:
        >>> Scaled(np.int8([[127, -2]]), np.float32([0.5]))[0:1]
        array([[63.5, -1. ]], dtype=float32)

    Source: none.
    """

    def __init__(self, steps: Shaped[np.ndarray, "words dim"], scales: Float[np.ndarray, " words"]) -> None:
        self._steps, self._scales = steps, scales

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and dim."""
        rows, dim = self._steps.shape
        return rows, dim

    def __getitem__(self, rows: slice) -> Any:
        steps, scales = np.asarray(self._steps[rows]), self._scales[rows, None].astype(np.float32, copy=False)
        with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is told of by word
            return steps.astype(np.float32) * scales


def scale_path(path: Path) -> Path:
    """Where the scales of an int8 table lie: `NAME.scale.npy`.

    Args:
        path: of the table.

    Returns:
        A path beside it.

    Example:
        >>> scale_path(Path("a.npy")).name
        'a.scale.npy'

    Source: none.
    """
    return path.with_name(f"{path.stem}.scale.npy")


def read_npy(source: Source, options: Options, vocabulary: Path | None) -> Vectors:
    """Reads a `.npy` of float [words, dim]; pickled objects in one are refused, and not looked into.

    Raises:
        Damaged: it is not that, or the words are not as many as the rows.
    """
    file = source.file
    if file is None:
        raise Damaged("a compressed .npy can't be read in parts; unpack it first")
    matrix = _table(file)
    words = read_words(vocabulary or beside(file))
    return from_array(matrix, words, "npy", options)


def from_array(matrix: np.ndarray | Scaled, words: list[bytes], format: str, options: Options) -> Vectors:
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
    options.require_stated(rows, dim)
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


def _table(file: Path) -> np.ndarray | Scaled:
    """A table of floats, or one of int8 that has its scales beside it."""
    matrix, expected = _array(file), "float [words, dim] is expected"
    shown = f"it holds {matrix.dtype} {matrix.shape}"
    if matrix.ndim != 2:
        raise Damaged(f"{shown}; {expected}")
    if np.issubdtype(matrix.dtype, np.floating):
        return matrix
    path = scale_path(file)
    if matrix.dtype != np.int8 or not path.is_file():
        raise Damaged(f"{shown}; {expected}, or int8 with its scales beside it, in {path.name}")
    scales = _array(path)
    if scales.shape != matrix.shape[:1] or not np.issubdtype(scales.dtype, np.floating):
        raise Damaged(f"{path.name} holds {scales.dtype} {scales.shape}; float ({len(matrix)},) is expected")
    return Scaled(matrix, np.asarray(scales))


def _array(file: Path) -> np.ndarray:
    """A plain array in a file, left there."""
    with open(file, "rb") as opened:
        shape, dtype = _header(opened)
        size = file.stat().st_size
    if 0 in shape:
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
