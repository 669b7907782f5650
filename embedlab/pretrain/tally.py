"""How often each of many numbers occurs: counted some at a time, merged as it grows."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64, Int64

_RUNS = 8  # counts of some numbers that wait to be merged


class Tally:
    """Sums of weights by key, of keys that are too many to count in an array.

    Holds 16 bytes for each distinct key, and at most nine times that for a moment.

    Example:
        >>> tally = Tally()
        >>> tally.add(np.array([7, 3, 7]))
        >>> tally.add(np.array([3]), np.array([0.5]))
        >>> tally.sums()
        (array([3, 7]), array([1.5, 2. ]))

    Source: none; runs that are sorted and merged, as databases do.
    """

    def __init__(self) -> None:
        self._runs: list[tuple[np.ndarray, np.ndarray]] = []

    def add(
        self, keys: Int64[np.ndarray, " n"], weights: Float64[np.ndarray, " n"] | np.ndarray | None = None
    ) -> None:
        """Counts some keys.

        Args:
            keys: int64 [n].
            weights: float [n], of each; None for one each.
        """
        if len(keys):
            self._runs.append(_summed(keys, np.ones(len(keys)) if weights is None else weights))
        if len(self._runs) > _RUNS:
            self._merge()

    def sums(self) -> tuple[Int64[np.ndarray, " distinct"], Float64[np.ndarray, " distinct"]]:
        """All keys in order, and the sum of each.

        Returns:
            int64 and float64 [distinct].
        """
        self._merge()
        return self._runs[0] if self._runs else (np.empty(0, np.int64), np.empty(0))

    def _merge(self) -> None:
        if len(self._runs) > 1:
            keys, weights = (np.concatenate(parts) for parts in zip(*self._runs, strict=True))
            self._runs = [_summed(keys, weights)]


def _summed(keys: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each key once, in order, with the sum of its weights."""
    order = np.argsort(keys, kind="stable")
    keys, weights = keys[order], weights[order]
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    return keys[starts], np.add.reduceat(weights, starts)
