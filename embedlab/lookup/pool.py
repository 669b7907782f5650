"""`pool`: weighted sums of rows, without an array of every row.

It walks over the positions of the bags, adding one row a bag at each step. JAX would otherwise write
every row out and read it back, which at millions of rows costs five times the sum itself.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from embedlab.base import ABSENT, accumulator
from embedlab.lookup.reads import read_program
from embedlab.lookup.take import read, take

# One step of the pooling loop reads a row a bag. Where bags are few, they are cut so that a step reads
# enough to hide the loop's own cost. Measured with scripts/bench_pooled.py.
_FEW_BAGS = 64
_ROWS_A_STEP = 1024
_UNROLL = 8
# Bags as short as this are read without a loop: up to twice as fast, and longer ones a third slower.
_SHORT = 32


def pool(
    table: Float[Array, "rows width"],
    rows: Any,
    weights: Float[Array, "*shape k"] | None = None,
    *,
    dtype: Any = None,
) -> Float[Array, "*shape width"]:
    """`Σ_k w[..., k] · T[rows[..., k]]`, summed in float32 or better, without a [..., k, width] array.

    Args:
        table: float [rows, width].
        rows: int32 [..., k].
        weights: float [..., k], or None for ones.
        dtype: of the result; None for the table's. A sum that is to be divided is best not rounded yet.

    Returns:
        float [..., width].

    Example:
        >>> pool(jnp.arange(6.0).reshape(3, 2), jnp.array([[0, 2]]), jnp.array([[1.0, 0.5]]))
        Array([[2. , 3.5]], dtype=float32)

    Source: the fused operator of FBGEMM (Khudia et al. 2021).
    """
    rows = jnp.asarray(rows)
    shape, k = rows.shape[:-1], rows.shape[-1]
    dtype = table.dtype if dtype is None else dtype
    if k == 1 and weights is None:
        return take(table, rows[..., 0]).astype(dtype)
    n = math.prod(shape)
    wide = accumulator(table.dtype)
    parts = _parts(n, k)
    short = -k % parts

    def cut(x: Any, fill: Any) -> Any:
        whole = jnp.pad(x.reshape(n, k), ((0, 0), (0, short)), constant_values=fill)
        return whole.reshape(n * parts, (k + short) // parts).T

    weights = None if weights is None else cut(jnp.asarray(weights, wide), 0)
    sums, *_ = _read_pool(table, cut(rows, ABSENT), weights)
    return sums.reshape(*shape, parts, table.shape[1]).sum(-2).astype(dtype)


def _parts(n: int, k: int) -> int:
    """Into how many shorter ones a long bag is cut where there are few: a step then reads enough rows."""
    if n >= _FEW_BAGS or n * k == 0:
        return 1
    return max(1, min(k, _ROWS_A_STEP // n))


def _plain_pool(table: Any, rows: Any, weights: Any) -> Any:
    """`Σ_k w[k, n] · T[rows[k, n]]` → [n, width] in the accumulator's dtype. Positions come first."""

    def add(total: Any, step: tuple[Any, Any]) -> tuple[Any, None]:
        step_rows, step_weights = step
        return total + _weighed(step_weights, read(table, step_rows).astype(total.dtype)), None

    start = jnp.zeros((rows.shape[1], table.shape[1]), accumulator(table.dtype))
    length = rows.shape[0]
    return jax.lax.scan(add, start, (rows, weights), unroll=length if 0 < length <= _SHORT else _UNROLL)[0]


def _weighed(weights: Any, vectors: Any) -> Any:
    return vectors if weights is None else weights[:, None] * vectors


# The forward rules below call the plain functions, which JAX can differentiate again in either mode.


def _pool_forward(table: Any, rows: Any, weights: Any) -> tuple[Any, tuple[Any, Any, Any]]:
    return _plain_pool(table, rows, weights), (table, rows, weights)


def _pool_backward(kept: tuple[Any, Any, Any], cotangent: Any) -> tuple[Any, None, Any]:
    return _table_cotangent(*kept, cotangent), None, _weights_cotangent(*kept, cotangent)


_pool = jax.custom_vjp(_plain_pool)
_pool.defvjp(_pool_forward, _pool_backward)


@read_program
def _read_pool(table: Any, rows: Any, weights: Any) -> tuple[Any, ...]:
    return _pool(table, rows, weights), rows, *(() if weights is None else (weights,))


def _table_cotangent(table: Any, rows: Any, weights: Any, cotangent: Any) -> Any:
    """`dT[r] = Σ weights[k, n] · g[n]` over the (k, n) with `rows[k, n] = r`, scattered step by step.

    Left to itself, JAX would add a whole table's gradient at every step of the loop.
    """

    def scatter(total: Any, step: tuple[Any, Any]) -> tuple[Any, None]:
        step_rows, step_weights = step
        return _add(total, step_rows, _weighed(step_weights, cotangent)), None

    start = jnp.zeros(table.shape, cotangent.dtype)
    return jax.lax.scan(scatter, start, (rows, weights), unroll=_UNROLL)[0].astype(table.dtype)


def _weights_cotangent(table: Any, rows: Any, weights: Any, cotangent: Any) -> Any:
    """`dw[k, n] = <T[rows[k, n]], g[n]>`."""
    if weights is None:
        return None

    def dot(_: None, step_rows: Any) -> tuple[None, Any]:
        return None, (read(table, step_rows).astype(cotangent.dtype) * cotangent).sum(-1)

    return jax.lax.scan(dot, None, rows, unroll=_UNROLL)[1].astype(weights.dtype)


def pool_ragged(
    table: Float[Array, "rows width"], rows: Any, weights: Any, owner: Any, bags: int
) -> Float[Array, "bags width"]:
    """`Σ_i w[i] · T[rows[i]]` over the i with `owner[i] = b`, for every bag b, without an [n, width] array.

    Args:
        table: float [rows, width].
        rows: int32 [n].
        weights: float [n], or None for ones.
        owner: int32 [n], the bag of each; what is not in 0 … bags − 1 belongs to none.
        bags: how many there are.

    Returns:
        float [bags, width], in float32 or better.

    Example:
        >>> pool_ragged(jnp.eye(3), jnp.array([0, 2, 2]), None, jnp.array([0, 0, 1]), bags=2)
        Array([[1., 0., 1.],
               [0., 0., 1.]], dtype=float32)

    Source: the product of a sparse matrix, given by its entries, and a dense one.
    """
    wide = accumulator(table.dtype)
    if bags == 0 or rows.shape[0] == 0:
        return jnp.zeros((bags, table.shape[1]), wide)
    weights = jnp.ones(rows.shape, wide) if weights is None else jnp.asarray(weights, wide)
    size = min(_ROWS_A_STEP, rows.shape[0])
    short = -rows.shape[0] % size

    def cut(x: Any, fill: Any) -> Any:
        return jnp.pad(x, (0, short), constant_values=fill).reshape(-1, size)

    return _read_ragged(table, bags, cut(rows, ABSENT), cut(weights, 0), cut(owner, -1))[0]


def _plain_pool_ragged(bags: int, table: Any, rows: Any, weights: Any, owner: Any) -> Any:
    """`pool_ragged` of rows, weights and owners that are cut into steps [steps, size]."""

    def add(total: Any, step: tuple[Any, Any, Any]) -> tuple[Any, None]:
        step_rows, step_weights, step_owner = step
        weighed = step_weights[:, None] * read(table, step_rows).astype(total.dtype)
        return _add(total, step_owner, weighed), None

    start = jnp.zeros((bags, table.shape[1]), weights.dtype)
    return jax.lax.scan(add, start, (rows, weights, owner))[0]


def _ragged_forward(bags: int, table: Any, rows: Any, weights: Any, owner: Any) -> tuple[Any, Any]:
    return _plain_pool_ragged(bags, table, rows, weights, owner), (table, rows, weights, owner)


def _ragged_backward(bags: int, kept: Any, cotangent: Any) -> tuple[Any, None, Any, None]:
    """`dT[r] = Σ w[i] · g[owner[i]]` and `dw[i] = <T[rows[i]], g[owner[i]]>`, step by step."""
    table, rows, weights, owner = kept

    def scatter(total: Any, step: tuple[Any, Any, Any]) -> tuple[Any, None]:
        step_rows, step_weights, step_owner = step
        return _add(total, step_rows, step_weights[:, None] * read(cotangent, step_owner)), None

    def dot(_: None, step: tuple[Any, Any]) -> tuple[None, Any]:
        step_rows, step_owner = step
        return None, (read(table, step_rows).astype(cotangent.dtype) * read(cotangent, step_owner)).sum(-1)

    d_table = jax.lax.scan(scatter, jnp.zeros(table.shape, cotangent.dtype), (rows, weights, owner))[0]
    d_weights = jax.lax.scan(dot, None, (rows, owner))[1]
    return d_table.astype(table.dtype), None, d_weights.astype(weights.dtype), None


_pool_ragged = jax.custom_vjp(_plain_pool_ragged, nondiff_argnums=(0,))
_pool_ragged.defvjp(_ragged_forward, _ragged_backward)


@functools.partial(read_program, static=(1,))
def _read_ragged(table: Any, bags: int, rows: Any, weights: Any, owner: Any) -> tuple[Any, ...]:
    return _pool_ragged(bags, table, rows, weights, owner), rows, weights, owner


def _add(total: Any, rows: Any, updates: Any) -> Any:
    """Adds to rows; to those that there are not, nothing."""
    return total.at[rows].add(updates, mode="drop", wrap_negative_indices=False)
