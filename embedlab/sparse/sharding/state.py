"""A training's state on a mesh: made in pieces, padded, given back whole, and restored on another mesh."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import NamedSharding, SingleDeviceSharding
from jax.sharding import PartitionSpec as P

from embedlab.checks import require
from embedlab.initialisers import drawn_over
from embedlab.sparse.params import split
from embedlab.sparse.sharding.axes import Sharding


def shapes(sharding: Sharding | None, fresh: Callable[[Any], Any], params: Any) -> Any:
    """The state before the first step, as shapes and places: what a checkpoint is restored into.

    Args:
        sharding: where rows [rows, width] lie; None for one device.
        fresh: makes a `TrainState` of parameters.
        params: parameters, or a function that makes them; neither is run.

    Returns:
        A `TrainState` of `jax.ShapeDtypeStruct`, tables padded for the mesh.

    Example:
        >>> import optax
        >>> from embedlab.sparse import Trainer
        >>> trainer = Trainer(lambda params: params["w"].sum(), dense=optax.sgd(0.1))
        >>> shapes(None, trainer.init, lambda: {"w": jnp.ones(2)}).params["w"].shape
        (2,)

    Source: none.
    """
    state = _traced(fresh, params)
    if sharding is None:
        one = SingleDeviceSharding(jax.devices()[0])
        return jax.tree.map(lambda leaf: _shape(leaf, leaf.shape, one), state)
    tables = split(state.params)[1]["table"]
    sizes = tuple((name, int(tables[name].shape[0])) for name in sorted(state.rows))

    def by_row(leaf: Any) -> Any:
        return _shape(leaf, (sharding.padded(leaf.shape[0]), *leaf.shape[1:]), sharding.of_tables)

    def whole(leaf: Any) -> Any:
        return _shape(leaf, leaf.shape, sharding.everywhere)

    return dataclasses.replace(_map(state, by_row, whole), sizes=sizes)


def start(sharding: Sharding | None, fresh: Callable[[Any], Any], params: Any) -> Any:
    """The state before the first step, where it belongs.

    Parameters that a function makes are made in pieces: no device holds a table whole, and the bits are
    those of one device, since JAX's random bits don't depend on how an array is cut.

    Args:
        sharding: where rows [rows, width] lie; None for one device.
        fresh: makes a `TrainState` of parameters.
        params: parameters, or a function without arguments that makes them.

    Returns:
        The `TrainState`.

    Example:
        >>> import optax
        >>> from embedlab.sparse import Trainer
        >>> trainer = Trainer(lambda params: params["w"].sum(), dense=optax.sgd(0.1))
        >>> start(None, trainer.init, lambda: {"w": jnp.ones(2)}).params["w"]
        Array([1., 1.], dtype=float32)

    Source: `jax.jit` with `out_shardings`; `jax_threefry_partitionable`.
    """
    if sharding is None:
        return fresh(params() if callable(params) else params)
    like = shapes(sharding, fresh, params)
    places = jax.tree.map(lambda leaf: leaf.sharding, like)
    if callable(params):

        def made() -> Any:
            with _drawn(sharding):
                return _padded(fresh(params()), like)

        return jax.jit(made, out_shardings=places)()
    small = jax.tree.map(lambda leaf: leaf.shape, _traced(lambda one: one, params))
    spread = jax.tree.map(_spread, params, like.params)

    def around(spread: Any) -> Any:
        return _padded(fresh(jax.tree.map(_first_rows, spread, small)), like)

    return jax.jit(around, out_shardings=places, donate_argnums=0)(spread)


def place(sharding: Sharding | None, state: Any) -> Any:
    """A whole state, put where it belongs; each device is given its own part alone.

    Args:
        sharding: where rows [rows, width] lie; None for one device.
        state: a `TrainState` without padding, as `whole` gives it.

    Returns:
        The `TrainState`.

    Raises:
        ValueError: the state lies on a mesh already.

    Example:
        >>> import optax
        >>> from embedlab.sparse import Trainer
        >>> place(None, whole(Trainer(len, dense=optax.sgd(0.1)).init({"w": jnp.ones(2)}))).params
        {'w': Array([1., 1.], dtype=float32)}

    Source: `jax.make_array_from_callback`.
    """
    require(not state.sizes, "state", "on a mesh", "give whole(state)")
    if sharding is None:
        return jax.tree.map(jnp.array, state)
    like = shapes(sharding, lambda one: one, state)
    return jax.tree.map(_spread, dataclasses.replace(state, sizes=like.sizes), like)


def view(state: Any) -> Any:
    """The parameters as their loss is to see them while it is traced: tables without the padding.

    Args:
        state: a `TrainState`, with tables [rows, width].

    Returns:
        Parameters; a table on a mesh is only a shape.

    Example:
        >>> import optax
        >>> from embedlab.sparse import Trainer
        >>> view(Trainer(len, dense=optax.sgd(0.1)).init({"w": jnp.ones(2)}))
        {'w': Array([1., 1.], dtype=float32)}

    Source: none.
    """
    return view_of(state.params, dict(state.sizes))


def view_of(params: Any, sizes: Mapping[str, int]) -> Any:
    """`view` of parameters alone.

    Args:
        params: parameters, tables on a mesh [padded rows, width] among them.
        sizes: the rows of these without the padding, by name.

    Returns:
        The same; a table on a mesh is only a shape.

    Example:
        >>> view_of({"tables": {"table": jnp.ones((4, 2))}}, {"table": 3})["tables"]["table"].shape
        (3, 2)

    Source: none.
    """
    structure, parts = split(params)
    seen = {
        name: _shape(table, (sizes[name], *table.shape[1:])) if name in sizes else table
        for name, table in parts["table"].items()
    }
    return structure.join({**parts, "table": seen})


def keep(sharding: Sharding | None, state: Any) -> Any:
    """The state with its places said once more, so that XLA keeps them, and a step can work in place.

    Args:
        sharding: where rows [rows, width] lie.
        state: a `TrainState`.

    Returns:
        The same.

    Example:
        >>> import optax
        >>> from embedlab.sparse import Trainer
        >>> keep(None, Trainer(len, dense=optax.sgd(0.1)).init({"w": jnp.ones(2)})).params
        {'w': Array([1., 1.], dtype=float32)}

    Source: none.
    """
    if sharding is None:
        return state

    def at(place: Any) -> Callable[[Any], Any]:
        return lambda leaf: jax.lax.with_sharding_constraint(leaf, place)

    return _map(state, at(sharding.of_tables), at(sharding.everywhere))


def cut(sharding: Sharding | None, batch: Any) -> Any:
    """A batch, cut over the batch axis along the first dimension of each array that it divides.

    Args:
        sharding: of the training.
        batch: a pytree of arrays [batch, …].

    Returns:
        The same.

    Example:
        >>> cut(None, (jnp.ones(2),))
        (Array([1., 1.], dtype=float32),)

    Source: none.
    """
    if sharding is None:
        return batch

    def place(leaf: Any) -> Any:
        whole = not np.ndim(leaf) or sharding.over_batch(leaf.shape[0]) is None
        return jax.lax.with_sharding_constraint(leaf, sharding.everywhere if whole else sharding.of_batch)

    return jax.tree.map(place, batch)


def whole(state: Any) -> Any:
    """The state as NumPy arrays, tables [rows, width] without the padding; in several processes, in each.

    Args:
        state: a `TrainState`.

    Returns:
        A `TrainState` as one device would have it.

    Example:
        >>> import optax
        >>> from embedlab.sparse import Trainer
        >>> whole(Trainer(len, dense=optax.sgd(0.1)).init({"w": jnp.ones(2)})).params
        {'w': array([1., 1.], dtype=float32)}

    Source: `jax.experimental.multihost_utils.process_allgather`.
    """
    sizes = dict(state.sizes)
    rows = {
        name: dataclasses.replace(
            kept,
            rows={key: _on_host(array)[: sizes.get(name)] for key, array in kept.rows.items()},
            clock=None if kept.clock is None else _on_host(kept.clock),
        )
        for name, kept in state.rows.items()
    }
    params, dense, step = whole_of(state.params, sizes), jax.tree.map(_on_host, state.dense), state.step
    return dataclasses.replace(state, params=params, rows=rows, dense=dense, step=_on_host(step), sizes=())


def whole_of(params: Any, sizes: Mapping[str, int]) -> Any:
    """`whole` of parameters alone.

    Args:
        params: parameters, tables on a mesh [padded rows, width] among them.
        sizes: the rows of these without the padding, by name.

    Returns:
        NumPy arrays, in every process.

    Example:
        >>> whole_of({"tables": {"table": jnp.ones((4, 2))}}, {"table": 3})["tables"]["table"].shape
        (3, 2)

    Source: none.
    """
    structure, parts = split(jax.tree.map(_on_host, params))
    tables = {name: table[: sizes.get(name)] for name, table in parts["table"].items()}
    return structure.join({**parts, "table": tables})


def place_of(params: Any, like: Any) -> Any:
    """Whole parameters, padded and cut as others of the same training are.

    Args:
        params: parameters, of tables [rows, width].
        like: those that lie on the mesh.

    Returns:
        Arrays of their own, each device's part of which it was given alone.

    Example:
        >>> place_of({"w": np.ones(2)}, {"w": jnp.zeros(2)})
        {'w': Array([1., 1.], dtype=float32)}

    Source: `jax.make_array_from_callback`.
    """
    return jax.tree.map(_spread, params, like)


def _on_host(leaf: Any) -> Any:
    """The whole of an array as NumPy's; no device is given more than it has."""
    if not isinstance(leaf, jax.Array):
        return np.asarray(leaf)
    if jnp.issubdtype(leaf.dtype, jax.dtypes.extended):  # keys are no numbers
        return leaf
    if leaf.is_fully_addressable or leaf.is_fully_replicated:
        return np.asarray(leaf)
    parts = {str(shard.index): shard for shard in leaf.addressable_shards}  # a part may lie on several
    if sum(part.data.size for part in parts.values()) == leaf.size:
        found = np.empty(leaf.shape, leaf.dtype)
        for part in parts.values():
            found[part.index] = part.data
        return found
    return _gathered(leaf)


def _gathered(leaf: Any) -> np.ndarray:
    """The whole of an array whose rows lie in several processes; no device sees more of it than it holds."""
    held = leaf.sharding.shard_shape(leaf.shape)[0]
    shards = leaf.shape[0] // held
    by_shard, found = (shards, held, *leaf.shape[1:]), np.empty(leaf.shape, leaf.dtype)
    size = -(-held // shards)
    for first in range(0, held, size):
        # The last piece begins where it is as long as the others: one shape is compiled.
        first = min(first, held - size)
        piece = _piece(leaf, by_shard, first, size, NamedSharding(leaf.sharding.mesh, P()))
        found.reshape(by_shard)[:, first : first + size] = piece
    return found


@functools.partial(jax.jit, static_argnums=(1, 3, 4))
def _piece(leaf: Any, by_shard: tuple[int, ...], first: Any, size: int, everywhere: Any) -> Any:
    """Some rows of each shard, on every device."""
    piece = jax.lax.dynamic_slice_in_dim(leaf.reshape(by_shard), first, size, 1)
    return jax.lax.with_sharding_constraint(piece, everywhere)


def _drawn(sharding: Sharding) -> Any:
    if sharding.rows is None:
        return contextlib.nullcontext()
    return drawn_over(sharding.mesh, sharding.rows)


def _traced(function: Callable[[Any], Any], params: Any) -> Any:
    """What a function of parameters would give, as shapes."""
    if callable(params):
        return jax.eval_shape(lambda: function(params()))
    return jax.eval_shape(function, params)


def _map(state: Any, by_row: Callable[[Any], Any], other: Callable[[Any], Any]) -> Any:
    """A state with one function applied to what lies by row, and another to all else."""
    structure, parts = split(state.params)
    tables = {
        name: (by_row if name in state.rows else other)(table) for name, table in parts["table"].items()
    }
    rest = {role: {name: other(leaf) for name, leaf in part.items()} for role, part in parts.items()}
    rows = {
        name: dataclasses.replace(
            kept,
            rows={key: by_row(array) for key, array in kept.rows.items()},
            clock=None if kept.clock is None else other(kept.clock),
        )
        for name, kept in state.rows.items()
    }
    params = structure.join({**rest, "table": tables})
    dense = jax.tree.map(other, state.dense)
    return dataclasses.replace(state, params=params, rows=rows, dense=dense, step=other(state.step))


def _shape(leaf: Any, shape: tuple[int, ...], place: Any = None) -> Any:
    return jax.ShapeDtypeStruct(shape, leaf.dtype, sharding=place)


def _padded(state: Any, like: Any) -> Any:
    """A state with zeros behind its rows, where the other has more of them."""
    state = dataclasses.replace(state, sizes=like.sizes)

    def pad(leaf: Any, like: Any) -> Any:
        if leaf.shape == like.shape:
            return leaf
        return jnp.pad(leaf, ((0, like.shape[0] - leaf.shape[0]), *((0, 0),) * (leaf.ndim - 1)))

    return jax.tree.map(pad, state, like)


def _first_rows(leaf: Any, shape: tuple[int, ...]) -> Any:
    return leaf if leaf.shape == shape else leaf[: shape[0]]


def _spread(leaf: Any, like: Any) -> Any:
    """An array, padded and cut over devices, of which none is given more than its own part."""
    if isinstance(leaf, jax.Array) and leaf.shape == like.shape and leaf.sharding == like.sharding:
        return leaf
    if jnp.issubdtype(leaf.dtype, jax.dtypes.extended):  # keys are no numbers, and small
        return jax.device_put(leaf, like.sharding)
    array = np.asarray(leaf)

    def part(index: Any) -> np.ndarray:
        found = np.array(array[index], like.dtype)  # a copy, since a step will work in place
        if array.shape == like.shape:
            return found
        short = like.sharding.shard_shape(like.shape)[0] - found.shape[0]
        return np.pad(found, [(0, short), *[(0, 0)] * (found.ndim - 1)])

    return jax.make_array_from_callback(like.shape, like.sharding, part)
