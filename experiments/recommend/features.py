"""What is known of a user or an item beside its id, as words: `genre=Drama`, `age=25-34`.

Source: the rules are the project's own; bins of equal counts are as in Fayyad & Irani's survey of 1993.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

_MOST_VALUES = 20  # different numbers that a column may have before they are put into bins
_BINS = 10
_YES, _NO = "1", "0"


def words(name: str, values: Sequence[str], separator: str = "|") -> list[tuple[str, ...]]:
    """The words that a column has for each row.

    - A column of 0 and 1 alone tells what is there: `Drama=1`; a 0 makes no word.
    - A column of more than twenty different numbers is put into ten bins of about equal counts: `age=25…34`.
    - Any other value is a word, or several, where a separator stands between them: `genre=Drama`.

    A missing value makes no word.

    Args:
        name: of the column.
        values: of the rows, as strings.
        separator: of several values in one field; empty where fields hold one value each.

    Example:
        >>> words("genre", ["Drama|War", ""])
        [('genre=Drama', 'genre=War'), ()]
        >>> words("Drama", ["1", "0"])
        [('Drama=1',), ()]
    """
    there = {value for value in values if value}
    if there <= {_YES, _NO}:
        return [(f"{name}={_YES}",) if value == _YES else () for value in values]
    found = bins(values)
    if found is not None:
        return [(f"{name}={found.told_of(float(value))}",) if value else () for value in values]
    parted = [value.split(separator) if separator else [value] for value in values]
    return [tuple(f"{name}={part.strip()}" for part in parts if part.strip()) for parts in parted]


class Bins(NamedTuple):
    """Which bin a number is in: bin k holds those from edge k − 1 on that are below edge k.

    Attributes:
        edges: [bins − 1], rising.
        told: [bins], what each is called; empty where nothing was in it.

    Example:
        >>> Bins((18.0, 35.0), ("-17", "18-34", "35-")).told_of(29)
        '18-34'
    """

    edges: tuple[float, ...]
    told: tuple[str, ...]

    def told_of(self, number: float) -> str:
        """The bin of a number, or the next one that is called anything."""
        place = int(np.searchsorted(self.edges, number, side="right"))
        return next(each for each in (*self.told[place:], *self.told[:place][::-1]) if each)


def bins(values: Sequence[str]) -> Bins | None:
    """Ten bins of about equal counts, called by the least and the greatest number in each.

    Args:
        values: of the rows, as strings; empty for none.

    Returns:
        The bins; None where a value is no finite number, or few are different.
    """
    numbers = _numbers(values)
    if numbers is None or len({value for value in values if value}) <= _MOST_VALUES:
        return None
    real = np.sort(numbers[~np.isnan(numbers)])
    edges = np.unique(np.quantile(real, np.arange(1, _BINS) / _BINS))
    which = np.searchsorted(edges, real, side="right")
    parts = [real[which == one] for one in range(len(edges) + 1)]
    told = tuple(f"{part.min():g}…{part.max():g}" if len(part) else "" for part in parts)
    return Bins(tuple(edges.tolist()), told)


def _numbers(values: Sequence[str]) -> np.ndarray | None:
    """float [rows], NaN for none; or None where a value is no finite number."""
    try:
        found = np.array([float(value) if value else np.nan for value in values])
    except ValueError:
        return None
    return None if np.isinf(found).any() else found
