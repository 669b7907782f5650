"""The distinct ids of a batch, inside of a program: shapes don't depend on how many there are."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from embedlab.base import ABSENT


def unique(ids: Any) -> tuple[Any, Any, Any]:
    """Each present id once, and where each is found: `distinct[places[i]] = ids[i]`.

    Args:
        ids: int32 [n]; `ABSENT` for none.

    Returns:
        The distinct ids in ascending order, then `ABSENT`, int32 [n]; for each id its place among them,
        int32 [n], `ABSENT` for an absent one; and how many distinct ones there are, int32 scalar.

    Example:
        >>> unique(jnp.array([7, 2, ABSENT, 7], jnp.int32))[1]   # places of 7 and 2 among [2, 7]
        Array([         1,          0, 2147483647,          1], dtype=int32)

    Source: `numpy.unique`. On the CPU the places are searched for: XLA sorts pairs with a comparison that
    it calls, numbers alone five times as fast.
    """
    if jax.default_backend() == "cpu":
        distinct, count = _compact(jnp.sort(ids))
        places = jnp.searchsorted(distinct, ids, method="scan_unrolled").astype(jnp.int32)
        return distinct, jnp.where(ids == ABSENT, ABSENT, places), count
    order = jnp.argsort(ids)
    ordered = ids[order]
    distinct, count = _compact(ordered)
    ranks = jnp.where(ordered == ABSENT, ABSENT, jnp.cumsum(_first(ordered)) - 1).astype(jnp.int32)
    return distinct, jnp.zeros(ids.shape, jnp.int32).at[order].set(ranks, unique_indices=True), count


def _first(ordered: Any) -> Any:
    """Whether a place is the first of its present id, bool [n]."""
    edge = jnp.ones(min(1, ordered.shape[0]), bool)
    return jnp.concatenate([edge, ordered[1:] != ordered[:-1]]) & (ordered != ABSENT)


def _compact(ordered: Any) -> tuple[Any, Any]:
    """The distinct present ids of ordered ones, to the front, and how many."""
    first = _first(ordered)
    ranks = jnp.where(first, jnp.cumsum(first) - 1, ABSENT)
    distinct = jnp.full(ordered.shape, ABSENT, jnp.int32).at[ranks].set(ordered, mode="drop")
    return distinct, first.sum(dtype=jnp.int32)
