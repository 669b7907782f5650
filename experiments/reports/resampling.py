"""Resamples of groups of rows and of seeds, the groups drawn whole: what every bootstrap here draws."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import ndtri, stdtrit

_DRAWN = 2**22  # numbers drawn at a time
#: Groups from which on resamples spread as far as new data would, within some six parts of a hundred.
MANY = 30


def by_group(
    scores: np.ndarray, groups: np.ndarray | None
) -> tuple[Int[np.ndarray, " groups"], Float[np.ndarray, "seeds groups"]]:
    """How many rows each group has, and the sum of their scores in each seed."""
    number = _numbered(groups, scores.shape[1])
    return np.bincount(number), np.stack([np.bincount(number, weights=of_seed) for of_seed in scores])


def holding(telling: np.ndarray | None, groups: np.ndarray | None, rows: int) -> Bool[np.ndarray, " groups"]:
    """Which groups, in the order of `by_group`, hold a row on which the score rests."""
    number = _numbered(groups, rows)
    return np.bincount(number, weights=np.ones(rows) if telling is None else telling) > 0


def _numbered(groups: np.ndarray | None, rows: int) -> np.ndarray:
    return np.arange(rows) if groups is None else np.unique(groups, return_inverse=True)[1]


def resample_groups(
    rng: np.random.Generator, size: np.ndarray, total: np.ndarray, resamples: int
) -> Float[np.ndarray, "resamples seeds"]:
    """Mean score of every seed in each resample of the groups.

    Groups of one size, in which each seed scores as much, are exchangeable, so it suffices to draw how
    many of each such pattern a resample holds: one multinomial over the patterns. Where a row is right or
    wrong these are few (at most 2^seeds where all groups are of one row), however many rows there are.
    """
    patterns, times = np.unique(np.vstack([size, total]), axis=1, return_counts=True)
    at_once = max(1, _DRAWN // len(times))  # of scores that are no two alike there are many patterns
    means = []
    for first in range(0, resamples, at_once):
        count = min(at_once, resamples - first)
        drawn = rng.multinomial(len(size), times / len(size), size=count).astype(np.float64)
        rows = drawn @ patterns[0]  # a resample of larger groups has more rows
        means.append(drawn @ patterns[1:].T / rows[:, None])
    return np.concatenate(means)


def resample_seeds(
    rng: np.random.Generator, by_seed: Float[np.ndarray, "resamples seeds"]
) -> Float[np.ndarray, " resamples"]:
    """Mean over a resample of the seeds, drawn anew for each resample of the rows."""
    resamples, seeds = by_seed.shape
    drawn = rng.multinomial(seeds, np.full(seeds, 1 / seeds), size=resamples)
    return (by_seed * drawn).sum(1) / seeds


def resample_pairs(
    a: np.ndarray,
    b: np.ndarray,
    groups: np.ndarray | None,
    resamples: int,
    seed: int,
    telling: np.ndarray | None = None,
) -> tuple[int, np.ndarray, bool, bool]:
    """Resamples the mean of `a` less that of `b`: groups are drawn for both alike, seeds for each by itself.

    Args:
        a: [seeds of a, rows].
        b: [seeds of b, rows], on the same rows.
        groups: int [rows], or None where each row is its own.
        resamples: how many.
        seed: of the random draws.
        telling: bool [rows], on which the score rests; None for all of them.

    Returns:
        How many groups hold such rows; the differences [resamples]; whether in any of these groups a run of
        `a` does worse than one of `b`; whether in any it does better.
    """
    rng = np.random.default_rng(seed)
    size, total = by_group(np.concatenate([a, b]), groups)
    of_a, of_b = total[: len(a)], total[len(a) :]
    by_seed = resample_groups(rng, size, total, resamples)
    apart = resample_seeds(rng, by_seed[:, : len(a)]) - resample_seeds(rng, by_seed[:, len(a) :])
    held = holding(telling, groups, a.shape[1])
    worse = bool((of_a.min(0) < of_b.max(0))[held].any())
    better = bool((of_a.max(0) > of_b.min(0))[held].any())
    return int(held.sum()), apart, worse, better


def widened(resampled: np.ndarray, mean: float, groups: int) -> Float[np.ndarray, " resamples"]:
    """Resamples as far apart as new groups would be, of which there are few.

    The variance of resamples of g groups is smaller by (g − 1)/g than that of new ones, and their tails are
    those of a normal distribution, where Student's t of g − 1 degrees is due. Below thirty groups distances
    from the estimate are therefore `√(g/(g − 1)) · t₀.₉₇₅(g − 1) / 1.96` times as large: 1.44 at six.
    Of one group nothing is known, and nothing is changed.

    Args:
        resampled: float [resamples].
        mean: the estimate.
        groups: how many were drawn.

    Example:
        >>> widened(np.array([0.4, 0.5, 0.6]), 0.5, groups=6).round(3).tolist()
        [0.356, 0.5, 0.644]

    Reference: Davison and Hinkley, "Bootstrap Methods and their Application", 1997, section 2.6; Cameron,
        Gelbach and Miller, "Bootstrap-based improvements for inference with clustered errors", 2008 (few
        groups).
    """
    if not 1 < groups < MANY:
        return resampled
    farther = np.sqrt(groups / (groups - 1)) * stdtrit(groups - 1, 0.975) / ndtri(0.975)
    widened: np.ndarray = mean + farther * (resampled - mean)
    return widened
