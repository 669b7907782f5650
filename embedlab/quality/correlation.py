"""Correlation of two lists of numbers, and of their ranks, for many resamples at once."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int


def pearson(
    x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"], times: Int[np.ndarray, "some n"] | None = None
) -> Float[np.ndarray, " some"]:
    """Pearson's correlation: the covariance over both standard deviations.

    Args:
        x: float [n].
        y: float [n].
        times: int [some, n], how often each pair counts; None for once each, as one line.

    Returns:
        float64 [some], NaN where either list is constant.

    Example:
        >>> pearson(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.5])).round(4)
        array([0.9979])

    Reference: Pearson 1895, "Note on regression and inheritance in the case of two parents".
    """
    times = np.ones((1, len(x)), np.int64) if times is None else times
    return _correlation(np.broadcast_to(x, times.shape), np.broadcast_to(y, times.shape), times)


def spearman(
    x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"], times: Int[np.ndarray, "some n"] | None = None
) -> Float[np.ndarray, " some"]:
    """Spearman's correlation: Pearson's of the ranks, where equal numbers share the mean of theirs.

    Args:
        x: float [n].
        y: float [n].
        times: int [some, n], how often each pair counts; None for once each, as one line.

    Returns:
        float64 [some], NaN where either list is constant.

    Example:
        >>> spearman(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 3.0, 3.0, 9.0])).round(4)
        array([0.9487])

    Reference: Spearman 1904, "The proof and measurement of association between two things".
    """
    times = np.ones((1, len(x)), np.int64) if times is None else times
    return _correlation(_ranks(x, times), _ranks(y, times), times)


def _ranks(values: np.ndarray, times: Int[np.ndarray, "some n"]) -> Float[np.ndarray, "some n"]:
    """The mean rank of each value in each resample, which none need be sorted for."""
    different, place = np.unique(values, return_inverse=True)
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(len(different)))
    equal = np.add.reduceat(times[:, order], starts, axis=1)  # how often each different value is there
    return (np.cumsum(equal, 1) - (equal - 1) / 2)[:, place]


def _correlation(x: np.ndarray, y: np.ndarray, times: np.ndarray) -> Float[np.ndarray, " some"]:
    n = times.sum(1, keepdims=True)
    x, y = (each - (times * each).sum(1, keepdims=True) / n for each in (x, y))
    both, of_x, of_y = ((times * a * b).sum(1) for a, b in ((x, y), (x, x), (y, y)))
    spread = np.sqrt(of_x) * np.sqrt(of_y)
    constant = spread <= 0
    return np.where(constant, np.nan, both / np.where(constant, 1, spread)).clip(-1, 1)
