"""Steps of several trainings of one model in one program: those of other seeds, under `vmap`.

Each has parameters, documents and dropout of its own. On a CPU this is no faster than one after the other
(`scripts/bench_seeds.py`), so no program here trains so unless it is told to (`seeds_together` of a config).
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from embedlab import sparse
from experiments.config import Train
from experiments.training import steps
from experiments.training.learner import Learner


def stacked(states: Sequence[sparse.TrainState]) -> sparse.TrainState:
    """States as one, whose arrays are [trainings, …]; the number of steps, which they share, is one.

    Args:
        states: as `steps.begin` makes them, after the same number of steps.

    Raises:
        ValueError: they have taken different numbers of steps.
    """
    taken = sorted({int(state.step) for state in states})
    if len(taken) > 1:
        raise ValueError(f"states: they are after {taken} steps; give those of one number of steps")
    return _stack(list(states))


@jax.jit
def _stack(states: list[sparse.TrainState]) -> sparse.TrainState:
    found = jax.tree.map(lambda *leaves: jnp.stack(leaves), *states)
    return dataclasses.replace(found, step=states[0].step)


@jax.jit
def parted(live: sparse.TrainState) -> list[sparse.TrainState]:
    """The states that `stacked` was given, or what has become of them.

    Args:
        live: the state of all; its arrays are [trainings, …].
    """
    count = len(jax.tree.leaves(live.params)[0])
    return [
        dataclasses.replace(jax.tree.map(lambda x, n=n: x[n], _without_step(live)), step=jnp.copy(live.step))
        for n in range(count)
    ]


@functools.partial(jax.jit, static_argnames=("model", "settings"), donate_argnames="live")
def take(
    model: Learner,
    settings: Train,
    live: sparse.TrainState,
    buffers: Any,
    arrays: Any,
    rows: Any,
    count: Any,
    keys: Any,
) -> tuple[sparse.TrainState, Any]:
    """`steps.take` of all trainings at once, to rounding.

    Args:
        model: what is trained.
        settings: how.
        live: the state of all, as `stacked` makes it; used up.
        buffers: the embedding's buffers for the documents, which all read.
        arrays: ids, lengths and what is learnt of all documents, the same for all.
        rows: int32 [trainings, steps, batch], which documents a step of each sees.
        count: how many steps to take, at most as many as there are.
        keys: [trainings], of dropout.

    Returns:
        The state, and float32 [trainings, steps], the losses; 0 for steps not taken.
    """
    rows = jnp.asarray(rows)

    def one(live: Any, step: Any, rows: Any, key: Any) -> tuple[Any, Any]:
        live = dataclasses.replace(live, step=step)
        trainer = steps.trainer_of(model, settings, live, buffers, None)
        documents = jax.tree.map(lambda x: x[rows], arrays)
        live, (_, loss) = trainer.pure_step(live, documents, jax.random.fold_in(key, step))
        return _without_step(live), loss.astype(jnp.float32)

    def every(place: Any, carried: Any) -> tuple[Any, Any]:
        live, losses = carried
        # One number of steps for all: under vmap it would turn branches on it into both.
        each, loss = jax.vmap(one, (0, None, 0, 0))(_without_step(live), live.step, rows[:, place], keys)
        return dataclasses.replace(each, step=live.step + 1), losses.at[:, place].set(loss)

    return jax.lax.fori_loop(0, count, every, (live, jnp.zeros(rows.shape[:2], jnp.float32)))


def programs() -> int:
    """How many programs `take` was compiled to so far."""
    jitted: Any = take
    return jitted._cache_size()


def _without_step(live: sparse.TrainState) -> sparse.TrainState:
    return dataclasses.replace(live, step=None)
