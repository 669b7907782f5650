"""Holm's correction of p-values for their number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def holm(p: Sequence[float]) -> list[float]:
    """P-values adjusted for their number: those up to α reject no true hypothesis but with probability α.

    The k-th smallest of m is multiplied by m − k + 1, and is at least as large as the one before it; it holds
    however they depend on each other.

    Args:
        p: the p-values.

    Returns:
        The adjusted ones in the same order, at most 1.

    Example:
        >>> [round(each, 3) for each in holm([0.01, 0.04, 0.03])]
        [0.03, 0.06, 0.06]

    Reference: Holm, "A simple sequentially rejective multiple test procedure", 1979.
    """
    order = np.argsort(p, kind="stable")
    times = np.arange(len(p), 0, -1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(np.asarray(p)[order] * times))
    return adjusted.tolist()
