"""The nearest rows by cosine."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from embedlab._arrays import checked, directions, product
from embedlab.checks import require, require_count
from embedlab.search.found import Neighbours, known, without
from embedlab.search.layout import Rows
from embedlab.search.scan import scan


@functools.partial(jax.jit, static_argnames="k")
def nearest(
    rows: Rows, queries: Float[Array, "q dim"], k: int, exclude: Int[Array, "q e"] | None = None
) -> Neighbours:
    """The k rows nearest to each query by cosine, `uᵀv / (‖u‖ ‖v‖)`, found exactly.

    All cosines are computed, by blocks, and the k largest kept; equal ones in the order of their rows. Memory
    is the table's and O(q · (dim + k)), and a block of 2²² scores, or of 32 rows' blocks.

    A vector that is zero or not finite has no direction: it is nobody's neighbour, and has none.

    Args:
        rows: the table, [n, dim], as `lay_out` makes it.
        queries: float [q, dim], of any length.
        k: how many to find, at least 1.
        exclude: int [q, e], rows that are no neighbour of each query; `ABSENT` excludes nothing. None as
            well.

    Returns:
        Indices int32 [q, k] and cosines float [q, k]; where there are fewer than k, `ABSENT` and −inf.

    Raises:
        ValueError: k is below 1, or dimensions differ.

    Example:
        >>> from embedlab.search import lay_out
        >>> table = jnp.array([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0]])
        >>> nearest(lay_out(table), table, k=1, exclude=jnp.arange(3)[:, None]).indices.ravel()
        Array([1, 0, 1], dtype=int32)

    Source: exact search by inner product.
    """
    require_count("k", k)
    asked, dim = checked(queries, least=0), rows.units.shape[-1]
    require(asked.shape[1] == dim, "queries.shape", asked.shape, f"give vectors of the table's dim, {dim}")
    more = 0 if exclude is None else exclude.shape[1]
    units, _ = directions(asked)

    def score(some: Any, block: Any) -> Any:
        return product(some, block.T)

    found = scan(score, rows, units, k + more)
    # A zero query has cosine 0 with every row, and one that is not finite has NaN.
    has_direction = jnp.isfinite(units).all(-1) & (units != 0).any(-1)
    there = has_direction[:, None] & (found.scores > -jnp.inf)
    scores = jnp.where(there, jnp.clip(found.scores, -1, 1), -jnp.inf)
    found = known(found.indices, scores)
    return found if exclude is None else without(found, exclude, k)
