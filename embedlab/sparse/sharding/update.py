"""`prepare`, `merge`, `apply` and `finalize` of a table whose rows lie on several devices.

Each is the function of the same name for one device, done by every device for the rows it holds. Entries and
cotangents come from all devices of the batch axis by `all_gather`; no other collective is needed. Devices
that hold the same rows do the same, to the same bits. Without a sharding all are those for one device.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
from jax.sharding import PartitionSpec as P

from embedlab.sparse import merge as merging
from embedlab.sparse import update
from embedlab.sparse.freeze import Freeze
from embedlab.sparse.gradient import RowGradient
from embedlab.sparse.merge import Merged
from embedlab.sparse.optimizer import RowOptimizer, RowState
from embedlab.sparse.sharding.axes import Sharding
from embedlab.sparse.sharding.entries import collect, first_row, held, specs


def prepare(
    sharding: Sharding | None,
    optimizer: RowOptimizer,
    table: Any,
    state: RowState,
    gradient: RowGradient,
    count: Any,
    way: str,
    key: Any = None,
) -> tuple[Any, RowState]:
    """See `embedlab.sparse.update.prepare`.

    Args:
        sharding: where rows [rows, width] lie.
        optimizer: of the table.
        table: float [rows, width].
        state: what is kept of it.
        gradient: of whose parts only the entries count.
        count: int32 [], steps taken so far.
        way: how duplicates are found, one of `merge.WAYS`.
        key: random key for stochastic rounding; None to round to the nearest.

    Returns:
        The table and the state, changed in place where they are donated.

    Example:
        >>> import jax.numpy as jnp
        >>> from embedlab.sparse.optimizers import sgd
        >>> table = jnp.ones((3, 1))
        >>> prepare(None, sgd(0.5), table, sgd(0.5).init(table), RowGradient(()), 0, "sort")[0].shape
        (3, 1)

    Source: none.
    """
    if sharding is None:
        return update.prepare(optimizer, table, state, gradient, count, way, key)
    if not optimizer.catches_up or not gradient.parts:
        return table, state

    def local(first: Any, table: Any, state: RowState, gradient: RowGradient, count: Any, key: Any) -> Any:
        own = _own_key(sharding, key)
        return update.prepare(_own(optimizer, first), table, state, gradient, count, way, own)

    key = key if optimizer.rounding == "stochastic" else None
    return _by_shard(sharding, local, table, state, gradient, count, key)


def finalize(
    sharding: Sharding | None,
    optimizer: RowOptimizer,
    table: Any,
    state: RowState,
    count: Any,
    key: Any = None,
) -> tuple[Any, RowState]:
    """See `embedlab.sparse.update.finalize`. Nothing moves between devices.

    Args:
        sharding: where rows [rows, width] lie.
        optimizer: of the table.
        table: float [rows, width].
        state: what is kept of it.
        count: int32 [], steps taken so far.
        key: random key for stochastic rounding; None to round to the nearest.

    Returns:
        The table and the state, changed in place where they are donated.

    Example:
        >>> import jax.numpy as jnp
        >>> from embedlab.sparse.optimizers import sgd
        >>> finalize(None, sgd(0.5), jnp.ones((3, 1)), sgd(0.5).init(jnp.ones((3, 1))), 0)[0].shape
        (3, 1)

    Source: none.
    """
    if sharding is None:
        return update.finalize(optimizer, table, state, count, key)
    if not optimizer.catches_up:
        return table, state

    def local(first: Any, table: Any, state: RowState, _: Any, count: Any, key: Any) -> Any:
        return update.finalize(_own(optimizer, first), table, state, count, _own_key(sharding, key))

    key = key if optimizer.rounding == "stochastic" else None
    return _by_shard(sharding, local, table, state, RowGradient(()), count, key)


def apply(
    sharding: Sharding | None,
    optimizer: RowOptimizer,
    table: Any,
    state: RowState,
    gradient: RowGradient | Merged,
    count: Any,
    strategy: str,
    key: Any = None,
) -> tuple[Any, RowState]:
    """See `embedlab.sparse.update.apply`.

    Args:
        sharding: where rows [rows, width] lie.
        optimizer: of the table.
        table: float [rows, width].
        state: what is kept of it.
        gradient: of the table, or what this module's `merge` made of it.
        count: int32 [], steps taken before this one.
        strategy: one of `strategy.STRATEGIES`.
        key: random key for stochastic rounding.

    Returns:
        The table and the state, changed in place where they are donated.

    Example:
        >>> import jax.numpy as jnp
        >>> from embedlab.sparse.gradient import Entries
        >>> from embedlab.sparse.optimizers import sgd
        >>> mesh = jax.make_mesh((1,), ("rows",), axis_types=(jax.sharding.AxisType.Auto,))
        >>> gradient = RowGradient(((Entries(jnp.array([[2, 2]])), jnp.ones((2, 1))),))
        >>> table, state = jnp.ones((3, 1)), sgd(0.5).init(jnp.ones((3, 1)))
        >>> sharding = Sharding(mesh, rows="rows")
        >>> apply(sharding, sgd(0.5), table, state, gradient, jnp.int32(0), "sort")[0].ravel()
        Array([1., 1., 0.], dtype=float32)

    Source: none.
    """
    if sharding is None:
        return update.apply(optimizer, table, state, gradient, count, strategy, key)

    def local(first: Any, table: Any, state: RowState, gradient: Any, count: Any, key: Any) -> Any:
        if isinstance(gradient, Merged):
            gradient = dataclasses.replace(gradient, count=gradient.count[0])
        own = _own_key(sharding, key)
        return update.apply(_own(optimizer, first), table, state, gradient, count, strategy, own)

    key = key if optimizer.rounding == "stochastic" else None
    return _by_shard(sharding, local, table, state, gradient, count, key)


def merge(
    sharding: Sharding | None,
    optimizer: RowOptimizer,
    state: RowState,
    gradient: RowGradient,
    table_rows: int,
    count: Any,
    way: str,
) -> Merged:
    """See `embedlab.sparse.merge.merge`. Rows that do not move now are left out.

    Args:
        sharding: where rows [rows, width] lie.
        optimizer: of the table.
        state: what is kept of it.
        gradient: of the table.
        table_rows: how many rows it has, with their padding.
        count: int32 [], steps taken before this one.
        way: one of `merge.WAYS`.

    Returns:
        What each device has merged of its own rows, which it numbers by itself, one device after the other:
        rows [shards · n], sums [shards · n, width], counts [shards]. Its `squared_norm` is that of all.

    Example:
        >>> import jax.numpy as jnp
        >>> from embedlab.sparse.gradient import Entries
        >>> from embedlab.sparse.optimizers import sgd
        >>> mesh = jax.make_mesh((1,), ("rows",), axis_types=(jax.sharding.AxisType.Auto,))
        >>> gradient = RowGradient(((Entries(jnp.array([[2, 2]])), jnp.ones((2, 1))),))
        >>> sharding = Sharding(mesh, rows="rows")
        >>> merge(sharding, sgd(0.5), RowState({}), gradient, 3, jnp.int32(0), "sort").squared_norm()
        Array(4., dtype=float32)

    Source: none.
    """
    if sharding is None:
        return merging.merge(update.without_frozen(optimizer, state, gradient, count), table_rows, way)
    cut = _gradient_specs(sharding, gradient)
    rows = table_rows // sharding.shards

    def local(frozen: RowState, gradient: RowGradient, count: Any) -> Merged:
        own = _held(sharding, gradient, cut, rows)
        own = update.without_frozen(_own(optimizer, first_row(sharding, rows)), frozen, own, count)
        found = merging.merge(own, rows, way)
        return dataclasses.replace(found, count=found.count[None])

    frozen = RowState({name: array for name, array in state.rows.items() if name == "frozen"})
    by_row = RowState(dict.fromkeys(frozen.rows, P(sharding.rows)))
    on_all = jax.shard_map(
        local,
        mesh=sharding.mesh,
        in_specs=(by_row, cut, P()),
        out_specs=_merged_specs(sharding),
        check_vma=False,
    )
    return on_all(frozen, gradient, count)


def _own_key(sharding: Sharding, key: Any) -> Any:
    """A device's own key, so that the rows of two of them are not rounded alike."""
    if key is None or sharding.shards == 1:
        return key
    return jax.random.fold_in(key, jax.lax.axis_index(sharding.rows))


def _by_shard(sharding: Sharding, local: Callable[..., Any], table: Any, state: RowState, *rest: Any) -> Any:
    """Lets each device change its rows: `local(first row, table, state, gradient, …)`."""
    gradient: Any = rest[0]
    merged = isinstance(gradient, Merged)
    cut: Any = _merged_specs(sharding) if merged else _gradient_specs(sharding, gradient)
    by_row = P(sharding.rows)
    kept = RowState(dict.fromkeys(state.rows, by_row), None if state.clock is None else P())

    def here(table: Any, state: RowState, gradient: Any, *rest: Any) -> Any:
        if not merged:
            gradient = _held(sharding, gradient, cut, table.shape[0])
        return local(first_row(sharding, table.shape[0]), table, state, gradient, *rest)

    others = tuple(jax.tree.map(lambda _: P(), one) for one in rest[1:])
    on_all = jax.shard_map(
        here,
        mesh=sharding.mesh,
        in_specs=(by_row, kept, cut, *others),
        out_specs=(by_row, kept),
        check_vma=False,
    )
    return on_all(table, state, *rest)


def _gradient_specs(sharding: Sharding, gradient: RowGradient) -> RowGradient:
    """How the entries and cotangents of each part are cut."""
    parts = []
    for entries, cotangents in gradient.parts:
        along = None if cotangents is None else P(sharding.over_batch(cotangents.shape[0]), None)
        parts.append((specs(sharding, entries), along))
    return RowGradient(tuple(parts))


def _merged_specs(sharding: Sharding) -> Merged:
    return Merged(P(sharding.rows), P(sharding.rows, None), P(sharding.rows))


def _held(sharding: Sharding, gradient: RowGradient, cut: RowGradient, rows: int) -> RowGradient:
    """The whole gradient of the rows that this device holds."""
    first = first_row(sharding, rows)
    whole = collect(gradient, cut)
    return RowGradient(tuple((held(entries, first, rows), cotangents) for entries, cotangents in whole.parts))


@dataclasses.dataclass(frozen=True, eq=False)
class _Shifted(Freeze):
    """`Freeze` for a device that numbers its rows from its first."""

    first: Any = 0

    def covers(self, rows: Any, kept: Any) -> Any:
        return super().covers(rows + self.first, kept)


def _own(optimizer: RowOptimizer, first: Any) -> RowOptimizer:
    """The optimizer, for a device's own numbers of rows."""
    freeze = optimizer.freeze
    if freeze is None:
        return optimizer
    return dataclasses.replace(optimizer, freeze=_Shifted(freeze.rows, freeze.until, first))
