"""The update of a table: gradients in, rows and their state changed in place."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp

from embedlab import native
from embedlab.base import ABSENT
from embedlab.sparse.gradient import Entries, RowGradient, scatter_add
from embedlab.sparse.merge import Merged, distinct_rows, merge
from embedlab.sparse.optimizer import RowOptimizer, RowState
from embedlab.sparse.rows import change_rows


def prepare(
    optimizer: RowOptimizer,
    table: Any,
    state: RowState,
    gradient: RowGradient,
    count: Any,
    way: str,
    key: Any = None,
) -> tuple[Any, RowState]:
    """Brings rows up to date before they are read: the steps they missed, and the decay.

    Args:
        optimizer: of the table.
        table: float [rows, width].
        state: what is kept of it.
        gradient: of whose parts only the entries count, the rows that will be read.
        count: int32 [], steps taken so far.
        way: how their duplicates are found, one of `merge.WAYS`.
        key: random key for stochastic rounding; None to round to the nearest.

    Returns:
        The table and the state, changed in place where they are donated.

    Example:
        >>> from embedlab.sparse.optimizers import sgd
        >>> optimizer = sgd(0.5, weight_decay=0.1)
        >>> state = optimizer.tick(optimizer.init(jnp.ones((3, 1))), 0)
        >>> gradient = RowGradient(((Entries(jnp.array([[2, 2]])), None),))
        >>> table, _ = prepare(optimizer, jnp.ones((3, 1)), state, gradient, 1, "sort")
        >>> [round(float(value), 3) for value in table.ravel()]
        [1.0, 1.0, 0.95]

    Source: none.
    """
    if not optimizer.catches_up or not gradient.parts:
        return table, state
    found = distinct_rows(gradient, table.shape[0], way)
    return _catch_up(optimizer, table, state, found.rows, found.count, count, key)


def finalize(
    optimizer: RowOptimizer, table: Any, state: RowState, count: Any, key: Any = None
) -> tuple[Any, RowState]:
    """Brings every row of a table up to date, for evaluation and export. Costs a pass over the table.

    Args:
        optimizer: of the table.
        table: float [rows, width].
        state: what is kept of it.
        count: int32 [], steps taken so far.
        key: random key for stochastic rounding; None to round to the nearest.

    Returns:
        The table and the state, changed in place where they are donated.

    Example:
        >>> from embedlab.sparse.optimizers import sgd
        >>> optimizer = sgd(0.5, weight_decay=0.1)
        >>> state = optimizer.tick(optimizer.init(jnp.ones((3, 1))), 0)
        >>> table, _ = finalize(optimizer, jnp.ones((3, 1)), state, 1)
        >>> [round(float(value), 3) for value in table.ravel()]
        [0.95, 0.95, 0.95]

    Source: none.
    """
    if not optimizer.catches_up:
        return table, state
    rows = jnp.arange(table.shape[0], dtype=jnp.int32)
    return _catch_up(optimizer, table, state, rows, table.shape[0], count, key)


def apply(
    optimizer: RowOptimizer,
    table: Any,
    state: RowState,
    gradient: RowGradient | Merged,
    count: Any,
    strategy: str,
    key: Any = None,
) -> tuple[Any, RowState]:
    """Updates the rows of a step, which are up to date.

    Args:
        optimizer: of the table.
        table: float [rows, width].
        state: what is kept of it.
        gradient: of the table, merged or not.
        count: int32 [], steps taken before this one.
        strategy: one of `strategy.STRATEGIES`.
        key: random key for stochastic rounding.

    Returns:
        The table and the state, changed in place where they are donated.

    Example:
        >>> from embedlab.sparse.optimizers import sgd
        >>> gradient = RowGradient(((Entries(jnp.array([[2, 2]])), jnp.ones((2, 1))),))
        >>> apply(sgd(0.5), jnp.ones((3, 1)), sgd(0.5).init(jnp.ones((3, 1))), gradient, 0, "sort")[0].ravel()
        Array([1., 1., 0.], dtype=float32)

    Source: none.
    """
    state = optimizer.tick(state, count)
    if isinstance(gradient, RowGradient):
        if not gradient.parts:
            return table, state
        gradient = without_frozen(optimizer, state, gradient, count)
        if strategy == "kernel":
            return _by_kernel(optimizer, table, state, gradient, count)
        if strategy == "positions":
            return _by_positions(optimizer, table, gradient, count), state
        gradient = merge(gradient, table.shape[0], strategy)

    def change(rows: Any, values: Any, kept: Any, sums: Any) -> Any:
        return optimizer.change(rows, values, kept, sums.astype(values.dtype), state.clock, count)

    stochastic = key if optimizer.rounding == "stochastic" else None
    return change_rows(table, state, gradient.rows, gradient.count, change, gradient.sums, key=stochastic)


def _catch_up(
    optimizer: RowOptimizer, table: Any, state: RowState, rows: Any, found: Any, count: Any, key: Any
) -> Any:
    def change(rows: Any, values: Any, kept: Any) -> Any:
        return optimizer.catch_up(rows, values, kept, state.clock, count)

    stochastic = key if optimizer.rounding == "stochastic" else None
    return change_rows(table, state, rows, found, change, key=stochastic)


def without_frozen(
    optimizer: RowOptimizer, state: RowState, gradient: RowGradient, count: Any
) -> RowGradient:
    """The gradient without the entries of rows that do not move now.

    Args:
        optimizer: of the table.
        state: what is kept of it.
        gradient: of the table, with entries [k, n].
        count: int32 [], steps taken before this one.

    Returns:
        The gradient, the rows of such entries `ABSENT`.

    Example:
        >>> from embedlab.sparse.freeze import Freeze
        >>> from embedlab.sparse.optimizers import sgd
        >>> optimizer = sgd(0.5, freeze=Freeze(((0, 2),)))
        >>> gradient = RowGradient(((Entries(jnp.array([[1, 2]])), jnp.ones((2, 1))),))
        >>> left = without_frozen(optimizer, RowState({}), gradient, 0)
        >>> (left.parts[0][0].rows == ABSENT).ravel()
        Array([ True, False], dtype=bool)

    Source: none.
    """
    freeze = optimizer.freeze
    if freeze is None:
        return gradient

    def moving(entries: Entries) -> Entries:
        flat = entries.rows.reshape(-1)
        kept = (
            {"frozen": state.rows["frozen"].at[flat].get(mode="fill", fill_value=False)}
            if freeze.is_mask
            else {}
        )
        held = freeze.holds(flat, kept, count).reshape(entries.rows.shape)
        return dataclasses.replace(entries, rows=jnp.where(held, ABSENT, entries.rows))

    return RowGradient(tuple((moving(entries), cotangents) for entries, cotangents in gradient.parts))


def _by_kernel(
    optimizer: RowOptimizer, table: Any, state: RowState, gradient: RowGradient, count: Any
) -> Any:
    """All at once, in C++."""
    rule: Any = optimizer.rule
    numbers = rule.numbers(optimizer.rate_at(count, jnp.float32), count)
    hyper = jnp.stack([jnp.asarray(x, jnp.float32) for x in (*numbers, *[0.0] * (8 - len(numbers)))])
    entries, cotangents = gradient.joined()
    names = [name for name in state.rows if name != "frozen"]
    table, kept = native.update(
        optimizer.kernel,
        hyper,
        table,
        tuple(state.rows[name] for name in names),
        entries.rows,
        entries.weights,
        entries.owners,
        cotangents,
    )
    return table, dataclasses.replace(state, rows={**state.rows, **dict(zip(names, kept, strict=True))})


def _by_positions(optimizer: RowOptimizer, table: Any, gradient: RowGradient, count: Any) -> Any:
    """Plain SGD is linear: no need to merge first."""
    rate = optimizer.rate_at(count, table.dtype)
    for entries, cotangents in gradient.parts:
        step = -rate * cotangents.astype(table.dtype)
        table, step = jax.lax.optimization_barrier((table, step))  # what reads the table comes before
        table = scatter_add(table, entries, step)
    return table
