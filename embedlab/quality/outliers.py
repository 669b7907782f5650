"""Outlier detection: whether the word that does not belong to a group is the one farthest from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from embedlab.vectors.store import Vectors

_LEAST = 2  # words of a group, or there is nothing to be outside of


class OutlierSet(NamedTuple):
    """A group of words, and words that do not belong to it.

    Attributes:
        words: those that belong together.
        outliers: each is put among them in turn.
        name: of the group.

    Example:
        >>> OutlierSet(("red", "green", "blue"), ("dog",)).name
        ''

    Source: the form of Camacho-Collados & Navigli 2016.
    """

    words: tuple[str, ...]
    outliers: tuple[str, ...]
    name: str = ""


@dataclasses.dataclass(frozen=True)
class OutlierDetection:
    """What came of some groups.

    Attributes:
        accuracy: the share of outliers that are found.
        opp: the mean place of the outliers in their groups, from 0 to 1: the outlier position percentage,
            as a part of 1.
        asked: how many outliers count.
        unknown: how many do not: they have no vector, or fewer than two words of their group have.
        places: of each outlier that counts, by its group's name: (name, outlier, place, words).

    Example:
        >>> found = OutlierDetection(0.5, 0.9, 2, 0, (("a", "x", 8, 8), ("a", "y", 6, 8)))
        >>> found.asked
        2

    Source: the measures of Camacho-Collados & Navigli 2016.
    """

    accuracy: float
    opp: float
    asked: int
    unknown: int
    places: tuple[tuple[str, str, int, int], ...]


def outlier_detection(vectors: Vectors, sets: Sequence[OutlierSet]) -> OutlierDetection:
    """Puts each outlier into its group, and looks whether the group is most compact without it.

    The compactness of a group is the mean cosine of its pairs. Of n words and an outlier, each is left out in
    turn: the outlier's place is how many of the n words leave a less compact rest than it does, n at best.
    Then it is found. Words without a vector are left out of their group.

    Args:
        vectors: of words.
        sets: groups and outliers.

    Returns:
        The share that are found, and the mean of place / n; NaN where no outlier counts.

    Example:
        >>> words = ("red", "green", "blue", "dog")
        >>> vectors = Vectors(words, np.float32([[1, 0], [1, 0.1], [1, 0.2], [0, 1]]))   # [words, dim]
        >>> found = outlier_detection(vectors, [OutlierSet(words[:3], ("dog", "cow"))])
        >>> found.accuracy, found.opp, found.unknown
        (1.0, 1.0, 1)

    Reference: Camacho-Collados & Navigli 2016, "Find the word that does not belong: a framework for an
    intrinsic evaluation of word vector representations".
    """
    places: list[tuple[str, str, int, int]] = []
    unknown = 0
    for each in sets:
        words = [word for word in each.words if word in vectors]
        for outlier in each.outliers:
            if len(words) < _LEAST or outlier not in vectors:
                unknown += 1
                continue
            places.append((each.name, outlier, _place(vectors, words, outlier), len(words)))
    shares = np.array([place / count for _, _, place, count in places])
    accuracy, opp = (float((shares == 1).mean()), float(shares.mean())) if places else (np.nan, np.nan)
    return OutlierDetection(accuracy, opp, len(places), unknown, tuple(places))


def _place(vectors: Vectors, words: list[str], outlier: str) -> int:
    """How many words are nearer to the others than the outlier is.

    Without word w the sum over pairs is less by twice its own cosines: the rest is most compact without the
    word whose cosines have the least sum.
    """
    units = vectors[[*words, outlier]].astype(np.float64)
    lengths = np.linalg.norm(units, axis=1, keepdims=True)
    units = units / np.where(lengths > 0, lengths, 1)
    cosines = units @ units.T
    np.fill_diagonal(cosines, 0)
    sums = cosines.sum(1)
    return int((sums[:-1] > sums[-1]).sum())
