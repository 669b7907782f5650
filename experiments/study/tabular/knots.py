"""Knots of a column of numbers: where they lie, their words, and between which a number is.

Reference: Gorishniy, Rubachev & Babenko 2022, "On embeddings for numerical features in tabular deep
learning".
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64


def knots_of(name: str, values: Float64[np.ndarray, " rows"], bins: int) -> Float64[np.ndarray, " knots"]:
    """Quantiles of the numbers there are, ascending, each once.

    Args:
        name: of the column, for error messages.
        values: float64 [rows], NaN where one is missing.
        bins: stretches between them, at most.

    Raises:
        ValueError: there is no number.

    Example:
        >>> knots_of("age", np.array([1.0, 2.0, np.nan, 4.0]), 2)
        array([1., 2., 4.])
    """
    known = values[~np.isnan(values)]
    if not len(known):
        raise ValueError(f"column {name!r}: no training row has a number; leave the column out")
    # As they are written in words, so that no two knots have one word.
    found = np.quantile(known, np.linspace(0, 1, bins + 1))
    return np.unique([float(f"{knot:.9g}") for knot in found])


def knot_words(name: str, knots: Float64[np.ndarray, " knots"]) -> list[str]:
    """The word of each knot.

    Args:
        name: of the column.
        knots: float64 [knots].

    Example:
        >>> knot_words("age", np.array([1.0, 2.5]))
        ['age=1', 'age=2.5']
    """
    return [f"{name}={knot:.9g}" for knot in knots.tolist()]


def around(
    values: Float64[np.ndarray, " rows"], knots: Float64[np.ndarray, " knots"]
) -> tuple[np.ndarray, np.ndarray]:
    """The knot below each number, and how much of it and of the next the number is.

    Args:
        values: float64 [rows], NaN where one is missing; beyond the outermost knots they are taken as these.
        knots: float64 [knots], ascending.

    Returns:
        lower: int32 [rows], −1 where a number is missing.
        weights: float32 [rows, 2]; of a missing number 1 and 0.

    Example:
        >>> lower, weights = around(np.array([1.5, np.nan, 9.0]), np.array([1.0, 2.0, 4.0]))
        >>> lower, weights.tolist()
        (array([ 0, -1,  1], dtype=int32), [[0.5, 0.5], [1.0, 0.0], [0.0, 1.0]])
    """
    lower = np.full(len(values), -1, np.int32)
    weights = np.tile(np.array([1, 0], np.float32), (len(values), 1))
    known = ~np.isnan(values)
    x = np.clip(values[known], knots[0], knots[-1])
    below = np.clip(np.searchsorted(knots, x, "right") - 1, 0, max(len(knots) - 2, 0))
    width = np.diff(knots, append=np.inf)[below]  # a single knot's is without end
    part = (x - knots[below]) / width
    lower[known] = below
    weights[known] = np.stack([1 - part, part], axis=1)
    return lower, weights
