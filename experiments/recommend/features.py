"""What is known of a user or an item beside its id, as words: `genre=Drama`, `age=25-34`.

Source: the rules are the project's own; bins of equal counts are as in Fayyad & Irani's survey of 1993.
"""

from __future__ import annotations

from collections.abc import Sequence

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
    numbers = _numbers(values)
    if numbers is not None and len(there) > _MOST_VALUES:
        return [(f"{name}={word}",) if word else () for word in _binned(numbers)]
    parted = [value.split(separator) if separator else [value] for value in values]
    return [tuple(f"{name}={part.strip()}" for part in parts if part.strip()) for parts in parted]


def _numbers(values: Sequence[str]) -> np.ndarray | None:
    """float [rows], NaN for none; or None where a value is no finite number."""
    try:
        found = np.array([float(value) if value else np.nan for value in values])
    except ValueError:
        return None
    return None if np.isinf(found).any() else found


def _binned(numbers: np.ndarray) -> list[str]:
    """The bin of each number, told by the least and the greatest number in it."""
    real = np.sort(numbers[~np.isnan(numbers)])
    edges = np.unique(np.quantile(real, np.arange(1, _BINS) / _BINS))
    found = [""] * len(numbers)
    bins = np.searchsorted(edges, numbers, side="right")
    for one in np.unique(bins[~np.isnan(numbers)]):
        rows = np.flatnonzero((bins == one) & ~np.isnan(numbers))
        told = f"{numbers[rows].min():g}…{numbers[rows].max():g}"
        for row in rows:
            found[row] = told
    return found
