"""`evaluate`: a function of parameters whose tables stay where they lie on a mesh."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import jax

from embedlab.checks import require
from embedlab.sparse.params import split
from embedlab.sparse.sharding import state as places
from embedlab.sparse.sharding.axes import Sharding
from embedlab.sparse.sharding.read import reader
from embedlab.sparse.transform import trace_any


def evaluate(
    function: Callable[..., Any], params: Any, *batch: Any, sharding: Sharding, sizes: Mapping[str, int]
) -> Any:
    """What a function gives of parameters on a mesh, each device reading the rows that it holds.

    The function is ordinary code that calls `embedlab.embed` and `embedlab.bag`, as a loss is: its look-ups
    are found and done over the mesh, so that no device ever holds a table whole. For a `jit` of your own.

    Args:
        function: of the parameters and a batch's arrays; returns a pytree of arrays.
        params: as a `TrainState` on the mesh holds them, with tables [padded rows, width].
        batch: the other arguments, pytrees of arrays, which are cut over the batch axis along the first
            dimension where it divides that.
        sharding: that of the training.
        sizes: rows without the padding, by the table's name: the `sizes` of the `TrainState`.

    Returns:
        What the function returns, the same on every device.

    Raises:
        ValueError: it does something else than a look-up with a table that lies in parts.

    Example:
        >>> import embedlab, jax.numpy as jnp
        >>> from embedlab.sparse import Trainer, sgd
        >>> axes = dict(axis_types=(jax.sharding.AxisType.Auto,))
        >>> sharding = Sharding(jax.make_mesh((1,), ("rows",), **axes), rows="rows")
        >>> spec = embedlab.Dense(5, 2, initialiser=embedlab.Constant(0.5))
        >>> trainer = Trainer(len, rows=sgd(0.1), sharding=sharding)
        >>> state = trainer.init(lambda: spec.init(jax.random.key(0)))
        >>> def vectors(words, ids):
        ...     return embedlab.embed(spec, words, ids)
        >>> ids = jnp.array([1, 4])
        >>> evaluate(vectors, state.params, ids, sharding=sharding, sizes=dict(state.sizes))
        Array([[0.5, 0.5],
               [0.5, 0.5]], dtype=float32)

    Source: none; the look-ups are those of `Trainer`.
    """
    traced = trace_any(function, places.view_of(params, sizes), *places.cut(sharding, batch))
    other = sorted(traced.dense & sizes.keys())
    remedy = "look ids up with embed or bag, outside of loops; of a small table, let devices hold it whole"
    require(not other, "function", function, f"it uses table {', '.join(other)} otherwise; {remedy}")
    parts = split(params)[1]
    whole = frozenset(parts["table"].keys() - sizes.keys())
    found = dataclasses.replace(traced, parts=parts, dense=whole).outputs(reader(sharding))
    return jax.tree.map(lambda leaf: jax.lax.with_sharding_constraint(leaf, sharding.everywhere), found)
