"""McNemar's exact test: whether two classifiers that differ on some rows differ by more than chance."""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Float, Int


@dataclasses.dataclass(frozen=True)
class Discordant:
    """Where two classifiers differ.

    Attributes:
        first: how many groups of rows the first does better on.
        second: how many the second does better on.
        p: the chance of shares as uneven as these or more, where neither is better; 1 if they never differ.

    Example:
        >>> Discordant(first=8, second=2, p=0.109375).p < 0.05
        False
    """

    first: int
    second: int
    p: float


def mcnemar(
    a: Float[np.ndarray, " rows"],
    b: Float[np.ndarray, " rows"],
    groups: Int[np.ndarray, " rows"] | None = None,
) -> Discordant:
    """The exact test on the rows that one of two classifiers gets right and the other does not.

    If neither is better, each of the n₁ + n₂ rows on which they differ is as likely the one's as the other's:
    n₁ ~ B(n₁ + n₂, ½), and p is the two-sided probability. Near-duplicates are no trials of their own: a
    group of them counts once, for the classifier that gets more of its rows right (then it is a sign test),
    and not at all where they are even.

    It is of two trained models, and knows nothing of how they would differ with other seeds.

    Args:
        a: [rows], the first one's scores: 1 where it is right, 0 where it is not.
        b: [rows], the second one's, on the same rows.
        groups: int [rows], which rows are near-duplicates of each other; None if none are.

    Returns:
        The counts and p.

    Raises:
        ValueError: the arrays differ in length.

    Example:
        >>> mcnemar(np.array([1, 1, 1, 1, 0.0]), np.array([0, 0, 0, 1, 1.0]))
        Discordant(first=3, second=1, p=0.625)

    Reference: McNemar, "Note on the sampling error of the difference between correlated proportions or
        percentages", 1947; Dietterich, "Approximate statistical tests for comparing supervised classification
        learning algorithms", 1998.
    """
    from scipy.stats import binomtest  # here: 2 s that a mistake need not wait for

    groups = np.arange(len(a)) if groups is None else groups
    if not len(a) == len(b) == len(groups):
        raise ValueError(f"a has {len(a)} rows, b {len(b)}, groups {len(groups)}: give as many of each")
    number = np.unique(groups, return_inverse=True)[1]
    apart = np.bincount(number, weights=np.asarray(a, np.float64) - b)
    first, second = int((apart > 0).sum()), int((apart < 0).sum())
    p = float(binomtest(first, first + second).pvalue) if first + second else 1.0
    return Discordant(first, second, p)
