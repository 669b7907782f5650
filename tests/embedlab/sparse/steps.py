"""What the tests of row optimizers share: a small model, batches as text has them, both ways to train it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

import embedlab
from embedlab.sparse import Entries, RowGradient, RowOptimizer, Trainer
from embedlab.sparse.strategy import choose
from embedlab.sparse.update import apply, finalize, prepare

ROWS, DIM, BATCH, LENGTH = 50, 4, 6, 3


def zipf(rng: np.random.Generator, *shape: int, most: int = ROWS) -> np.ndarray:
    """int32 ids of which the first are frequent and the last rare."""
    return np.minimum(most * rng.random(shape) ** 3, most - 1).astype(np.int32)


def batches(steps: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ids of words and of items, with duplicates and bad ones, and targets."""
    rng = np.random.default_rng(seed)
    words = zipf(rng, steps, BATCH, LENGTH)
    words[:, 0, 0] = np.resize([-1, ROWS, 7], steps)
    return words, zipf(rng, steps, BATCH), rng.normal(size=(steps, BATCH))


def specs(dtype: str) -> tuple[Any, Any]:
    normal = embedlab.Normal(1.0)
    words = embedlab.Dense(ROWS, DIM, normal, dtype)
    return words, embedlab.Hashed(ROWS, DIM, 31, initialiser=normal, dtype=dtype)


def start(dtype: str, seed: int = 0) -> dict[str, Any]:
    """Parameters: two tables and a head."""
    keys = jax.random.split(jax.random.key(seed), 3)
    words, items = (spec.init(key) for spec, key in zip(specs(dtype), keys[:2], strict=True))
    return {"words": words, "items": items, "head": jax.random.normal(keys[2], (DIM,), dtype)}


def loss(params: Any, words: Any, items: Any, targets: Any) -> Any:
    one, other = specs(str(params["head"].dtype))
    bags = embedlab.bag(one, params["words"], words)
    vectors = embedlab.embed(other, params["items"], items)
    scores = jnp.tanh(bags * vectors) @ params["head"]
    return jnp.mean((scores - targets.astype(scores.dtype)) ** 2)


def by_rows(trainer: Trainer, params: Any, data: Any) -> Any:
    """Parameters after a trainer has seen all the data, every row up to date."""
    return trainer.finalize(trainer.steps(trainer.init(params), *data)[0]).params


def by_tables(optimizer: optax.GradientTransformation, params: Any, data: Any) -> Any:
    """The same with JAX's gradients and an optax optimizer on whole tables."""
    return _by_tables(optimizer.init, optimizer.update, params, data)


@functools.partial(jax.jit, static_argnums=(0, 1))
def _by_tables(init: Any, update: Any, params: Any, data: Any) -> Any:
    def step(carry: Any, batch: Any) -> Any:
        params, state = carry
        updates, state = update(jax.grad(loss)(params, *batch), state, params)
        return (optax.apply_updates(params, updates), state), None

    return jax.lax.scan(step, (params, init(params)), data)[0][0]


def error(found: Any, wanted: Any) -> float:
    """The largest relative error of a leaf, norm-wise."""
    pairs = zip(jax.tree.leaves(found), jax.tree.leaves(wanted), strict=True)
    pairs = [(np.asarray(a, np.float64), np.asarray(b, np.float64)) for a, b in pairs]
    return max(float(np.linalg.norm(a - b) / np.linalg.norm(b)) for a, b in pairs)


# --- one table, and gradients that are given ---------------------------------------------------------


def gradients(steps: int, seed: int = 0, n: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Rows int32 [steps, n], duplicates and some that are none among them, and what falls to each.

    The last five rows are never among them.
    """
    rng = np.random.default_rng(seed)
    rows = zipf(rng, steps, n, most=ROWS - 5)
    rows[::3, 0] = embedlab.ABSENT
    return rows, rng.normal(size=(steps, n, DIM))


def run(
    optimizer: RowOptimizer, table: Any, given: Any, strategy: str = "sort", *, every: int = 0, seed: int = 0
) -> tuple[Any, Any]:
    """Table and state after steps of given gradients, up to date; brought so every so many steps as well."""
    return _run(optimizer, strategy, every, jnp.asarray(table), *given, jax.random.key(seed))


@functools.partial(jax.jit, static_argnums=(0, 1, 2))
def _run(
    optimizer: RowOptimizer, strategy: str, every: int, table: Any, rows: Any, values: Any, key: Any
) -> Any:
    way = strategy if strategy not in ("kernel", "positions") else "sort"

    def step(carry: Any, given: Any) -> Any:
        table, state, count = carry
        gradient = RowGradient(((Entries(given[0][None]), given[1].astype(table.dtype)),))
        own = jax.random.fold_in(key, count)
        before, after = jax.random.split(jax.random.fold_in(own, 1))
        table, state = prepare(optimizer, table, state, gradient, count, way, before)
        table, state = apply(optimizer, table, state, gradient, count, strategy, own)
        if every:
            due = (count + 1) % every == 0
            table, state = jax.lax.cond(
                due, lambda *now: finalize(optimizer, *now, count + 1, after), lambda *now: now, table, state
            )
        return (table, state, count + 1), None

    begin = (table, optimizer.init(table), jnp.int32(0))
    (table, state, count), _ = jax.lax.scan(step, begin, (rows, values))
    return finalize(optimizer, table, state, count)


def can(table: Any, optimizer: RowOptimizer, strategy: str) -> bool:
    """Whether a strategy can be taken here."""
    try:
        return choose(table, optimizer, clipped=False, wanted=strategy) == strategy
    except ValueError:
        return False


def never(count: Any) -> Any:
    """bool [ROWS, 1]: no row is held."""
    return jnp.zeros((ROWS, 1), bool)


@functools.partial(jax.jit, static_argnums=(0, 3))
def densely(
    optimizer: optax.GradientTransformation, table: Any, given: Any, held: Callable[[Any], Any] = never
) -> Any:
    """The table after the same steps of an optax optimizer on all of it.

    Rows that are held stay as they are, and so does what the optimizer keeps of them.
    """

    def step(carry: Any, given: Any) -> Any:
        table, state, count = carry
        gradient = jnp.zeros_like(table).at[given[0]].add(given[1], mode="drop")
        updates, new = optimizer.update(gradient, state, table)

        def keep(old: Any, new: Any) -> Any:
            return jnp.where(held(count), old, new) if jnp.shape(old)[:1] == (ROWS,) else new

        after = (keep(table, optax.apply_updates(table, updates)), jax.tree.map(keep, state, new))
        return (*after, count + 1), None

    table = jnp.asarray(table)
    return jax.lax.scan(step, (table, optimizer.init(table), jnp.int32(0)), given)[0][0]


def summed(rows: np.ndarray, values: np.ndarray) -> dict[int, np.ndarray]:
    """Row → the sum of what falls to it, for the rows that there are."""
    found: dict[int, np.ndarray] = {}
    for row, value in zip(rows.tolist(), values, strict=True):
        if 0 <= row < ROWS:
            found[row] = found.get(row, 0) + value
    return found


def table_of(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(ROWS, DIM))
