"""Training steps of a model, many in one program, in which tables cost what is read of them."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import embedlab
from embedlab import sparse
from experiments.config import Train, Update
from experiments.training import optimizers
from experiments.training.learner import Learner


def begin(
    model: Learner,
    settings: Train,
    parameters: dict[str, Any] | Callable[[], dict[str, Any]],
    buffers: Any,
    sharding: sparse.Sharding | None = None,
    masks: Mapping[str, Any] | None = None,
) -> sparse.TrainState:
    """The state before the first step, around the parameters; the first steps use them up.

    Args:
        model: what is trained.
        settings: how.
        parameters: as `model.init` makes them; or a function that does: on a mesh each part is made where
            it will lie.
        buffers: the embedding's buffers.
        sharding: what lies where on a mesh; None for one device.
        masks: of the model's masked tables, by name: bool [rows], those that rest.
    """
    tables = (jax.eval_shape(parameters) if callable(parameters) else parameters)["tables"]
    whole = trained_whole(model, settings, tables, buffers)
    state = _trainer(model, settings, tables, buffers, whole, sharding, masks or {}).init(parameters)
    return state if sharding is None else _named_alike(state, sharding)


def drawn(model: Learner, seed: int, buffers: Any) -> Any:
    """What `begin` makes the parameters of on a mesh: the bits of `model.init`, and no table whole anywhere.

    Tables that start from an array in a file are read whole. What is no table is drawn operation by operation
    as on one device: compiled together, it might be rounded otherwise.
    """
    spec: Any = model.spec
    fields = [getattr(spec, field.name) for field in dataclasses.fields(spec)]
    if any(isinstance(field, embedlab.FromArray) for field in fields):
        return model.init(jax.random.key(seed), buffers)
    layers = jax.tree.map(np.asarray, model.layers(jax.random.key(seed)))

    def make() -> dict[str, Any]:
        variables = model.embedding(jax.random.key(seed), buffers)
        return {"tables": variables.tables, "dense": variables.dense, **jax.tree.map(jnp.asarray, layers)}

    return make


def trained_whole(model: Learner, settings: Train, tables: dict[str, Any], buffers: Any) -> tuple[str, ...]:
    """Names of the tables that `train.update` has trained whole, by optax.

    Where each row is read several times a step, there is nothing to be saved by finding out which are:
    to merge the reads then costs more than a pass over the table. That is of n-grams above all.

    Example:
        >>> from experiments.encoders import Bag
        >>> from experiments.training.model import Model
        >>> spec = embedlab.Hashed(10_000, 4, buckets=1000, hashes=2, importance=10_000)
        >>> tables = jax.eval_shape(lambda: spec.init(jax.random.key(0)).tables)
        >>> trained_whole(Model(spec, Bag(), 2), Train(batch=256), tables, {})
        ('table',)

    Source: measured with `scripts/bench_classify.py`.
    """
    if settings.update == "sparse" or settings.for_rows:
        return ()
    moving = [name for name in tables if name not in (*model.resting, *model.masked)]
    if settings.update == "dense":
        return tuple(moving)
    small = _small(model, settings, tables, buffers)
    return tuple(name for name in moving if name in small)


def _small(model: Learner, settings: Train, tables: dict[str, Any], buffers: Any) -> set[str]:
    """Names of the tables with fewer rows than a step reads of them."""
    reads = dict.fromkeys(tables, 0)
    for look in model.spec.index(buffers, np.zeros(1, np.int32)):
        reads[look.table] += model.reads * settings.batch * np.shape(look.rows)[-1]
    return {name for name, table in tables.items() if table.shape[0] < reads[name]}


def auto(model: Learner, settings: Train, buffers: Any) -> Update:
    """What `train.update` auto comes to for a model, in a word: the way of its largest table.

    A table of which rows rest is trained by rows in any case; one that rests counts as if it moved.

    Args:
        model: what is trained.
        settings: how.
        buffers: the embedding's.

    Returns:
        "sparse" or "dense"; "auto" where there is no table.

    Example:
        >>> from experiments.encoders import Bag
        >>> from experiments.training.model import Model
        >>> [auto(Model(embedlab.Dense(rows, 4), Bag(), 2), Train(batch=256), {}) for rows in (2047, 2048)]
        ['dense', 'sparse']
    """
    tables = jax.eval_shape(lambda: model.embedding(jax.random.key(0), buffers)).tables
    if not tables:
        return "auto"
    largest = max(tables, key=lambda name: tables[name].size)
    by_rows = settings.for_rows or model.masked or largest not in _small(model, settings, tables, buffers)
    return "sparse" if by_rows else "dense"


def updates(model: Learner, live: sparse.TrainState) -> dict[str, str]:
    """How each table of a training is trained, "sparse" or "dense"; those that rest are left out."""
    moving = [name for name in live.params["tables"] if name not in model.resting]
    return {name: "sparse" if name in live.rows else "dense" for name in moving}


@functools.partial(jax.jit, static_argnames=("model", "settings", "sharding"), donate_argnames="live")
def take(
    model: Learner,
    settings: Train,
    live: sparse.TrainState,
    buffers: Any,
    arrays: Any,
    rows: Any,
    count: Any,
    key: Any,
    sharding: sparse.Sharding | None = None,
) -> tuple[sparse.TrainState, Any]:
    """Takes a step for each of the first `count` rows of `rows`; `up_to_date` belongs behind the last.

    How many are taken is no part of the program: it is compiled once, and the same steps have the same bits
    however they are parted into calls.

    Args:
        model: what is trained.
        settings: how.
        live: the state, which is used up: its tables are changed in place.
        buffers: the embedding's buffers for the documents.
        arrays: a tree of arrays [examples, …]: ids, lengths and what is learnt of all documents, say.
        rows: int32 [steps, batch], which examples a step sees.
        count: how many steps to take, at most as many as there are rows.
        key: of dropout; a step's own follows from it and from the number of the step.
        sharding: what lies where on a mesh; None for one device.

    Returns:
        The state, and float32 [steps], the losses, without the penalty on rows; 0 for steps not taken.
    """
    trainer = trainer_of(model, settings, live, buffers, sharding)
    rows = jnp.asarray(rows)

    def one(place: Any, carried: Any) -> tuple[sparse.TrainState, Any]:
        live, losses = carried
        documents = jax.tree.map(lambda x: x[rows[place]], arrays)
        live, (_, loss) = trainer.pure_step(live, documents, jax.random.fold_in(key, live.step))
        return live, losses.at[place].set(loss.astype(jnp.float32))

    live, losses = jax.lax.fori_loop(0, count, one, (live, jnp.zeros(len(rows), jnp.float32)))
    if sharding is not None:  # every process is to read them
        losses = jax.lax.with_sharding_constraint(losses, sharding.everywhere)
    return live, losses


def programs() -> int:
    """How many programs `take` was compiled to so far."""
    jitted: Any = take
    return jitted._cache_size()


@functools.partial(jax.jit, static_argnames=("model", "settings", "sharding"), donate_argnames="live")
def up_to_date(
    model: Learner,
    settings: Train,
    live: sparse.TrainState,
    buffers: Any,
    sharding: sparse.Sharding | None = None,
) -> sparse.TrainState:
    """The state with every row of the tables up to date, in place.

    It belongs before an evaluation, and nowhere else: rows that catch up twice may differ in a last bit from
    those that do so once.
    """
    return trainer_of(model, settings, live, buffers, sharding).finalize(live)


@jax.jit
def finite(parameters: Any) -> Any:
    """Whether every parameter is a finite number: bool []."""
    return jnp.stack([jnp.isfinite(x).all() for x in jax.tree.leaves(parameters)]).all()


@functools.partial(jax.jit, donate_argnums=0, keep_unused=True)
def copied(old: Any, new: Any) -> Any:
    """A copy of the new arrays, written over the old ones, which are used up."""
    return jax.tree.map(jnp.copy, new)


def copied_on_mesh(old: Any, new: Any) -> Any:
    """`copied`, of arrays that lie on a mesh: each where the new one does.

    Args:
        old: the arrays to be written over; None where there are none yet.
        new: those to be copied.
    """
    if old is None:
        return jax.tree.map(lambda leaf: _copied_to(None, leaf, leaf.sharding), new)
    return jax.tree.map(lambda gone, leaf: _copied_to(gone, leaf, leaf.sharding), old, new)


@functools.partial(jax.jit, static_argnums=2, donate_argnums=0, keep_unused=True)
def _copied_to(old: Any, new: Any, place: Any) -> Any:
    return jax.lax.with_sharding_constraint(jnp.copy(new), place)


def whole(
    model: Learner, settings: Train, live: sparse.TrainState, buffers: Any, sharding: sparse.Sharding
) -> sparse.TrainState:
    """The state in the memory of the host, as one device would have it; it can still be used."""
    return trainer_of(model, settings, live, buffers, sharding).whole(live)


def placed(
    model: Learner, settings: Train, live: sparse.TrainState, buffers: Any, sharding: sparse.Sharding
) -> sparse.TrainState:
    """A whole state, cut over the devices of a mesh."""
    return _named_alike(trainer_of(model, settings, live, buffers, sharding).place(live), sharding)


def _named_alike(state: sparse.TrainState, sharding: sparse.Sharding) -> sparse.TrainState:
    """Says of what is on every device that it is, in the one way that steps say it: or they compile twice."""

    def named(leaf: Any) -> Any:
        return jax.device_put(leaf, sharding.everywhere) if leaf.is_fully_replicated else leaf

    return jax.tree.map(named, state)


def trainer_of(
    model: Learner, settings: Train, live: sparse.TrainState, buffers: Any, sharding: sparse.Sharding | None
) -> sparse.Trainer:
    """The trainer that began this state.

    Args:
        model: what is trained.
        settings: how.
        live: the state.
        buffers: the embedding's.
        sharding: what lies where on a mesh; None for one device.
    """
    tables = live.params["tables"]
    whole = tuple(name for name in tables if name not in live.rows)
    sizes = dict(live.sizes)
    # The masks themselves lie in the state; here only their shapes count.
    masks = {name: np.zeros(sizes.get(name, tables[name].shape[0]), bool) for name in model.masked}
    return _trainer(model, settings, tables, buffers, whole, sharding, masks)


def _trainer(
    model: Learner,
    settings: Train,
    tables: dict[str, Any],
    buffers: Any,
    whole: tuple[str, ...],
    sharding: sparse.Sharding | None,
    masks: Mapping[str, Any],
) -> sparse.Trainer:
    weights = {look.weights_from for look in model.spec.index(buffers, np.zeros(1, np.int32))}
    by_rows = {
        name: optimizers.of_resting()
        if name in model.resting
        else optimizers.of_rows(settings, in_a_ball=name not in weights, mask=masks.get(name))
        for name in tables
        if name not in whole
    }
    return sparse.Trainer(
        functools.partial(
            model.objective, settings, whole, buffers
        ),  # they are no part of the batch, to be cut
        rows=by_rows,
        dense=optimizers.of_arrays(settings, model.max_norm),
        dense_tables=whole,
        has_aux=True,
        clip=settings.clip,
        sharding=sharding,
    )
