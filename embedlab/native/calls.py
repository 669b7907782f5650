"""What the kernels do, as pure functions for `jit`, `lax.scan` and `shard_map`.

A sparse matrix is given by its entries, in arrays [k, n]: entry (j, i) adds `weights[j, i]` times a row of
`cotangents` to row `rows[j, i]`. That row of `cotangents` is `owners[j, i]`, or the column i where there
are no owners.

A row's sums are added in the order of its entries, by one thread: the bits of a result don't depend on
how many threads there are. All take arrays of float32 and int32, and raise a RuntimeError where the
kernels aren't `available()`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float32, Int32

from embedlab.base import ABSENT
from embedlab.native.build import available

# By name: what a row's state is, "row" (of the table's width) or "number" (one a row). The kernels count
# the rules in this order.
RULES = {
    "sgd": (),
    "adagrad": ("row",),
    "row_adagrad": ("number",),
    "adam": ("row", "row"),
    "row_adam": ("row", "number"),
    "momentum": ("row",),
    "clipped_sgd": (),
}


def pool(table: Float32[Array, "rows width"], rows: Any, weights: Any = None) -> Float32[Array, "bags width"]:
    """Weighted sums of rows: `out[i] = Σ_j weights[j, i] · table[rows[j, i]]`.

    Args:
        table: float32 [rows, width].
        rows: int32 [k, n], positions first.
        weights: float32 [k, n], or None for ones.

    Returns:
        float32 [n, width].

    Raises:
        ValueError: shapes that don't fit, other types, or 2³¹ entries and more.

    Example:
        >>> table, rows = jnp.arange(6.0).reshape(3, 2), jnp.array([[0], [2]])
        >>> if available():
        ...     assert pool(table, rows).tolist() == [[4.0, 6.0]]

    Source: the fused operator of FBGEMM (Khudia et al. 2021).
    """
    rows, weights, _ = _entries(rows, weights, None)
    _require_matrix("table", table)
    shape = (rows.shape[1], table.shape[1])
    if rows.size == 0 or table.size == 0:
        return jnp.zeros(shape, jnp.float32)
    return _call("embedlab_pool", [_like(table, shape)], table, rows, weights)[0]


def merge(
    rows: Any,
    weights: Any,
    owners: Any,
    cotangents: Float32[Array, "owners width"],
    table_rows: int,
) -> tuple[Int32[Array, " entries"], Float32[Array, "entries width"], Int32[Array, ""]]:
    """Each distinct row once, with the sum of what its entries add: `sums[d] = Σ weight · cotangent`.

    Args:
        rows: int32 [k, n].
        weights: float32 [k, n], or None for ones.
        owners: int32 [k, n], or None for the column: then there are n cotangents.
        cotangents: float32 [m, width].
        table_rows: how many rows the table has.

    Returns:
        The distinct rows, int32 [k · n], ascending, then `embedlab.ABSENT`; their sums, float32
        [k · n, width], then zeros; and how many distinct rows there are, int32 scalar.

    Raises:
        ValueError: shapes that don't fit, other types, or 2³¹ entries and more.

    Example:
        >>> if available():
        ...     distinct, sums, count = merge(jnp.array([[5, 5]]), None, None, jnp.ones((2, 1)), 9)
        ...     assert (distinct[0], sums[0, 0], count) == (5, 2.0, 1)

    Source: the sparse gradients of torch (`coalesce`).
    """
    rows, weights, owners = _entries(rows, weights, owners, cotangents)
    number, width = rows.size, cotangents.shape[1]
    if number == 0 or cotangents.shape[0] == 0 or table_rows == 0:
        absent, zeros = jnp.full(number, ABSENT, jnp.int32), jnp.zeros((number, width), jnp.float32)
        return absent, zeros, jnp.zeros((), jnp.int32)
    results = [_like(rows, (number,)), _like(cotangents, (number, width)), _like(rows, ())]
    call = (rows, weights, owners, cotangents)
    distinct, sums, count = _call("embedlab_merge", results, *call, table_rows=np.int64(table_rows))
    return distinct, sums, count


def update(
    rule: str,
    hyper: Any,
    table: Float32[Array, "rows width"],
    states: Sequence[Float32[Array, "rows _"]],
    rows: Any,
    weights: Any,
    owners: Any,
    cotangents: Float32[Array, "owners width"],
) -> tuple[Float32[Array, "rows width"], tuple[Float32[Array, "rows _"], ...]]:
    """Applies an optimizer's rule to the rows that have entries, in place where the arguments are donated.

    With g the sum of what a row's entries add (its gradient), w the row, and `hyper` in this order:

    | rule | hyper | what it does |
    | --- | --- | --- |
    | sgd | rate | w −= rate · g |
    | adagrad | rate, eps, eps_root | s += g²; w −= rate · g / (√(s + eps_root) + eps) |
    | row_adagrad | rate, eps, eps_root | s += mean(g²), one number a row; w as in adagrad |
    | adam | rate, eps, a, b, 1−a, 1−b | m = a·m + (1−a)·g; v = b·v + (1−b)·g²; w −= rate · m / (√v + eps) |
    | row_adam | rate, eps, a, b, 1−a, 1−b | as adam, with v of mean(g²), one number a row |
    | momentum | rate, a | m = a·m + g; w −= rate · m |
    | clipped_sgd | rate, limit | w −= rate · g · min(1, limit / ‖g‖) |

    Rows without entries are left as they are, and so is their state.

    Args:
        rule: a name in `RULES`.
        hyper: float32 [8], the rule's numbers first; the rest is not read.
        table: float32 [rows, width].
        states: what the rule keeps, in the order of `RULES`: float32 [rows, width] or [rows, 1].
        rows: int32 [k, n].
        weights: float32 [k, n], or None for ones.
        owners: int32 [k, n], or None for the column: then there are n cotangents.
        cotangents: float32 [m, width].

    Returns:
        The table, float32 [rows, width], and the states.

    Raises:
        ValueError: no such rule, shapes that don't fit, other types, or 2³¹ entries and more.

    Example:
        >>> hyper, entries = jnp.zeros(8).at[0].set(0.5), jnp.array([[0, 0]])
        >>> if available():
        ...     table, () = update("sgd", hyper, jnp.ones((2, 1)), (), entries, None, None, jnp.ones((2, 1)))
        ...     assert table.tolist() == [[0.0], [1.0]]

    Source: Duchi et al. 2011 (Adagrad), Kingma and Ba 2015 (Adam), and the row-wise forms of FBGEMM
    (Khudia et al. 2021).
    """
    rows, weights, owners = _entries(rows, weights, owners, cotangents)
    _require_matrix("table", table)
    _require_states(rule, table, states)
    _require_width(table, cotangents)
    _require("hyper", hyper, (8,), np.float32)
    if 0 in (rows.size, cotangents.shape[0], table.size):
        return table, tuple(states)
    places = (table, *states)
    found = _call(
        "embedlab_update",
        [_like(place, place.shape) for place in places],
        *(hyper, rows, weights, owners, cotangents, *places),
        aliases={5 + i: i for i in range(len(places))},
        rule=np.int64(list(RULES).index(rule)),
    )
    return found[0], tuple(found[1:])


def write(
    table: Float32[Array, "rows width"], rows: Any, values: Float32[Array, "n width"]
) -> Float32[Array, "rows width"]:
    """Sets rows, in place where the table is donated: `table[rows[i]] = values[i]`.

    Args:
        table: float32 [rows, width].
        rows: int32 [n], distinct but for those that are not there: nobody says which of two values stays.
        values: float32 [n, width].

    Returns:
        float32 [rows, width].

    Raises:
        ValueError: shapes that don't fit, other types, or 2³¹ rows and more.

    Example:
        >>> if available():
        ...     assert write(jnp.zeros((2, 1)), jnp.array([1]), jnp.ones((1, 1))).tolist() == [[0.0], [1.0]]

    Source: none; JAX's `table.at[rows].set(values)`.
    """
    _require_matrix("table", table)
    _require_width(table, values)
    rows = jnp.asarray(rows)
    _require("rows", rows, values.shape[:1], np.int32)
    if rows.size == 0 or table.size == 0:
        return table
    call = (table, rows, values)
    return _call("embedlab_write", [_like(table, table.shape)], *call, aliases={0: 0})[0]


# --- what a kernel is called with --------------------------------------------------------------------


def _call(name: str, results: list[Any], *args: Any, aliases: Any = None, **numbers: Any) -> Any:
    if not available():
        raise RuntimeError("the kernels can't be used here: ask `embedlab.native.available()` first")
    call = jax.ffi.ffi_call(name, results, input_output_aliases=aliases, vmap_method="sequential")
    return call(*args, **numbers)


def _like(array: Any, shape: tuple[int, ...]) -> Any:
    return jax.ShapeDtypeStruct(shape, array.dtype)


def _entries(rows: Any, weights: Any, owners: Any, cotangents: Any = None) -> tuple[Any, Any, Any]:
    """The entries as arrays that fit each other."""
    rows = jnp.asarray(rows)
    if rows.ndim != 2 or math.prod(rows.shape) >= 2**31:
        raise ValueError(f"rows has shape {rows.shape}: give [k, n], of less than 2³¹ entries")
    _require("rows", rows, rows.shape, np.int32)
    weights = _optional("weights", weights, rows.shape, np.float32)
    if cotangents is not None:
        _require_matrix("cotangents", cotangents)
        if owners is None and cotangents.shape[0] != rows.shape[1]:
            raise ValueError(
                f"{cotangents.shape[0]} cotangents for {rows.shape[1]} columns of rows: give owners, "
                "or one cotangent a column"
            )
    owners = _optional("owners", owners, rows.shape, np.int32)
    return rows, weights, owners


def _optional(name: str, array: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """What may be None is an empty array to the kernels."""
    if array is None:
        return jnp.zeros(0, dtype)
    array = jnp.asarray(array)
    _require(name, array, shape, dtype)
    return array


def _require(name: str, array: Any, shape: tuple[int, ...], dtype: Any) -> None:
    if array.shape != shape or array.dtype != dtype:
        raise ValueError(f"{name} is {array.dtype} {list(array.shape)}: give {np.dtype(dtype)} {list(shape)}")


def _require_matrix(name: str, array: Any) -> None:
    if array.ndim != 2 or array.shape[0] >= 2**31 or array.dtype != np.float32:
        raise ValueError(
            f"{name} is {array.dtype} {list(array.shape)}: give a float32 matrix of less than 2³¹ rows"
        )


def _require_width(table: Any, values: Any) -> None:
    _require("what is added or written", values, (values.shape[0], table.shape[1]), np.float32)


def _require_states(rule: str, table: Any, states: Sequence[Any]) -> None:
    if rule not in RULES:
        raise ValueError(f"rule={rule!r}: give one of {', '.join(RULES)}")
    if len(states) != len(RULES[rule]):
        raise ValueError(f"{len(states)} states for {rule}: give {len(RULES[rule])}")
    for state, kind in zip(states, RULES[rule], strict=True):
        _require(
            f"a state of {rule}", state, (table.shape[0], table.shape[1] if kind == "row" else 1), np.float32
        )
