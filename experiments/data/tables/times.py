"""Times in a column: numbers, or dates by ISO 8601."""

from __future__ import annotations

import datetime
import math

import numpy as np
from jaxtyping import Float64

from experiments.data.tables.table import Table

_REMEDY = "write dates as YYYY-MM-DD, with a time as 2024-03-01 12:30 if there is one, or numbers all the way"


def times(table: Table, name: str) -> Float64[np.ndarray, " n"]:
    """A column's times as numbers that lie in their order.

    Text in another order than ISO 8601's, as 1/10/2024, would be put in a wrong one without a word.

    Args:
        table: the table.
        name: of the column.

    Returns:
        float64 [n]: numbers as they are; of dates the seconds since 1970, those without an offset as UTC.

    Raises:
        ValueError: at the first row whose value is missing, or neither; or is one where the first is the
            other.

    Example:
        >>> from pathlib import Path
        >>> column, lines = {"day": ["2024-03-01", "2024-03-01T12:00+02:00"]}, np.int32([2, 3])
        >>> (times(Table(Path("days.csv"), column, lines, lines), "day") - 1709251200).tolist()
        [0.0, 36000.0]

    Reference: ISO 8601-1:2019, "Date and time", as `datetime.fromisoformat` reads it.
    """
    values = table.ids(name)
    if not values or _is_number(values[0]):
        dates = (row for row, value in enumerate(values) if not _is_number(value) and _is_date(value))
        if (row := next(dates, None)) is not None:
            table.refuse(
                row, name, f"{values[row]!r:.60} is a date, where there are numbers above; {_REMEDY}"
            )
        return table.numbers(name)
    found = np.empty(len(values))
    for row, value in enumerate(values):
        try:
            if _is_number(value):
                raise ValueError(value)
            moment = datetime.datetime.fromisoformat(value)
        except ValueError:
            table.refuse(row, name, f"{value!r:.60} is no date; {_REMEDY}")
        whole = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
        found[row] = whole.timestamp()
    return found


def _is_date(value: str) -> bool:
    try:
        datetime.datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_number(value: str) -> bool:
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False
