"""`gather`: the one function that reads tables, in two forms.

`rows` gives a vector for every index, for combines that are not linear in the rows. `pooled` gives the
weighted sum, and never holds [..., k, dim]: it walks over the positions k, adding one row a bag at each
step. JAX would otherwise write every row out and read it back, which at millions of rows costs five
times the sum itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from embedlab.base import ABSENT, Lookup, accumulator, effective_weights, main_lookup

# One step of the pooling loop reads a row a bag. Where bags are few, they are cut so that a step reads
# enough to hide the loop's own cost. Measured with scripts/bench_pooled.py.
_FEW_BAGS = 64
_ROWS_A_STEP = 1024
_UNROLL = 8


def gather(
    tables: Mapping[str, Array], lookups: tuple[Lookup, ...], *, pooled: bool = False
) -> dict[str, Array]:
    """Reads the rows that the lookups name.

    `rows`: `R[..., k, :] = T[rows[..., k]]`, zeros where a row is `ABSENT`.
    `pooled`: `R[...] = Σ_k weights[..., k] · T[rows[..., k]]` for the main lookup; lookups that others
    take their weights from come in the `rows` form.

    Differentiable in reverse with respect to the tables, and to learned weights. The pooled form has
    no forward mode (`jax.jvp`); the rows form has.

    Args:
        tables: name → float [rows, width].
        lookups: one a table, with int32 rows [..., k].
        pooled: which form.

    Returns:
        By table name, float [..., k, width], or [..., width] where pooled.

    Raises:
        KeyError: a lookup names no table.

    Example:
        >>> look = Lookup("table", jnp.array([[0, 2, ABSENT]], jnp.int32))
        >>> tables = {"table": jnp.arange(6.0).reshape(3, 2)}
        >>> gather(tables, (look,), pooled=True)["table"]
        Array([[4., 6.]], dtype=float32)

    Source: the operator of `torch.nn.EmbeddingBag` and of FBGEMM's table batched embeddings.
    """
    if not pooled:
        return {look.table: take(tables[look.table], look.rows) for look in lookups}
    main = main_lookup(lookups)
    gathered = {look.table: take(tables[look.table], look.rows) for look in lookups if look is not main}
    weights = effective_weights(gathered, main)
    gathered[main.table] = pool(tables[main.table], main.rows, weights)
    return gathered


def take(table: Float[Array, "rows width"], rows: Any) -> Float[Array, "*shape width"]:
    """`T[rows]`, zeros where a row is absent, out of range or negative: nothing wraps, nothing clamps.

    Args:
        table: float [rows, width].
        rows: int32 [...].

    Returns:
        float [..., width].

    Example:
        >>> take(jnp.ones((3, 2)), jnp.array([0, ABSENT, -1]))
        Array([[1., 1.],
               [0., 0.],
               [0., 0.]], dtype=float32)

    Source: none; JAX's "fill" mode with the wrapping of negative indices switched off.
    """
    return table.at[rows].get(mode="fill", fill_value=0, wrap_negative_indices=False)


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
    weights = jnp.ones(rows.shape, wide) if weights is None else jnp.asarray(weights, wide)
    parts = _parts(n, k)
    short = -k % parts
    rows = jnp.pad(rows.reshape(n, k), ((0, 0), (0, short)), constant_values=ABSENT)
    weights = jnp.pad(weights.reshape(n, k), ((0, 0), (0, short)))
    cut = (n * parts, (k + short) // parts)
    sums = _pool(table, rows.reshape(cut).T, weights.reshape(cut).T)
    return sums.reshape(*shape, parts, table.shape[1]).sum(-2).astype(dtype)


def _parts(n: int, k: int) -> int:
    """Into how many shorter ones a long bag is cut where there are few: a step then reads enough rows."""
    if n >= _FEW_BAGS or n * k == 0:
        return 1
    return max(1, min(k, _ROWS_A_STEP // n))


@jax.custom_vjp
def _pool(table: Any, rows: Any, weights: Any) -> Any:
    """`Σ_k w[k, n] · T[rows[k, n]]` → [n, width] in the accumulator's dtype. Positions come first."""

    def add(total: Any, step: tuple[Any, Any]) -> tuple[Any, None]:
        step_rows, step_weights = step
        return total + step_weights[:, None] * take(table, step_rows).astype(total.dtype), None

    start = jnp.zeros((rows.shape[1], table.shape[1]), weights.dtype)
    return jax.lax.scan(add, start, (rows, weights), unroll=_UNROLL)[0]


def _pool_forward(table: Any, rows: Any, weights: Any) -> tuple[Any, tuple[Any, Any, Any]]:
    return _pool(table, rows, weights), (table, rows, weights)


def _pool_backward(kept: tuple[Any, Any, Any], cotangent: Any) -> tuple[Any, None, Any]:
    return _table_cotangent(*kept, cotangent), None, _weights_cotangent(*kept, cotangent)


_pool.defvjp(_pool_forward, _pool_backward)


def _table_cotangent(table: Any, rows: Any, weights: Any, cotangent: Any) -> Any:
    """`dT[r] = Σ weights[k, n] · g[n]` over the (k, n) with `rows[k, n] = r`, scattered step by step.

    Left to itself, JAX would add a whole table's gradient at every step of the loop.
    """

    def scatter(total: Any, step: tuple[Any, Any]) -> tuple[Any, None]:
        step_rows, step_weights = step
        update = step_weights[:, None] * cotangent
        return total.at[step_rows].add(update, mode="drop", wrap_negative_indices=False), None

    start = jnp.zeros(table.shape, cotangent.dtype)
    return jax.lax.scan(scatter, start, (rows, weights), unroll=_UNROLL)[0].astype(table.dtype)


def _weights_cotangent(table: Any, rows: Any, weights: Any, cotangent: Any) -> Any:
    """`dw[k, n] = <T[rows[k, n]], g[n]>`."""

    def dot(_: None, step_rows: Any) -> tuple[None, Any]:
        return None, (take(table, step_rows).astype(cotangent.dtype) * cotangent).sum(-1)

    return jax.lax.scan(dot, None, rows, unroll=_UNROLL)[1].astype(weights.dtype)
