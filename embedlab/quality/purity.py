"""Categorisation: whether clusters of words are the categories that people put them in."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from embedlab.checks import require


def purity(clusters: Sequence[Hashable], categories: Sequence[Hashable]) -> float:
    """The share of words that are of the most frequent category of their cluster.

    `(1/n) Σ_k max_j |C_k ∩ L_j|`, C the clusters and L the categories. It grows with the number of clusters:
    compare values for the same number, as many as there are categories.

    Args:
        clusters: which cluster each word is in.
        categories: which category each word is of, as many.

    Returns:
        In (0, 1]; 1 where each cluster is of one category.

    Raises:
        ValueError: there are not as many of both, or none.

    Example:
        >>> purity([0, 0, 0, 1, 1], ["bird", "bird", "fish", "fish", "fish"])
        0.8

    Reference: Zhao & Karypis 2001, "Criterion functions for document clustering"; of word vectors, Almuhareb
    & Poesio 2005, "Concept learning and categorization from the web", and Baroni et al. 2014, "Don't count,
    predict!".
    """
    counts = f"{len(clusters)} words in clusters, {len(categories)} in categories"
    fits = len(clusters) == len(categories) > 0
    require(fits, "clusters, categories", counts, "give one each for every word")
    cluster, category = (_numbered(labels) for labels in (clusters, categories))
    table = np.zeros((cluster.max() + 1, category.max() + 1), np.int64)
    np.add.at(table, (cluster, category), 1)
    return float(table.max(1).sum() / len(clusters))


def _numbered(labels: Sequence[Hashable]) -> np.ndarray:
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(label, len(numbers)) for label in labels])
