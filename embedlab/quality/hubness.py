"""Hubs: rows that are among the nearest neighbours of very many others."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from embedlab._arrays import checked, directions, nan_unless_finite
from embedlab.quality.neighbours import neighbours


@functools.partial(jax.jit, static_argnames="k")
def k_occurrence(vectors: Float[Array, "n dim"], k: int = 10) -> Int[Array, " n"]:
    """How many other rows count each row among their k nearest, by cosine.

    `N_k(i) = |{j ≠ i : i ∈ kNN(j)}|`. The N_k sum to k · n where every row has k neighbours. A row that
    is zero or not finite has no direction: it is nobody's neighbour, and has none. Neighbours are found
    exactly, and by blocks: memory is O(n · (dim + k)) and a block of 2²² scores.

    Args:
        vectors: float [n, dim], n ≥ 2.
        k: how many neighbours.

    Returns:
        int32 [n], occurrences.

    Raises:
        ValueError: k is not in 1 … n − 1, n is below 2, or dim is 0.

    Example:
        >>> k_occurrence(jnp.array([[1.0, 0.0], [1.0, 0.1], [1.0, 0.5], [0.0, -1.0]]), k=1)
        Array([2, 2, 0, 0], dtype=int32)

    Reference: Radovanović, Nanopoulos & Ivanović 2010, "Hubs in space: popular nearest neighbors in
    high-dimensional data".
    """
    wide = checked(vectors, least=2)
    n = wide.shape[0]
    found = neighbours(wide, wide, k, jnp.arange(n, dtype=jnp.int32)).indices
    return jnp.zeros(n, jnp.int32).at[found.ravel()].add(1, mode="drop")


@functools.partial(jax.jit, static_argnames="k")
def hubness(vectors: Float[Array, "n dim"], k: int = 10) -> Float[Array, ""]:
    """The skewness of the k-occurrence: above 0, some rows are hubs.

    `E[(N_k − μ)³] / σ³` over the rows that are not zero, μ and σ the mean and the standard deviation of
    N_k (see `k_occurrence`), both of the population.

    Args:
        vectors: float [n, dim], n ≥ 2.
        k: how many neighbours.

    Returns:
        Float scalar. 0 if all N_k are equal; NaN if any number is NaN or infinite.

    Raises:
        ValueError: k is not in 1 … n − 1, n is below 2, or dim is 0.

    Example:
        >>> star = jnp.eye(9).at[:, 0].set(1.0)   # row 0 is nearest to all others
        >>> round(float(hubness(star, k=1)), 3)
        2.405

    Reference: Radovanović, Nanopoulos & Ivanović 2010, "Hubs in space: popular nearest neighbors in
    high-dimensional data".
    """
    wide = checked(vectors, least=2)
    present = directions(wide)[1]
    occurrence = k_occurrence(wide, k).astype(wide.dtype)
    gap = occurrence - jnp.mean(occurrence, where=present)
    variance = jnp.mean(jnp.square(gap), where=present)
    skewness = jnp.mean(gap**3, where=present) / jnp.where(variance > 0, variance, 1) ** 1.5
    return nan_unless_finite(jnp.where(variance > 0, skewness, 0), wide)
