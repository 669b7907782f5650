"""Estimates with their 95 % intervals, from resamples of what was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from embedlab.checks import require_count

_LEVEL = 0.95
_DRAWN = 1 << 21  # numbers drawn at a time


class Interval(NamedTuple):
    """An estimate with its 95 % interval.

    Attributes:
        value: the estimate, from the data themselves.
        low: lower end.
        high: upper end.

    Example:
        >>> str(Interval(0.5, 0.4, 0.6))
        '0.500 [0.400, 0.600]'

    Source: the bootstrap's percentile interval.
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def bootstrap(
    statistic: Callable[[Int[np.ndarray, "some n"]], Float[np.ndarray, " some"]],
    n: int,
    *,
    resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """A statistic of n things with its 95 % interval: the percentiles over resamples of the things.

    Each resample draws n of the n things with replacement. Resamples that the statistic is NaN for, such as a
    correlation where all that was drawn is equal, are left out.

    Args:
        statistic: from how often each thing is there, int [some, n], to its value for each line, [some].
        n: how many things.
        resamples: how many.
        seed: of the draws; nothing else about them is random.

    Returns:
        The statistic of all things, each once, and the 2.5th and 97.5th percentiles; NaN for what is not
        defined.

    Raises:
        ValueError: `resamples` is below 1.

    Example:
        >>> values = np.array([1.0, 2.0, 3.0, 4.0])
        >>> bootstrap(lambda times: times @ values / 4, 4)
        Interval(value=2.5, low=1.5, high=3.5)

    Reference: Efron 1979, "Bootstrap methods: another look at the jackknife".
    """
    require_count("resamples", resamples)
    value = float(statistic(np.ones((1, n), np.int64))[0]) if n else np.nan
    if np.isnan(value):
        return Interval(np.nan, np.nan, np.nan)
    drawn = np.concatenate([statistic(times) for times in _times(n, resamples, seed)])
    drawn = drawn[~np.isnan(drawn)]
    if not len(drawn):
        return Interval(value, np.nan, np.nan)
    low, high = np.quantile(drawn, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return Interval(value, float(low), float(high))


def _times(n: int, resamples: int, seed: int) -> Iterator[Int[np.ndarray, "some n"]]:
    """How often each thing is drawn, for some resamples at a time."""
    rng = np.random.default_rng(seed)
    at_once = max(1, _DRAWN // n)
    for first in range(0, resamples, at_once):
        some = min(at_once, resamples - first)
        places = rng.integers(n, size=(some, n)) + n * np.arange(some)[:, None]
        yield np.bincount(places.ravel(), minlength=some * n).reshape(some, n)
