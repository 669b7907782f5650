"""Differences of two embeddings with all that is asked of them: intervals of any level, and p-values."""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Float, Int

from experiments.reports.bootstrap import LEVEL, Interval
from experiments.reports.resampling import resample_pairs, widened

#: Resamples: the smallest p-value is 2 in so many, and many comparisons multiply it.
RESAMPLES = 20_000
#: Embeddings of one comparison, with two questions each: of more, adjusted by Holm, none could be answered.
MOST = int((1 - LEVEL) * (1 + RESAMPLES) / 4)


@dataclasses.dataclass(frozen=True, eq=False)
class Difference:
    """Mean score of one embedding minus that of another on the same rows, and what chance makes of it.

    Attributes:
        mean: the difference, in parts of 1.
        resampled: float64 [resamples], the same of each resample of groups and seeds, in ascending order.
        groups: how many groups were drawn.
        worse: whether there is a group in which a run of the other does better.
        better: whether there is one in which a run of the first does better.
        most: the largest possible difference either way.
    """

    mean: float
    resampled: Float[np.ndarray, " resamples"]
    groups: int
    worse: bool
    better: bool
    most: float = 1.0

    def interval(self, level: float = LEVEL) -> Interval:
        """The percentile interval, with room for kinds of groups that were not seen, as `bootstrap` has it.

        Args:
            level: part of the resampled values that it holds.
        """
        tail = (1 - level) / 2
        low, high = np.quantile(self.resampled, [tail, 1 - tail])
        unseen = self._unseen(tail)
        low, high = low - unseen * (not self.worse), high + unseen * (not self.better)
        return Interval(self.mean, max(float(low), -self.most), min(float(high), self.most))

    def p(self, value: float = 0.0) -> float:
        """The two-sided p-value of the difference being this value: where growing intervals come to hold it.

        `2 · min(P(Δ* ≤ value), P(Δ* ≥ value))`, each as (1 + count) / (1 + resamples), at most 1. Where no
        group speaks for less (or more), Δ* is moved down (or up) by the share that such groups may be of all,
        which grows as the tail shrinks, as that of the interval does.

        Args:
            value: of the difference, in parts of 1.

        Reference: Davison and Hinkley, "Bootstrap Methods and their Application", 1997, sections 4.2 and 5.4.
        """
        below = self._tail(self.resampled, value, seen=self.worse)
        above = self._tail(-self.resampled[::-1], -value, seen=self.better)
        return min(1.0, 2 * min(below, above))

    def _unseen(self, tail: float) -> float:
        """The largest share of groups of a kind of which so many, with a chance of `tail`, show none."""
        return 1 - tail ** (1 / self.groups)

    def _tail(self, resampled: np.ndarray, value: float, *, seen: bool) -> float:
        """The largest tail at whose quantile, with room for what was not seen, a value is still held."""

        def held(tail: float) -> float:
            reach = value + self._unseen(tail) * (not seen) + _ROUNDING
            count = np.searchsorted(resampled, reach, side="right")
            return (1 + float(count)) / (1 + len(resampled))

        if seen:
            return held(1.0)
        low, high = 0.0, 1.0  # held(tail) falls as the tail grows: the two meet once
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if held(middle) >= middle else (low, middle)
        return low


_HALVINGS = 50
_ROUNDING = 1e-12


def difference(
    a: Float[np.ndarray, "seeds_a rows"],
    b: Float[np.ndarray, "seeds_b rows"],
    groups: Int[np.ndarray, " rows"],
    *,
    least: float = 0.0,
    most: float = 1.0,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Difference:
    """The paired difference of two embeddings; groups are drawn for both alike, seeds for each by itself.

    Args:
        a: [seeds of a, rows], how well an embedding does on a test row.
        b: [seeds of b, rows], the other, on the same rows.
        groups: int [rows], which rows are near-duplicates of each other.
        least: the smallest mean score there can be.
        most: the largest.
        resamples: how many.
        seed: of the random draws.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> a, b = rng.random((3, 400)) < 0.9, rng.random((3, 400)) < 0.8
        >>> found = difference(a.astype(float), b.astype(float), np.arange(400))
        >>> found.p() < 0.001, found.p(found.mean) > 0.9, found.interval().holds(found.mean)
        (True, True, True)

    Reference: Owen, "The pigeonhole bootstrap", 2007; see `experiments.reports.bootstrap`.
    """
    count, apart, worse, better = resample_pairs(a, b, groups, resamples, seed)
    mean = float(np.mean(a) - np.mean(b))
    apart = widened(apart, mean, count)
    return Difference(mean, np.sort(apart), count, worse, better, most - least)
