"""What every metric does with its input: check the shape, widen the type, take directions and lengths."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Num

from embedlab.base import accumulator
from embedlab.checks import require


def checked(vectors: Float[Array, "n dim"], least: int = 1) -> Float[Array, "n dim"]:
    """The vectors in float32 or better; ValueError unless they are as `require_vectors` has them."""
    require_vectors(vectors, least)
    return vectors.astype(accumulator(vectors.dtype))


def require_vectors(vectors: Any, least: int) -> None:
    """Requires an array, float [n ≥ least, dim ≥ 1]."""
    require_array("vectors", vectors)
    shape, dtype = tuple(vectors.shape), vectors.dtype
    fits = len(shape) == 2 and shape[0] >= least and shape[1] >= 1
    require(fits, "vectors.shape", shape, f"give [n, dim] with n of at least {least} and dim of at least 1")
    require(jnp.issubdtype(dtype, jnp.floating), "vectors.dtype", str(dtype), "give floating-point vectors")


def require_array(field: str, value: Any) -> None:
    """Requires something with a shape and a type; a list has neither, and may be ragged."""
    fits = hasattr(value, "shape") and hasattr(value, "dtype")
    require(fits, field, type(value).__name__, "give an array, as np.asarray makes of a list")


def require_labels(labels: Any, rows: int) -> None:
    """Requires integers, one a row."""
    require_array("labels", labels)
    require(tuple(labels.shape) == (rows,), "labels.shape", tuple(labels.shape), f"give {rows}, one a row")
    whole = jnp.issubdtype(labels.dtype, jnp.integer)
    require(whole, "labels.dtype", str(labels.dtype), "give whole numbers, negative where there is no label")


def require_counts(counts: Any, rows: int) -> None:
    """Requires one a row."""
    require_array("counts", counts)
    require(tuple(counts.shape) == (rows,), "counts.shape", tuple(counts.shape), f"give {rows}, one a row")


def power_of_two(value: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """A power of two near half of each value, 1 for 0: to scale by it rounds nothing."""
    # Half, so that rounding up to a power of two cannot overflow.
    power = jax.lax.reduce_precision(value / 2, jnp.finfo(value.dtype).nexp, 0)
    return jnp.where(power == 0, 1, power)


def unit_scaled(vectors: Float[Array, "n dim"]) -> Float[Array, "n dim"]:
    """The table over a power of two, its largest number 4 at most, so that no square overflows."""
    return vectors / power_of_two(jnp.abs(vectors).max())


def lengths(vectors: Float[Array, "n dim"]) -> Float[Array, " n"]:
    """Euclidean norms, each row scaled by itself so that no square overflows."""
    scale = power_of_two(jnp.abs(vectors).max(-1))
    return scale * jnp.sqrt(jnp.square(vectors / scale[:, None]).sum(-1))


def directions(vectors: Float[Array, "n dim"]) -> tuple[Float[Array, "n dim"], Bool[Array, " n"]]:
    """Rows of length 1, and which are not zero. Zero rows stay zero; rows that are not finite give NaN."""
    scaled = vectors / power_of_two(jnp.abs(vectors).max(-1, keepdims=True))
    norms = jnp.sqrt(jnp.square(scaled).sum(-1, keepdims=True))
    return scaled / jnp.where(norms == 0, 1, norms), norms[:, 0] != 0


def nan_unless_finite(value: Any, *inputs: Num[Array, " ..."]) -> Any:
    """The value, or NaN if any input holds NaN or Inf: no metric hides a broken table."""
    finite = functools.reduce(jnp.logical_and, [jnp.isfinite(x).all() for x in inputs])
    return jax.tree.map(lambda x: jnp.where(finite, x, jnp.nan), value)


def product(a: Float[Array, "*n d"], b: Float[Array, "d m"]) -> Float[Array, "*n m"]:
    """A matrix product in the full precision of its type; accelerators round to fewer bits by default."""
    return jnp.matmul(a, b, precision=jax.lax.Precision.HIGHEST)


def narrow_counts(counts: Any) -> Any:
    """Host numbers of 64 bits → their dense ranks, equal in order and ties, in 32 bits."""
    wide = isinstance(counts, np.ndarray) and counts.dtype in (np.int64, np.uint64, np.float64)
    if wide and np.isfinite(counts).all():  # ranks would hide that a count is NaN
        return np.unique(counts, return_inverse=True)[1].astype(np.int32)
    return counts
