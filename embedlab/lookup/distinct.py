"""Vectors of the distinct ids of a batch, for kinds that read many rows an id.

A subword embedding reads thirty rows for a usual word and hundreds for the longest, and a text repeats
its words. Written out for every position, padded to the longest word, that is fifty times the work
there is. Here each distinct id is pooled once, in blocks, each block only as far as its longest word.
"""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp

from embedlab.base import ABSENT, Embedding, Ids64, accumulator
from embedlab.linear import main_lookup
from embedlab.lookup.reads import read_program
from embedlab.lookup.take import read
from embedlab.lookup.unique import unique

# Ids pooled at a time: enough to hide a step's cost, few enough that one long word delays few others.
_BLOCK = 128
# From how many rows an id this pays for its sort. Measured with scripts/bench_pooled.py.
_MANY_ROWS = 8


def pays(spec: Embedding, buffers: Any, ids: Any) -> bool:
    """Whether a batch is better pooled by distinct ids: many rows an id, of fixed weights, on the CPU.

    An accelerator reads the padding faster than it takes the many small steps.

    Args:
        spec: the embedding.
        buffers: its buffers.
        ids: canonical ids [...].

    Returns:
        The choice, made from shapes alone.

    Example:
        >>> from embedlab import Dense
        >>> pays(Dense(10, 4), {}, jnp.zeros((2, 3), jnp.int32))
        False

    Source: measured.
    """
    if not spec.linear or isinstance(ids, Ids64) or ids.size <= _BLOCK or jax.default_backend() != "cpu":
        return False
    main = main_lookup(jax.eval_shape(spec.index, buffers, ids))
    return main.weights_from is None and main.rows.shape[-1] >= _MANY_ROWS


def distinct_vectors(spec: Embedding, variables: Any, ids: Any) -> tuple[Any, Any]:
    """Pools each distinct id once: `e(i) = Σ_k w_k(i) · T[rows_k(i)]`.

    Args:
        spec: a linear embedding with fixed weights.
        variables: its arrays.
        ids: canonical ids [...].

    Returns:
        Vectors float [n, dim] of the distinct ids, in ascending order, then zeros; and for each id its
        place among them, int32 [...], `ABSENT` for an absent id.

    Example:
        >>> from embedlab import Dense, Variables
        >>> table = Variables({"table": jnp.arange(6.0).reshape(3, 2)})
        >>> vectors, places = distinct_vectors(Dense(3, 2), table, jnp.array([2, 0, 2], jnp.int32))
        >>> vectors[places]   # [ids, dim]
        Array([[4., 5.],
               [0., 1.],
               [4., 5.]], dtype=float32)

    Source: the duplicates of a batch are merged as in FBGEMM's and torch's sparse gradients.
    """
    distinct, places, count = unique(ids.reshape(-1))
    room = -(-ids.size // _BLOCK) * _BLOCK
    distinct = jnp.pad(distinct, (0, room - ids.size), constant_values=ABSENT)
    main = main_lookup(jax.eval_shape(spec.index, variables.buffers, ids))
    table = variables.tables[main.table]
    vectors, *_ = _read_blocks(table, spec, variables.buffers, distinct, count)
    return vectors[: ids.size].astype(table.dtype), places.reshape(ids.shape)


@functools.partial(read_program, static=(1,))
def _read_blocks(table: Any, spec: Embedding, buffers: Any, distinct: Any, count: Any) -> tuple[Any, ...]:
    vectors = _pool_blocks(spec, table, buffers, distinct, count)
    rows, weights = _rows_and_weights(spec, buffers, distinct, vectors.dtype)
    return vectors, rows, weights


@functools.partial(jax.custom_vjp, nondiff_argnums=(0,))
def _pool_blocks(spec: Embedding, table: Any, buffers: Any, distinct: Any, count: Any) -> Any:
    """The pooled vectors [room, width] of `count` distinct ids, in the accumulator's dtype."""
    wide = accumulator(table.dtype)

    def block(number: Any, vectors: Any) -> Any:
        rows, weights, longest = _block_rows(spec, buffers, distinct, number, wide)

        def add(j: Any, total: Any) -> Any:
            return total + weights[j][:, None] * read(table, rows[j]).astype(wide)

        total = jax.lax.fori_loop(0, longest, add, jnp.zeros((_BLOCK, table.shape[1]), wide))
        return jax.lax.dynamic_update_slice_in_dim(vectors, total, number * _BLOCK, 0)

    start = jnp.zeros((distinct.shape[0], table.shape[1]), wide)
    return jax.lax.fori_loop(0, _blocks(count), block, start)


def _pool_forward(spec: Any, table: Any, buffers: Any, distinct: Any, count: Any) -> Any:
    return _pool_blocks(spec, table, buffers, distinct, count), (table, buffers, distinct, count)


def _pool_backward(spec: Any, kept: Any, cotangent: Any) -> Any:
    table, *which = kept
    return _scatter_blocks(spec, table.shape[0], cotangent, *which).astype(table.dtype), None, None, None


@functools.partial(jax.custom_vjp, nondiff_argnums=(0, 1))
def _scatter_blocks(
    spec: Embedding, num_rows: int, cotangent: Any, buffers: Any, distinct: Any, count: Any
) -> Any:
    """The transpose: `dT[r] = Σ w_k(i) · g[i]` over the (i, k) with `rows_k(i) = r`, block by block."""

    def block(number: Any, total: Any) -> Any:
        rows, weights, longest = _block_rows(spec, buffers, distinct, number, cotangent.dtype)
        g = jax.lax.dynamic_slice_in_dim(cotangent, number * _BLOCK, _BLOCK)

        def scatter(j: Any, total: Any) -> Any:
            update = weights[j][:, None] * g
            return total.at[rows[j]].add(update, mode="drop", wrap_negative_indices=False)

        return jax.lax.fori_loop(0, longest, scatter, total)

    start = jnp.zeros((num_rows, cotangent.shape[1]), cotangent.dtype)
    return jax.lax.fori_loop(0, _blocks(count), block, start)


def _scatter_forward(
    spec: Any, num_rows: int, cotangent: Any, buffers: Any, distinct: Any, count: Any
) -> Any:
    return _scatter_blocks(spec, num_rows, cotangent, buffers, distinct, count), (buffers, distinct, count)


def _scatter_backward(spec: Any, num_rows: int, which: Any, cotangent: Any) -> Any:
    return _pool_blocks(spec, cotangent, *which), None, None, None


# Each is the other's transpose, so that derivatives of any order exist; loops of a length that the data
# decide have none of their own.
_pool_blocks.defvjp(_pool_forward, _pool_backward)
_scatter_blocks.defvjp(_scatter_forward, _scatter_backward)


def _blocks(count: Any) -> Any:
    return -(-count // _BLOCK)


def _block_rows(spec: Any, buffers: Any, distinct: Any, number: Any, wide: Any) -> tuple[Any, Any, Any]:
    """Rows and weights [k, block] of one block, and the last position where any has a row, plus one."""
    ids = jax.lax.dynamic_slice_in_dim(distinct, number * _BLOCK, _BLOCK)
    rows, weights = _rows_and_weights(spec, buffers, ids, wide)
    used = (rows != ABSENT).any(1)
    longest = jnp.max(jnp.where(used, jnp.arange(1, rows.shape[0] + 1), 0), initial=0)
    return rows, weights, longest


def _rows_and_weights(spec: Any, buffers: Any, ids: Any, wide: Any) -> tuple[Any, Any]:
    """Rows and weights [k, ids], positions first."""
    look = main_lookup(spec.index(buffers, ids))
    rows = jnp.asarray(look.rows)
    weights = jnp.ones(rows.shape, wide) if look.weights is None else jnp.asarray(look.weights, wide)
    return rows.T, weights.T
