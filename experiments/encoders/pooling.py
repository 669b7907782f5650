"""From the vectors of a document's positions to one vector; what stands at padding does not count."""

from __future__ import annotations

from typing import Literal

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

Pool = Literal["mean", "max"]


def pool(
    how: Pool, vectors: Float[Array, "rows length width"], mask: Bool[Array, "rows length"]
) -> Float[Array, "rows width"]:
    """The mean or the maximum over a document's positions; zeros for an empty one.

    Args:
        how: "mean" or "max", component by component.
        vectors: float [rows, length, width].
        mask: which positions count.

    Example:
        >>> vectors, mask = jnp.array([[[1.0], [3.0], [9.0]]]), jnp.array([[True, True, False]])
        >>> float(pool("mean", vectors, mask)[0, 0]), float(pool("max", vectors, mask)[0, 0])
        (2.0, 3.0)
    """
    return mean(vectors, mask) if how == "mean" else maximum(vectors, mask)


def mean(
    vectors: Float[Array, "rows length width"], mask: Bool[Array, "rows length"]
) -> Float[Array, "rows width"]:
    """The mean over a document's positions; zeros for an empty one."""
    count = jnp.maximum(mask.sum(1, keepdims=True), 1).astype(vectors.dtype)
    return jnp.where(mask[..., None], vectors, 0).sum(1) / count


def maximum(
    vectors: Float[Array, "rows length width"], mask: Bool[Array, "rows length"]
) -> Float[Array, "rows width"]:
    """The maximum over a document's positions, component by component; zeros for an empty one."""
    top = jnp.where(mask[..., None], vectors, -jnp.inf).max(1, initial=-jnp.inf)
    return jnp.where(mask.any(1, keepdims=True), top, 0)


def weights(
    scores: Float[Array, "rows length"], mask: Bool[Array, "rows length"]
) -> Float[Array, "rows length"]:
    """The softmax of a document's scores; zeros at padding, and so everywhere in an empty one.

    Example:
        >>> weights(jnp.zeros((1, 3)), jnp.array([[True, True, False]]))
        Array([[0.5, 0.5, 0. ]], dtype=float32)
    """
    low = jnp.finfo(scores.dtype).min  # not −∞: a softmax over nothing else would be NaN
    return jnp.where(mask, jax.nn.softmax(jnp.where(mask, scores, low)), 0)
