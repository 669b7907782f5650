"""Rows that are windows of a video: which is the one before, moved on, and which were met in training."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from experiments.data import Splits

_NEAR = 1e-6  # of the largest coordinate: what rounding makes of the same window
_FAR = 2.0**62  # what an int64 holds


def moved_on(
    coordinates: Float[np.ndarray, "rows frames coordinates"],
) -> Bool[np.ndarray, " rows"]:
    """Which rows are the row before, moved on by a frame, wherever coordinates have their origin.

    Args:
        coordinates: float [rows, frames, coordinates].

    Returns:
        bool [rows]; False for the first, and for tracks of fewer than three frames.

    Example:
        >>> track = np.array([0.0, 1, 4, 9, 16])
        >>> moved_on(np.stack([track[:4], track[1:] - 1, track[:4]])[:, :, None])
        array([False,  True, False])
    """
    if coordinates.shape[1] < 3:
        return np.zeros(len(coordinates), bool)
    steps = np.diff(coordinates, axis=1)
    apart = np.abs(steps[1:, :-1] - steps[:-1, 1:]).max((1, 2))
    return np.r_[False, apart <= _NEAR * max(1.0, float(np.abs(coordinates).max()))]


def known_windows(
    coordinates: Float[np.ndarray, "rows frames coordinates"], splits: Splits
) -> tuple[int, int]:
    """Test rows of which half a window is in a training row too, and how many test rows move so long at all.

    Args:
        coordinates: float [rows, frames, coordinates].
        splits: the sides.

    Example:
        >>> track = np.array([0.0, 1, 4, 9, 16, 25, 36])
        >>> rows = np.stack([track[:6], track[1:], track[::-1][:6]])[:, :, None]
        >>> known_windows(rows, Splits(np.array([0]), np.array([0]), np.array([1, 2])))
        (1, 2)
    """
    steps = np.round(np.diff(coordinates, axis=1) / _NEAR).clip(-_FAR, _FAR).astype(np.int64)
    size = max(1, coordinates.shape[1] // 2)

    def windows(row: int) -> set[bytes]:
        parts = (steps[row, first : first + size] for first in range(steps.shape[1] - size + 1))
        # What rests looks like any other that rests.
        return {part.tobytes() for part in parts if (part != 0).any(1).sum() >= size - 1}

    learnt = set().union(*(windows(row) for row in splits.train.tolist()))
    tested = [windows(row) for row in splits.test.tolist()]
    return sum(bool(found & learnt) for found in tested), sum(map(bool, tested))
