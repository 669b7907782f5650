"""Whether what a state keeps of its tables is what the optimizers of a trainer keep."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import jax

from embedlab.sparse.optimizer import RowOptimizer, RowState

REMEDY = "make a new state with init, or go on with the tables and the optimizers that it was made with"


def require_fit(optimizers: Mapping[str, RowOptimizer], tables: Mapping[str, Any], state: Any) -> None:
    """Requires that a state's rows are those of a trainer's optimizers. It looks at shapes alone.

    Without it, a state that has no clock would never decay, and no one would be told.

    Args:
        optimizers: of the tables that are trained by rows, by name.
        tables: these tables [rows, width] as they are in the state, padded on a mesh.
        state: a `TrainState`.

    Raises:
        ValueError: the state keeps nothing of a table, or something of one that is not trained by rows, or
            another thing than the table's optimizer does.

    Example:
        >>> import jax.numpy as jnp
        >>> from embedlab.sparse import TrainState, adagrad, sgd
        >>> table = jnp.ones((5, 2))
        >>> state = TrainState({}, {"table": adagrad(0.1).init(table)}, (), 0)
        >>> require_fit({"table": sgd(0.1)}, {"table": table}, state)
        Traceback (most recent call last):
        ValueError: state.rows['table'] holds sum float32 [5, 2], but rows of Sgd() keep nothing: make a new
        state with init, or go on with the tables and the optimizers that it was made with

    Source: none.
    """
    lacking = sorted(optimizers.keys() - state.rows.keys())
    if lacking:
        raise ValueError(f"state.rows holds nothing of table {lacking[0]!r}, which rows trains: {REMEDY}")
    beyond = sorted(state.rows.keys() - optimizers.keys())
    if beyond:
        raise ValueError(f"state.rows holds table {beyond[0]!r}, which rows does not train: {REMEDY}")
    sizes = dict(state.sizes)
    for name, optimizer in optimizers.items():
        table = tables[name]
        wanted = kept_of(optimizer, table, sizes.get(name))
        require_same(f"state.rows[{name!r}]", state.rows[name], wanted, optimizer)


def require_same(where: str, held: RowState, wanted: RowState, optimizer: RowOptimizer) -> None:
    """Requires that two states of a table have arrays of the same names, shapes and types.

    Args:
        where: what is held, in words.
        held: what there is of a table [rows, width].
        wanted: what its optimizer keeps; shapes will do.
        optimizer: that of the table.

    Raises:
        ValueError: they differ.

    Example:
        >>> from embedlab.sparse import sgd
        >>> require_same("state", RowState({}), RowState({}), sgd(0.1))

    Source: none.
    """
    if _arrays(held) != _arrays(wanted):
        settings = "".join(
            f", {field}={getattr(optimizer, field)}"
            for field in ("exact", "weight_decay")
            if getattr(optimizer, field)
        )
        raise ValueError(
            f"{where} holds {_listed(held)}, but rows of {optimizer.rule}{settings} keep {_listed(wanted)}: "
            f"{REMEDY}"
        )


def require_successor(held: RowState, table: Any, optimizer: RowOptimizer) -> None:
    """Requires that an optimizer can go on with what is kept of a table, whichever rows are frozen then.

    Args:
        held: what is kept.
        table: float [rows, width], that it is kept of.
        optimizer: the new one.

    Raises:
        ValueError: it keeps another thing.

    Example:
        >>> import jax.numpy as jnp
        >>> from embedlab.sparse import Freeze, sgd
        >>> require_successor(RowState({}), jnp.ones((5, 2)), sgd(0.1, freeze=Freeze(((0, 9),))))

    Source: none.
    """
    unfrozen = dataclasses.replace(optimizer, freeze=None)
    moving = {name: one for name, one in held.rows.items() if name != "frozen"}
    require_same("state", dataclasses.replace(held, rows=moving), kept_of(unfrozen, table), optimizer)


def kept_of(optimizer: RowOptimizer, table: Any, size: int | None = None) -> RowState:
    """What an optimizer keeps of a table, as shapes.

    Args:
        optimizer: of the table.
        table: float [rows, width].
        size: how many of the rows are no padding; None for all.

    Returns:
        A `RowState` of `jax.ShapeDtypeStruct`.

    Example:
        >>> import jax.numpy as jnp
        >>> from embedlab.sparse import adagrad
        >>> kept_of(adagrad(0.1), jnp.ones((5, 2))).rows["sum"].shape
        (5, 2)

    Source: none.
    """
    rows, width = table.shape
    # A mask of frozen rows is as long as the table is without its padding.
    bare = jax.ShapeDtypeStruct((rows if size is None else size, width), table.dtype)
    kept = jax.eval_shape(optimizer.init, bare)
    padded = {
        name: jax.ShapeDtypeStruct((rows, *one.shape[1:]), one.dtype) for name, one in kept.rows.items()
    }
    return dataclasses.replace(kept, rows=padded)


def _arrays(state: RowState) -> dict[str, Any]:
    """Name → shape and type; the clock has a name that no array of rows could have."""
    named = {**state.rows, **({} if state.clock is None else {" clock": state.clock})}
    return {name: (tuple(one.shape), str(one.dtype)) for name, one in named.items()}


def _listed(state: RowState) -> str:
    found = [
        f"{name.strip()} {dtype} {list(shape)}" for name, (shape, dtype) in sorted(_arrays(state).items())
    ]
    return ", ".join(found) or "nothing"
