"""The k largest of many numbers in two stages: first the greatest of each tile, then those of k tiles."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from embedlab.checks import require, require_count
from embedlab.search.layout import TILE


def largest(
    scores: Float[Array, "q n"], k: int, tile: int = TILE
) -> tuple[Float[Array, "q k"], Int[Array, "q k"]]:
    """The k largest numbers of each row and their places, equal ones in the order of their places.

    The greatest number of each tile is found first, which is one pass that vectorises. The k largest lie
    in the k tiles whose greatest are largest: a tile that holds one of them has no smaller greatest than
    it, and fewer than k tiles can have a larger one. Only these k · tile numbers are sorted.

    Args:
        scores: float [q, n], without NaN.
        k: how many, 1 … n.
        tile: numbers a tile; where it does not divide n, or k tiles are most of all, one stage does it.

    Returns:
        Float [q, k], the largest first, and int32 [q, k].

    Raises:
        ValueError: k is not in 1 … n, or `tile` is below 1.

    Example:
        >>> values, places = largest(jnp.array([[3.0, 1.0, 7.0, 7.0, 0.0, 2.0, 5.0, 7.0]]), k=3, tile=2)
        >>> values.tolist(), places.tolist()
        ([[7.0, 7.0, 7.0]], [[2, 3, 7]])

    Source: exact selection by maxima of blocks, as in block-max retrieval (Ding & Suel 2011, "Faster top-k
    document retrieval using block-max indexes").
    """
    q, n = scores.shape
    require_count("tile", tile)
    require_count("k", k)
    require(k <= n, "k", k, f"give at most {n}, as many as there are scores")
    if n % tile or 2 * k * tile > n:
        values, places = jax.lax.top_k(scores, k)
        return values, places
    tiles = scores.reshape(q, n // tile, tile)
    _, chosen = jax.lax.top_k(tiles.max(-1), k)
    chosen = jnp.sort(chosen, -1)  # so that equal scores stay in the order of their places
    candidates = jnp.take_along_axis(tiles, chosen[:, :, None], 1).reshape(q, -1)
    values, places = jax.lax.top_k(candidates, k)
    return values, jnp.take_along_axis(chosen, places // tile, 1) * tile + places % tile
