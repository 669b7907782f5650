"""Clipping by the global norm, of merged rows and everything else together."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp

from embedlab.base import accumulator
from embedlab.sparse.merge import Merged


def clip_by_global_norm(limit: float, dense: Any, merged: dict[str, Merged]) -> tuple[Any, dict[str, Merged]]:
    """Scales all gradients by `min(1, limit / norm)`, with `norm² = Σ g²` over dense ones and merged rows.

    Args:
        limit: the greatest norm.
        dense: gradients of what is no table of rows, a pytree.
        merged: those of tables, by name, with sums [n, width].

    Returns:
        Both, scaled.

    Example:
        >>> rows = Merged(jnp.array([3]), jnp.full((1, 1), 4.0), jnp.int32(1))
        >>> dense, merged = clip_by_global_norm(1.0, {"w": jnp.array(3.0)}, {"table": rows})
        >>> round(float(dense["w"]), 2), round(float(merged["table"].sums[0, 0]), 2)
        (0.6, 0.8)

    Source: Pascanu et al. 2013; `optax.clip_by_global_norm`.
    """
    squares = [jnp.sum(jnp.square(leaf.astype(accumulator(leaf.dtype)))) for leaf in jax.tree.leaves(dense)]
    squares += [one.squared_norm() for one in merged.values()]
    norm = jnp.sqrt(sum(squares, start=jnp.zeros(())))
    scale = jnp.where(norm <= limit, 1, limit / norm)  # nothing is hidden: of a norm of NaN all are NaN
    dense = jax.tree.map(lambda leaf: leaf * scale.astype(leaf.dtype), dense)
    scaled = {
        name: dataclasses.replace(one, sums=one.sums * scale.astype(one.sums.dtype))
        for name, one in merged.items()
    }
    return dense, scaled
