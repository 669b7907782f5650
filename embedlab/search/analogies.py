"""Analogies: which row is to c as b is to a."""

from __future__ import annotations

import functools
from typing import Any, Literal, get_args

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int

from embedlab._arrays import product
from embedlab.checks import require, require_count
from embedlab.search.cosine import nearest
from embedlab.search.found import Neighbours, known, without
from embedlab.search.layout import Rows
from embedlab.search.scan import scan

Method = Literal["3cosadd", "3cosmul"]
_EPSILON = 1e-6


@functools.partial(jax.jit, static_argnames=("k", "method"))
def solve(
    rows: Rows,
    a: Int[Array, " q"],
    b: Int[Array, " q"],
    c: Int[Array, " q"],
    k: int,
    exclude: Int[Array, "q e"] | None = None,
    method: Method = "3cosadd",
) -> Neighbours:
    """The k rows d that best complete "a is to b as c is to d", found exactly.

    With unit vectors, `3cosadd` is the greatest `cos(d, b − a + c)`, and `3cosmul` the greatest
    `s(d, b) · s(d, c) / (s(d, a) + ε)`, where `s = (1 + cos) / 2` and ε is 10⁻⁶.

    Args:
        rows: the table, [n, dim], as `lay_out` makes it.
        a: int [q], rows.
        b: int [q], rows.
        c: int [q], rows.
        k: how many to find, at least 1.
        exclude: int [q, e], rows that are no answer to each question; None leaves out a, b and c.
        method: `3cosadd` or `3cosmul`.

    Returns:
        Indices int32 [q, k] and scores float [q, k]; where there are fewer than k, `ABSENT` and −inf.

    Raises:
        ValueError: k is below 1, or the method is neither.

    Example:
        >>> from embedlab.search import lay_out
        >>> table = jnp.array([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
        >>> a, b, c = jnp.array([0]), jnp.array([1]), jnp.array([2])
        >>> solve(lay_out(table), a, b, c, k=1).indices
        Array([[3]], dtype=int32)

    Reference: Mikolov et al. 2013, "Linguistic regularities in continuous space word representations"
    (3CosAdd); Levy & Goldberg 2014, "Linguistic regularities in sparse and explicit word representations"
    (3CosMul, and the shift to 0 … 1).
    """
    require_count("k", k)
    require(method in get_args(Method), "method", method, "choose '3cosadd' or '3cosmul'")
    exclude = jnp.stack([a, b, c], 1) if exclude is None else exclude
    of_a, of_b, of_c = (rows.flat[row] for row in (a, b, c))
    # A word without a direction is like no other, and its question has no answer.
    there = jnp.stack([rows.bias.ravel()[row] for row in (a, b, c)]).min(0)[:, None]
    if method == "3cosadd":
        return nearest(rows, of_b - of_a + of_c + there, k, exclude)
    found = scan(_product_of_three, rows, (of_a, of_b, of_c), k + exclude.shape[1], width=3)
    return without(known(found.indices, found.scores + there), exclude, k)


def _product_of_three(queries: tuple[Any, Any, Any], units: Any) -> Any:
    # One product for all three: the table's block is read once.
    together = (1 + product(jnp.concatenate(queries), units.T)) / 2
    of_a, of_b, of_c = together.reshape(3, -1, units.shape[0])
    return of_b * of_c / (of_a + _EPSILON)
