"""The columns of a table as numbers: codes of categories, and values.

Source: the rules are the project's own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float64, Int32, Integer

from experiments.data.columns import column_number
from experiments.data.equal import equal_groups
from experiments.data.tables import Table
from experiments.data.tables.table import NO_NUMBER


@dataclasses.dataclass(frozen=True, eq=False)
class Categories:
    """A column of categories.

    Attributes:
        codes: int32 [n], the place of each row's value among `values`.
        values: the different ones; the empty string is a missing value.

    Example:
        >>> Categories.of(["b", "a", "b"]).codes
        array([0, 1, 0], dtype=int32)
    """

    codes: Int32[np.ndarray, " n"]
    values: tuple[str, ...]

    @classmethod
    def of(cls, values: Sequence[str]) -> Categories:
        """Of the values of n rows.

        Args:
            values: n strings.
        """
        number: dict[str, int] = {}
        codes = np.array([number.setdefault(value, len(number)) for value in values], np.int32)
        return cls(codes, tuple(number))

    def take(self, rows: Integer[np.ndarray, " m"]) -> Categories:
        """Those of some rows.

        Args:
            rows: int [m], their numbers.
        """
        return Categories(self.codes[rows], self.values)

    def counts(self, rows: Integer[np.ndarray, " m"]) -> np.ndarray:
        """How often each value occurs in some rows, int [values].

        Args:
            rows: int [m], their numbers.
        """
        return np.bincount(self.codes[rows], minlength=len(self.values))


@dataclasses.dataclass(frozen=True, eq=False)
class Frame:
    """Columns of n rows.

    Attributes:
        categorical: name -> categories.
        numeric: name -> float64 [n], NaN where a value is missing.

    Example:
        >>> frame = Frame({"user": Categories.of(["b", "a", "b"])}, {"age": np.array([1.0, 2.0, 1.0])})
        >>> len(frame), frame.groups()
        (3, array([0, 1, 0], dtype=int32))
    """

    categorical: Mapping[str, Categories]
    numeric: Mapping[str, Float64[np.ndarray, " n"]]

    def __len__(self) -> int:
        columns = [*(one.codes for one in self.categorical.values()), *self.numeric.values()]
        return len(columns[0]) if columns else 0

    @property
    def names(self) -> tuple[str, ...]:
        """Of all columns."""
        return (*self.categorical, *self.numeric)

    def take(self, rows: Integer[np.ndarray, " m"]) -> Frame:
        """Some rows.

        Args:
            rows: int [m], their numbers.
        """
        return Frame(
            {name: one.take(rows) for name, one in self.categorical.items()},
            {name: values[rows] for name, values in self.numeric.items()},
        )

    def groups(self) -> Int32[np.ndarray, " n"]:
        """Which rows are equal in all columns: int32 [n], numbers in the order in which they first appear."""
        columns = [
            *(one.codes.astype(np.float64) for one in self.categorical.values()),
            *(np.where(np.isnan(values), np.nan, values) + 0.0 for values in self.numeric.values()),
        ]
        return equal_groups(row.tobytes() for row in np.stack(columns, axis=1))


def kinds(
    table: Table, categorical: Sequence[str], numeric: Sequence[str], left_out: Sequence[str], group: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which columns are categories and which are numbers.

    A column that neither list names is one of numbers where all its values are, missing ones aside, and one
    of them has a point or an exponent: whole numbers may be ids, and are taken for categories.

    Args:
        table: as it was read.
        categorical: columns named as such.
        numeric: likewise.
        left_out: columns that are neither.
        group: of the flags that named them, for error messages.

    Raises:
        ValueError: a column that is named is not there, or is named twice; or none is left.

    Example:
        >>> from pathlib import Path
        >>> line = np.int32([1])
        >>> table = Table(Path("a.csv"), {"id": ["7"], "price": ["3.5"], "age": ["40"]}, line, line)
        >>> kinds(table, (), ("age",), (), "data")
        (('id',), ('price', 'age'))
    """
    named = {"categorical": categorical, "numeric": numeric, "ignored": left_out}
    for field, names in named.items():
        for name in names:
            column_number(table.path, field, name, table.names, group=group)
            if sum(name in others for others in named.values()) > 1:
                raise ValueError(
                    f"--{group}.{field}={list(names)}: {name!r} is named for something else as well, or "
                    "is the target; name each column once"
                )
    rest = [name for name in table.names if not any(name in names for names in named.values())]
    numbers = {name for name in rest if _is_of_numbers(table.column(name))} | set(numeric)
    found = [name for name in table.names if name not in left_out]
    if not found:
        raise ValueError(f"{table.path}: no column is left to learn from; leave fewer out")
    return tuple(n for n in found if n not in numbers), tuple(n for n in found if n in numbers)


def _is_of_numbers(values: Sequence[str]) -> bool:
    pointed = False
    for value in dict.fromkeys(values):
        if value.lower() in NO_NUMBER:
            continue
        try:
            float(value)
        except ValueError:
            return False
        pointed |= not value.lstrip("+-").isdigit()
    return pointed


def framed(tables: Sequence[Table], categorical: Sequence[str], numeric: Sequence[str]) -> Frame:
    """The columns of tables that lie one after the other.

    Args:
        tables: that have all these columns.
        categorical: columns of categories.
        numeric: columns of numbers; a value may be missing.

    Raises:
        ValueError: a value of a column of numbers is none; with file, line and column.

    Example:
        >>> from pathlib import Path
        >>> line = np.int32([1])
        >>> table = Table(Path("a.csv"), {"user": ["u7"], "age": ["40"]}, line, line)
        >>> framed([table, table], ("user",), ("age",)).numeric["age"]
        array([40., 40.])
    """
    return Frame(
        {name: Categories.of([v for t in tables for v in t.column(name)]) for name in categorical},
        {name: np.concatenate([t.numbers(name, missing=True) for t in tables]) for name in numeric},
    )
