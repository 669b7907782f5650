"""Exact nearest neighbours by cosine, and how many of them two tables share."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from embedlab._arrays import checked, nan_unless_finite
from embedlab.base import ABSENT
from embedlab.checks import require, require_count
from embedlab.search import Neighbours, lay_out, nearest


@functools.partial(jax.jit, static_argnames="k")
def neighbours(
    vectors: Float[Array, "n dim"],
    queries: Float[Array, "q dim"],
    k: int,
    exclude: Int[Array, " q"] | None = None,
) -> Neighbours:
    """The k rows nearest to each query by cosine, `uᵀv / (‖u‖ ‖v‖)`, found exactly.

    All n cosines of a query are computed and the k largest kept; equal ones in the order of their rows.
    Queries and table go in blocks, so that memory is O((n + q) · dim + q · k) and a block of 2²² scores. Who
    searches one table several times lays it out once: see `embedlab.search.nearest`.

    A vector that is zero or not finite has no direction: it is nobody's neighbour, and has none.

    Args:
        vectors: float [n, dim], the table.
        queries: float [q, dim], of any number.
        k: how many to find.
        exclude: int [q], a row that is no neighbour of each query: its own. None excludes nothing.

    Returns:
        Indices int32 [q, k] and cosines float [q, k]. Where fewer than k rows have a direction, the
        rest is `ABSENT` and −inf.

    Raises:
        ValueError: k is not in 1 … n (n − 1 with `exclude`), n or dim is 0, or dimensions differ.

    Example:
        >>> table = jnp.array([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0]])
        >>> neighbours(table, table, k=1, exclude=jnp.arange(3)).indices.ravel()
        Array([1, 0, 1], dtype=int32)

    Reference: exact search by inner product; as a yardstick of embeddings, Wendlandt et al. 2018.
    """
    table, asked = checked(vectors), checked(queries, least=0)
    n, dim = table.shape
    _check_k(k, n if exclude is None else n - 1)
    require(asked.shape[1] == dim, "queries.shape", asked.shape, f"give vectors of the table's dim, {dim}")
    return nearest(lay_out(table), asked, k, None if exclude is None else exclude[:, None])


@functools.partial(jax.jit, static_argnames="k")
def neighbour_overlap(
    a: Float[Array, "n dim_a"], b: Float[Array, "n dim_b"], k: int = 10
) -> Float[Array, ""]:
    """The share of each row's k nearest rows that two tables have in common: 1 is no churn.

    `mean_i |N_a(i) ∩ N_b(i)| / k`, N the k nearest rows by cosine without the row itself. Where fewer
    than k rows have a direction, the longer list's length stands for k. A row that has no direction in
    either table is left out. One minus this value is the k-NN instability.

    Memory is O(n · (dim_a + dim_b + k²)) and a block of 2²² scores.

    Args:
        a: float [n, dim_a], a table.
        b: float [n, dim_b], another of the same rows: a later step's, another seed's, another kind's.
        k: how many neighbours.

    Returns:
        Float scalar in [0, 1]. 1 if no row has a neighbour in either; NaN if any number is NaN or
        infinite.

    Raises:
        ValueError: k is not in 1 … n − 1, n is below 2, or the tables have different numbers of rows.

    Example:
        >>> a = jax.random.normal(jax.random.key(0), (50, 8))
        >>> float(neighbour_overlap(a, -3.0 * a, k=5))   # turned and scaled: the same neighbours
        1.0

    Reference: Wendlandt, Kummerfeld & Mihalcea 2018, "Factors influencing the surprising instability of
    word embeddings" (overlap of nearest neighbours as stability); Leszczynski et al. 2020, "Understanding
    the downstream instability of word embeddings" (the k-NN measure).
    """
    n = checked(a, least=2).shape[0]
    require(b.shape[:1] == (n,), "b.shape", b.shape, f"give a table of {n} rows, as many as a has")
    first, second = (neighbours(x, x, k, jnp.arange(n)).indices for x in (a, b))
    shared = ((first[:, :, None] == second[:, None, :]) & (first != ABSENT)[:, :, None]).sum((1, 2))
    longer = jnp.maximum((first != ABSENT).sum(1), (second != ABSENT).sum(1))
    counted = longer > 0
    overlap = jnp.mean(shared / jnp.maximum(longer, 1), where=counted)
    dtype = jnp.promote_types(checked(a).dtype, checked(b).dtype)
    return nan_unless_finite(jnp.where(counted.any(), overlap, 1).astype(dtype), a, b)


def _check_k(k: int, most: int) -> None:
    """Requires 1 ≤ k ≤ most, the number of rows that can be neighbours."""
    require_count("k", k)
    require(k <= most, "k", k, f"give at most {most}, the number of rows that can be neighbours")
