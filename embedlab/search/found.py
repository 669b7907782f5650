"""What a search finds, and what is left of it without the rows that were asked for."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from embedlab.base import ABSENT


class Neighbours(NamedTuple):
    """The k best rows of each query, the best first.

    Attributes:
        indices: int32 [q, k], rows of the table; `ABSENT` where there is none.
        scores: float [q, k], cosines, or what else was searched by; −inf where there is none.

    Example:
        >>> from embedlab.quality import neighbours
        >>> neighbours(jnp.eye(3), jnp.array([[0.0, 2.0, 1.0]]), k=2).indices
        Array([[1, 2]], dtype=int32)

    Source: none; a pair of arrays.
    """

    indices: Any
    scores: Any


def without(found: Neighbours, exclude: Int[Array, "q e"], k: int) -> Neighbours:
    """The k best that are left without some rows.

    To search for e more and to leave them out afterwards costs less than to look for them among all scores.

    Args:
        found: the k + e best, [q, k + e].
        exclude: int [q, e], rows that do not count for each query; `ABSENT` excludes nothing.
        k: how many to keep.

    Returns:
        The best of the others, in the same order, [q, k].

    Example:
        >>> found = Neighbours(jnp.array([[4, 1, 2]]), jnp.array([[0.9, 0.8, 0.7]]))
        >>> without(found, jnp.array([[1]]), k=2).indices
        Array([[4, 2]], dtype=int32)

    Source: none.
    """
    excluded = (found.indices[:, :, None] == exclude[:, None, :]).any(-1)
    scores, places = jax.lax.top_k(jnp.where(excluded, -jnp.inf, found.scores), k)
    return known(jnp.take_along_axis(found.indices, places, 1), scores)


def known(indices: Int[Array, "q k"], scores: Float[Array, "q k"]) -> Neighbours:
    """Rows and scores, with `ABSENT` wherever a score is −inf or NaN: there is no row.

    Args:
        indices: int [q, k], rows.
        scores: float [q, k].

    Returns:
        Both, [q, k].

    Example:
        >>> known(jnp.array([[4, 1]]), jnp.array([[0.5, -jnp.inf]])).indices.tolist() == [[4, ABSENT]]
        True

    Source: none.
    """
    there = scores > -jnp.inf
    return Neighbours(jnp.where(there, indices, ABSENT), jnp.where(there, scores, -jnp.inf))
