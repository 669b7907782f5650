"""Rows of a file, gathered column by column: each different value is checked and held once.

Source: the rules are the project's own.
"""

from __future__ import annotations

import json
import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from experiments.data.tables.table import Table


class Gathered:
    """A table in the making.

    Args:
        path: the file.
        names: of the columns wanted.
        flags: name -> flags that named the column.
        unit: what the file consists of: lines or rows.

    Example:
        >>> rows = Gathered(Path("a.csv"), ["user"], {})
        >>> rows.add([[" 7", "9", "7"]], [2, 3, 4], [2, 3, 4])
        >>> rows.table().column("user")
        ['7', '9', '7']
    """

    def __init__(
        self, path: Path, names: Sequence[str], flags: Mapping[str, tuple[str, ...]], unit: str = "line"
    ) -> None:
        self._path, self._flags, self._unit = path, flags, unit
        self._columns: dict[str, list[str]] = {name: [] for name in names}
        # Of strings alone: 1, 1.0 and True are equal, and are written differently.
        self._known: dict[str, dict[Any, str]] = {name: {} for name in names}
        self._starts, self._ends = array("i"), array("i")

    def add(self, columns: Iterable[Iterable[Any]], starts: Sequence[int], ends: Sequence[int]) -> None:
        """Adds rows.

        Args:
            columns: for each column its values: strings, numbers, truth values, or None where there is none.
            starts: the lines that the rows begin on.
            ends: that they end on.

        Raises:
            ValueError: at a value that is no such thing, or holds what no text holds.
        """
        self._starts.extend(starts)
        self._ends.extend(ends)
        for (name, gathered), values in zip(self._columns.items(), columns, strict=True):
            known = self._known[name]
            for value in values:
                try:
                    text = known[value]
                except (KeyError, TypeError):  # of a list, which has no hash
                    text = self._text(name, len(gathered), value)
                    if type(value) is str:
                        known[value] = text
                gathered.append(text)

    def _text(self, name: str, row: int, value: Any) -> str:
        text = as_text(value)
        if text is None:
            remedy = "write a string, a number or a truth value"
            self.table().refuse(row, name, f"{value!r:.60} is of a type that is not read; {remedy}")
        if "\0" in text or not (text.isascii() or _encodes(text)):
            self.table().refuse(row, name, "holds a NUL or half of a surrogate pair; remove this character")
        return text

    def table(self) -> Table:
        """What was gathered."""
        starts, ends = np.array(self._starts, np.int32), np.array(self._ends, np.int32)
        return Table(self._path, self._columns, starts, ends, self._flags, self._unit)


def as_text(value: object) -> str | None:
    """A typed value as it would be written, without white space around it; None where it cannot be.

    Args:
        value: of a JSON object or of a column of a Parquet file.

    Example:
        >>> [as_text(x) for x in (" a ", 3, True, 4.5, float("nan"), None, ["a"])]
        ['a', '3', 'true', '4.5', '', '', None]
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return value.strip()
    return json.dumps(value) if isinstance(value, int | float) else None


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
