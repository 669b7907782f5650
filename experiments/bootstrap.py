"""Confidence intervals of an accuracy and of a difference, over test rows and seeds at once."""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Bool, Float

#: The part of the resampled values that an interval holds.
LEVEL = 0.95


@dataclasses.dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % interval.

    Attributes:
        mean: the estimate from the data themselves.
        low: lower end.
        high: upper end.

    Example:
        >>> Interval(0.8, 0.75, 0.84).holds(0.76)
        True

    Source: the bootstrap percentile interval; see `mean_interval`.
    """

    mean: float
    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether a value lies within."""
        return self.low <= value <= self.high


def mean_interval(
    correct: Bool[np.ndarray, "seeds rows"], *, resamples: int = 2000, seed: int = 0
) -> Interval:
    """Mean accuracy over seeds, with the interval for new rows and new seeds.

    Each resample draws rows with replacement and, independently, seeds with replacement, and takes the
    mean over both; the interval runs from the 2.5th to the 97.5th percentile of these means. All seeds
    share the drawn rows, as they share the test set, so that a hard row counts as one row.

    What it cannot do: from S seeds it sees (S − 1)/S of the variance between seeds (two thirds at three
    seeds, none at one), and where every row is right, or every row wrong, it has no width.

    Args:
        correct: bool [seeds, rows], whether the model of a seed is right on a test row.
        resamples: how many resamples.
        seed: of the random draws; the result depends on it and on nothing else that is random, and not
            on the order of the rows.

    Returns:
        The mean and its 95 % interval.

    Raises:
        ValueError: `correct` is not two-dimensional, or empty; `resamples` is below 1.

    Example:
        >>> mean_interval(np.array([[True] * 80 + [False] * 20]))
        Interval(mean=0.8, low=0.72, high=0.88)

    Reference: Owen, "The pigeonhole bootstrap", 2007 (rows and columns resampled independently).
    """
    _check("correct", correct, resamples)
    rng = np.random.default_rng(seed)
    by_seed = _resample_rows(rng, correct, resamples)
    return _interval(float(correct.mean()), _resample_seeds(rng, by_seed))


def paired_difference(
    a: Bool[np.ndarray, "seeds_a rows"],
    b: Bool[np.ndarray, "seeds_b rows"],
    *,
    resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """Mean accuracy of `a` minus that of `b` on the same rows, with its interval.

    As `mean_interval`; the drawn rows are the same for both, so that what makes a row hard for both
    cancels. Seeds are drawn independently for each, even where there are as many: the first run of one
    model and the first of another share no more than a number.

    Args:
        a: bool [seeds of a, rows], whether a model is right on a test row.
        b: bool [seeds of b, rows], the other model's, on the same rows in the same order.
        resamples: how many resamples.
        seed: of the random draws.

    Returns:
        The difference, in parts of 1, and its 95 % interval.

    Raises:
        ValueError: the two differ in rows; one is not two-dimensional, or empty; `resamples` is below 1.

    Example:
        >>> right = np.array([[True] * 80 + [False] * 20])
        >>> paired_difference(right, right)
        Interval(mean=0.0, low=0.0, high=0.0)

    Reference: Owen, "The pigeonhole bootstrap", 2007.
    """
    _check("a", a, resamples)
    _check("b", b, resamples)
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"a has {a.shape[1]} rows and b {b.shape[1]}: give both on the same test rows")
    rng = np.random.default_rng(seed)
    by_seed = _resample_rows(rng, np.concatenate([a, b]), resamples)
    of_a, of_b = by_seed[:, : len(a)], by_seed[:, len(a) :]
    return _interval(float(a.mean() - b.mean()), _resample_seeds(rng, of_a) - _resample_seeds(rng, of_b))


def _resample_rows(
    rng: np.random.Generator, correct: np.ndarray, resamples: int
) -> Float[np.ndarray, "resamples seeds"]:
    """Accuracy of every seed in each resample of the rows.

    Rows on which the seeds are right and wrong alike are exchangeable, so it suffices to draw how many
    of each such pattern a resample holds: one multinomial over at most 2^seeds patterns, however many
    rows there are.
    """
    patterns, rows = np.unique(correct, axis=1, return_counts=True)
    drawn = rng.multinomial(rows.sum(), rows / rows.sum(), size=resamples)
    return drawn.astype(np.float64) @ patterns.T / rows.sum()


def _resample_seeds(
    rng: np.random.Generator, by_seed: Float[np.ndarray, "resamples seeds"]
) -> Float[np.ndarray, " resamples"]:
    """Mean over a resample of the seeds, drawn anew for each resample of the rows."""
    resamples, seeds = by_seed.shape
    drawn = rng.multinomial(seeds, np.full(seeds, 1 / seeds), size=resamples)
    return (by_seed * drawn).sum(1) / seeds


def _interval(mean: float, resampled: np.ndarray) -> Interval:
    low, high = np.quantile(resampled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(mean, float(low), float(high))


def _check(name: str, correct: np.ndarray, resamples: int) -> None:
    if correct.ndim != 2 or correct.size == 0:
        raise ValueError(f"{name} has shape {correct.shape}: give [seeds, rows], at least one of each")
    if resamples < 1:
        raise ValueError(f"resamples={resamples}: give at least 1; 2000 is a good number")
