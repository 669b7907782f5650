"""All queries against all rows, block by block, with the best so far carried along."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from embedlab.base import ABSENT
from embedlab.search.found import Neighbours
from embedlab.search.largest import largest
from embedlab.search.layout import Rows

#: Scores that are alive at a time, at most.
NUMBERS = 1 << 22
_LEAST = 32  # queries at once, at least: fewer would read the table for little

Score = Callable[[Any, Float[Array, "size dim"]], Float[Array, "q size"]]


def scan(score: Score, rows: Rows, queries: Any, k: int, width: int = 1) -> Neighbours:
    """The k rows of the highest score for each query, exactly; equal scores in the order of their rows.

    Queries are taken in blocks, and for each of these the table in blocks: of scores, only those of one
    block of queries with one block of rows are alive.

    Args:
        score: from queries and the unit vectors of a block of rows, [size, dim], to scores [q, size].
        rows: the table.
        queries: arrays [q, ...], in any nesting.
        k: how many.
        width: numbers alive for each score.

    Returns:
        Rows and scores, [q, k]. A place that no row has is `ABSENT`, or any row with −inf, or NaN.

    Example:
        >>> from embedlab.search.layout import lay_out
        >>> rows = lay_out(jnp.eye(3))
        >>> scan(lambda q, units: -q @ units.T, rows, jnp.array([[1.0, 2.0, 3.0]]), k=2).indices
        Array([[0, 1]], dtype=int32)

    Source: none.
    """
    count = len(jax.tree.leaves(queries)[0])
    at_once = max(_LEAST, NUMBERS // (width * rows.bias.shape[1]))
    if count <= at_once:
        return _one_block(score, rows, queries, k)
    blocks = -(-count // at_once)
    at_once = -(-count // blocks)
    spare = blocks * at_once - count

    def split(array: Any) -> Any:
        return jnp.pad(array, ((0, spare), *[(0, 0)] * (array.ndim - 1))).reshape(
            blocks, at_once, *array.shape[1:]
        )

    found = jax.lax.map(lambda some: _one_block(score, rows, some, k), jax.tree.map(split, queries))
    return jax.tree.map(lambda x: x.reshape(-1, k)[:count], found)


def _one_block(score: Score, rows: Rows, queries: Any, k: int) -> Neighbours:
    blocks, size, _ = rows.units.shape
    some = min(k, size)

    def step(best: Neighbours, block: Any) -> tuple[Neighbours, None]:
        units, bias, start = block
        scores, places = largest(score(queries, units) + bias, some)
        return _merged(best, places + start, scores, k), None

    made = jax.eval_shape(score, queries, rows.units[0])
    empty = (made.shape[0], k)
    nothing = Neighbours(jnp.full(empty, ABSENT, jnp.int32), jnp.full(empty, -jnp.inf, made.dtype))
    starts = jnp.arange(blocks, dtype=jnp.int32) * size
    return jax.lax.scan(step, nothing, (rows.units, rows.bias, starts))[0]


def _merged(best: Neighbours, indices: Any, scores: Any, k: int) -> Neighbours:
    """The best of those before and of a block's; those before come first, as their rows do."""
    both = jnp.concatenate([best.scores, scores], 1)
    values, places = jax.lax.top_k(both, k)
    return Neighbours(jnp.take_along_axis(jnp.concatenate([best.indices, indices], 1), places, 1), values)
