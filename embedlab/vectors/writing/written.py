"""What was written, and what it cost."""

from __future__ import annotations

import dataclasses
from pathlib import Path


@dataclasses.dataclass(frozen=True)
class Rounding:
    """How far the numbers in a file are from those that it was made of.

    Attributes:
        dtype: the type that they were written in.
        max_error: the greatest |x − x̂|.
        mean_error: the mean of all |x − x̂|.
        mean_cosine: the mean cosine of a vector and its rounded one; rows of zeros are left out, and one
            that became zeros counts 0.

    Example:
        >>> str(Rounding("int8", max_error=0.004, mean_error=0.002, mean_cosine=0.99995))
        'as int8, with errors of 0.002 (mean) and 0.004 (max), mean cosine 0.999950'

    Source: none.
    """

    dtype: str
    max_error: float
    mean_error: float
    mean_cosine: float

    def __str__(self) -> str:
        return (
            f"as {self.dtype}, with errors of {self.mean_error:.3g} (mean) and {self.max_error:.3g} (max), "
            f"mean cosine {self.mean_cosine:.6f}"
        )


@dataclasses.dataclass(frozen=True)
class Written:
    """Files that `write` made.

    Attributes:
        format: name of their format.
        rows: words with a vector each.
        dim: numbers of a vector.
        files: paths, in the order in which they came to be.
        bytes: of all the files together.
        rounding: None where the numbers in them are those of the table, bit for bit.
        notes: what else is to be known, a sentence each, such as how the files are opened.

    Example:
        >>> str(Written("glove", rows=400_000, dim=50, files=(Path("a.txt"),), bytes=171_350_079))
        'a.txt: 400,000 vectors of dim 50 written as glove, 171.4 MB'

    Source: none.
    """

    format: str
    rows: int
    dim: int
    files: tuple[Path, ...]
    bytes: int
    rounding: Rounding | None = None
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        names = ", ".join(map(str, self.files))
        told = f"{names}: {self.rows:,} vectors of dim {self.dim} written as {self.format}, {self._size()}"
        return f"{told}, {self.rounding}" if self.rounding else told

    def _size(self) -> str:
        return f"{self.bytes / 1e6:.1f} MB" if self.bytes >= 1e5 else f"{self.bytes:,} bytes"
