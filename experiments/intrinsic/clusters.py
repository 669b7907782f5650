"""Clusters of words by k-means, as scikit-learn has it."""

from __future__ import annotations

import dataclasses

import numpy as np

from embedlab.quality import purity
from embedlab.vectors import Vectors

_RESTARTS = 10


@dataclasses.dataclass(frozen=True)
class Categorisation:
    """What came of a set of words and their categories.

    Attributes:
        purity: see `embedlab.quality.purity`, of as many clusters as there are categories; NaN where fewer
            than two categories have a known word.
        words: how many count.
        unknown: how many have no vector.
        categories: of those that count.

    Example:
        >>> Categorisation(0.75, words=40, unknown=2, categories=4).words
        40

    Source: none; the numbers of `categorise`.
    """

    purity: float
    words: int
    unknown: int
    categories: int


def categorise(vectors: Vectors, words: tuple[tuple[str, str], ...], seed: int = 0) -> Categorisation:
    """Clusters the unit vectors of words, and compares the clusters with categories.

    k-means of 10 restarts, of which the tightest counts. Words without a vector are left out.

    Args:
        vectors: of words.
        words: words and their categories.
        seed: of the restarts.

    Example:
        >>> vectors = Vectors(("a", "b", "x", "y"), np.float32([[1, 0], [1, 0.1], [0, 1], [0.1, 1]]))
        >>> categorise(vectors, (("a", "A"), ("b", "A"), ("x", "X"), ("y", "X"))).purity
        1.0

    Source: Almuhareb & Poesio 2005, "Concept learning and categorization from the web"; Baroni et al. 2014,
        "Don't count, predict!".
    """
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    known = [(word, category) for word, category in words if word in vectors]
    kinds = len({category for _, category in known})
    unknown = len(words) - len(known)
    if kinds < 2:
        return Categorisation(float("nan"), len(known), unknown, kinds)
    units = vectors[[word for word, _ in known]].astype(np.float64)
    lengths = np.linalg.norm(units, axis=1, keepdims=True)
    units = units / np.where(lengths > 0, lengths, 1)
    # On one thread: the order in which several add up would decide the last bits, and then the clusters.
    with threadpool_limits(1):
        clusters = KMeans(kinds, n_init=_RESTARTS, random_state=seed).fit_predict(units)
    found = purity(clusters.tolist(), [category for _, category in known])
    return Categorisation(found, len(known), unknown, kinds)
