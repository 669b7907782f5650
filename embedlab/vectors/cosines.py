"""Cosines of a few vectors, on the host in float64."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float


def centrality(vectors: Float[np.ndarray, "words dim"]) -> Float[np.ndarray, " words"]:
    """The cosine of each vector with the mean of all, each of length 1 before the mean is taken.

    Args:
        vectors: float [words, dim]; a zero vector has cosine 0.

    Returns:
        float64 [words].

    Example:
        >>> centrality(np.float32([[1, 0], [2, 0], [0, 1]])).round(3)
        array([0.894, 0.894, 0.447])

    Source: as gensim's `KeyedVectors.rank_by_centrality`.
    """
    wide = vectors.astype(np.float64)
    units = wide / np.maximum(np.linalg.norm(wide, axis=1, keepdims=True), np.finfo(np.float64).tiny)
    mean = units.mean(0)
    return units @ (mean / max(float(np.linalg.norm(mean)), np.finfo(np.float64).tiny))


def cosines(
    a: Float[np.ndarray, "pairs dim"], b: Float[np.ndarray, "pairs dim"]
) -> Float[np.ndarray, " pairs"]:
    """The cosine of each pair of rows, in float64; 0 where either is zero.

    Args:
        a: float [pairs, dim].
        b: float [pairs, dim].

    Returns:
        float64 [pairs].

    Example:
        >>> cosines(np.float32([[1, 0], [1, 0]]), np.float32([[2, 0], [0, 0]]))
        array([1., 0.])

    Source: the cosine.
    """
    first, second = (x.astype(np.float64) for x in (a, b))
    lengths = np.sqrt(np.square(first).sum(1) * np.square(second).sum(1))
    return (first * second).sum(1) / np.where(lengths > 0, lengths, 1)
