"""`take`: rows of a table, and the sums of their cotangents."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Shaped

from embedlab.base import ABSENT, accumulator
from embedlab.lookup.reads import read_program


def take(table: Float[Array, "rows width"], rows: Any) -> Float[Array, "*shape width"]:
    """`T[rows]`, zeros where a row is absent, out of range or negative: nothing wraps, nothing clamps.

    In reverse, `dT[r] = Σ g[i]` over the i with `rows[i] = r`, summed in float32 or better and rounded
    once: in bfloat16 a sum of ones would stop at 256.

    Args:
        table: float [rows, width].
        rows: int32 [...].

    Returns:
        float [..., width].

    Example:
        >>> from embedlab import ABSENT
        >>> take(jnp.ones((3, 2)), jnp.array([0, ABSENT, -1]))
        Array([[1., 1.],
               [0., 0.],
               [0., 0.]], dtype=float32)

    Source: none; JAX's "fill" mode with the wrapping of negative indices switched off.
    """
    rows = jnp.asarray(rows)
    vectors, _ = _take(table, rows.reshape(-1))
    return vectors.reshape(*rows.shape, table.shape[1])


def read(table: Shaped[Array, "rows width"], rows: Any) -> Shaped[Array, "*shape width"]:
    """`take` with the derivative that JAX gives it, for code that brings its own.

    Args:
        table: [rows, width], of floats or of what is kept beside them.
        rows: int32 [...].

    Returns:
        [..., width].

    Example:
        >>> read(jnp.ones((3, 2)), jnp.array([-1]))
        Array([[0., 0.]], dtype=float32)

    Source: JAX's "fill" mode.
    """
    return table.at[rows].get(mode="fill", fill_value=0, wrap_negative_indices=False)


@read_program
def _take(table: Any, rows: Any) -> tuple[Any, Any]:
    """The rows [n, width], and which they are, [1, n]."""
    wide = accumulator(table.dtype) == table.dtype
    return (read if wide else _take_narrow)(table, rows), rows[None]


@jax.custom_vjp
def _take_narrow(table: Any, rows: Any) -> Any:
    return read(table, rows)


def _take_forward(table: Any, rows: Any) -> tuple[Any, tuple[Any, Any]]:
    return read(table, rows), (table, rows)


def _take_backward(kept: tuple[Any, Any], cotangent: Any) -> tuple[Any, None]:
    """Sums each row's cotangents before it rounds them, without a wide copy of the table."""
    table, rows = kept
    flat = jnp.asarray(rows).reshape(-1)
    order = jnp.argsort(flat)
    ordered = flat[order]
    wide = cotangent.reshape(flat.shape[0], table.shape[1]).astype(accumulator(table.dtype))[order]
    first = jnp.concatenate([jnp.ones(min(1, flat.shape[0]), bool), ordered[1:] != ordered[:-1]])
    sums = jax.ops.segment_sum(wide, jnp.cumsum(first) - 1, flat.shape[0], indices_are_sorted=True)
    # The n-th sum belongs to the n-th distinct row; the rest of the places are nobody's.
    owners = jnp.full(flat.shape, ABSENT, flat.dtype).at[jnp.cumsum(first) - 1].set(ordered)
    empty = jnp.zeros(table.shape, table.dtype)
    return empty.at[owners].set(sums.astype(table.dtype), mode="drop", wrap_negative_indices=False), None


_take_narrow.defvjp(_take_forward, _take_backward)
