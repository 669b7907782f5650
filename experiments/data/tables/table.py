"""A table of named columns, as it lay in a file: values are strings until they are asked for as numbers.

Source: the rules are the project's own: refuse what is doubtful, and say where it is.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import numpy as np
from jaxtyping import Float64, Int32

from experiments.data.csv_records import on_lines

#: What stands for no number in a column of numbers, in lower case.
NO_NUMBER = frozenset({"", "na", "n/a", "nan", "null", "none", "?"})
#: What a number is at most, either way: models compute in float32, which ends at 3.4e38.
LARGEST = 1e38


@dataclasses.dataclass(frozen=True, eq=False)
class Table:
    """Columns of strings, none of which has white space around it; a missing value is the empty string.

    Attributes:
        path: the file it was read from.
        columns: name -> n values.
        starts: int32 [n], the line, or row, of the file that a row begins on, from 1.
        ends: int32 [n], that it ends on.
        flags: name -> flags that named the column, as `--data.user`, for error messages.
        unit: what the file consists of: lines or rows.

    Example:
        >>> one = np.int32([2, 3])
        >>> table = Table(Path("a.csv"), {"user": ["7", "9"], "stars": ["4.5", ""]}, one, one)
        >>> table.names, len(table), table.column("user"), table.where(1)
        (('user', 'stars'), 2, ['7', '9'], 'line 3')
        >>> table.numbers("stars", missing=True)
        array([4.5, nan])
        >>> table.numbers("stars")
        Traceback (most recent call last):
        ValueError: a.csv, line 3, column 'stars': there is no number; write one, or leave the row out
    """

    path: Path
    columns: Mapping[str, Sequence[str]]
    starts: Int32[np.ndarray, " n"]
    ends: Int32[np.ndarray, " n"]
    flags: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    unit: str = "line"

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns that were read."""
        return tuple(self.columns)

    def __len__(self) -> int:
        return len(self.starts)

    def where(self, row: int) -> str:
        """The place of a row in the file, as in "line 7".

        Args:
            row: its number, from 0.
        """
        if self.unit != "line":
            return f"{self.unit} {self.starts[row]}"
        return on_lines(int(self.starts[row]), int(self.ends[row]))

    def refuse(self, row: int, name: str, fault: str) -> NoReturn:
        """Ends in an error about one value.

        Args:
            row: its row's number, from 0.
            name: its column.
            fault: what is wrong with it, and how to mend it.

        Raises:
            ValueError: always, with file, line and column, and the flags that named the column.
        """
        flags = ", ".join(self.flags.get(name, ()))
        named = f" ({flags})" if flags else ""
        raise ValueError(f"{self.path}, {self.where(row)}, column {name!r}{named}: {fault}")

    def column(self, name: str) -> Sequence[str]:
        """The n values of a column, as they were written; the empty string where there is none.

        Args:
            name: of the column.

        Raises:
            KeyError: there is no such column.
        """
        return self.columns[name]

    def ids(self, name: str) -> Sequence[str]:
        """The n values of a column of which none may be missing.

        Args:
            name: of the column.

        Raises:
            ValueError: at the first row that has none.
        """
        values = self.columns[name]
        if "" in values:
            self.refuse(values.index(""), name, "the value is missing; write one, or leave the row out")
        return values

    def numbers(self, name: str, *, missing: bool = False) -> Float64[np.ndarray, " n"]:
        """The column's values as numbers.

        Args:
            name: of the column.
            missing: whether a value may be missing: empty, or one of NA, N/A, NaN, null, none and ?.

        Returns:
            float64 [n], all within ±`LARGEST` but for the missing ones, which are NaN.

        Raises:
            ValueError: at the first row whose value is no finite number, is larger, or is missing where it
                may not be.
        """
        values = self.columns[name]
        try:
            found = np.array([float(value) for value in values])
        except ValueError:
            found = np.array([_number(value) for value in values])
        if not (np.abs(found) <= LARGEST).all() or any("_" in value for value in values):
            for row, value in enumerate(values):
                self._check_number(row, name, value, missing)
        return found

    def _check_number(self, row: int, name: str, value: str, missing: bool) -> None:
        if value.lower() in NO_NUMBER:
            if not missing:
                self.refuse(row, name, "there is no number; write one, or leave the row out")
        elif "_" in value or not math.isfinite(_number(value)):
            comma = "; its decimal sign has to be a point" if "," in value else ""
            self.refuse(row, name, f"{value!r:.60} is no finite number{comma}")
        elif abs(_number(value)) > LARGEST:
            self.refuse(row, name, f"{value!r:.60} is beyond ±{LARGEST:g}; write it in a larger unit")


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return math.nan
