"""Rows that catch up, and rows that are frozen, against optax on the whole table."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
import optax
import pytest

import embedlab
from embedlab import sparse
from embedlab.sparse import Freeze
from tests.embedlab.sparse.steps import DIM, ROWS, can, densely, error, gradients, run, table_of

WARM = optax.warmup_cosine_decay_schedule(0.0, 0.1, 100, 4800)
SCALE = optax.scale_by_learning_rate

CATCH_UP = {
    "adamw": (
        sparse.adam(0.01, exact=True, weight_decay=0.1),
        optax.adamw(0.01, weight_decay=0.1),
    ),
    "adam-warm-up": (sparse.adam(WARM, exact=True), optax.adam(WARM)),
    "nesterov": (
        sparse.sgd(WARM, 0.95, nesterov=True, exact=True, weight_decay=0.01),
        optax.chain(optax.trace(0.95, nesterov=True), optax.add_decayed_weights(0.01), SCALE(WARM)),
    ),
    "adagrad": (
        sparse.adagrad(0.1, weight_decay=0.1),
        optax.chain(optax.scale_by_rss(), optax.add_decayed_weights(0.1), SCALE(0.1)),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CATCH_UP)
def test_finalizing_on_the_way_changes_nothing(name: str, x64: None) -> None:
    """In every step, in some, or only at the end; rows that are never touched included."""
    optimizer, _ = CATCH_UP[name]
    given = gradients(60)
    at_end, state = run(optimizer, table_of(), given)
    every = 1 if name in ("adamw", "adagrad") else 13
    found, kept = run(optimizer, table_of(), given, every=every)
    assert error(found, at_end) <= 1e-13
    for key, array in state.rows.items():
        np.testing.assert_allclose(kept.rows[key], array, rtol=1e-12, err_msg=key)
    moved = np.asarray(at_end)[-5:] != table_of()[-5:]
    assert moved.all() if optimizer.weight_decay else not moved.any()


@pytest.mark.parametrize("name", CATCH_UP)
@pytest.mark.slow
def test_gaps_of_thousands_of_steps(name: str, x64: None) -> None:
    """Rows that wait 5,000 steps equal those of optax, which moves them in every one."""
    optimizer, dense = CATCH_UP[name]
    rows = np.full((5002, 4), embedlab.ABSENT, np.int32)
    rows[0], rows[7], rows[5001] = [0, 1, 2, 2], [3, 1, 0, 0], [0, 2, 4, 3]
    given = rows, np.random.default_rng(0).normal(size=(*rows.shape, DIM))
    wanted = densely(dense, table_of(), given)
    assert error(run(optimizer, table_of(), given)[0], wanted) <= 1e-12


# --- frozen rows -------------------------------------------------------------------------------------

RANGES = ((0, 3), (10, 20), (ROWS - 2, ROWS))
MASK = np.random.default_rng(5).random(ROWS) < 0.4


def held(freeze: Freeze) -> Callable[[Any], Any]:
    """What the freeze says, written out: which rows are held in a step."""
    covered = np.ones(ROWS, bool) if freeze.rows is None else np.zeros(ROWS, bool)
    if freeze.rows is MASK:
        covered = MASK
    elif freeze.rows is not None:
        for start, stop in freeze.rows:
            covered[start:stop] = True
    until = 10**9 if freeze.until is None else freeze.until
    return lambda count: jnp.asarray(covered)[:, None] & (count < until)


FROZEN = {
    "ranges": (Freeze(RANGES), "adamw"),
    "mask": (Freeze(MASK), "nesterov"),
    "whole": (Freeze(), "adagrad"),
    "ranges-until": (Freeze(RANGES, until=20), "adamw"),
    "mask-until": (Freeze(MASK, until=20), "nesterov"),
    "whole-until": (Freeze(until=20), "adagrad"),
    "whole-until-adam": (Freeze(until=1), "adam-warm-up"),
}


SLOW = ("ranges", "mask-until", "whole-until")  # whose parts are in others


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in FROZEN]
)
def test_frozen_rows_neither_move_nor_decay(name: str, x64: None) -> None:
    """Held against optax on the whole table, which in every step puts frozen rows and moments back.

    Let go, a row's moments are those of the beginning, while Adam counts the steps of the table; decay
    begins with that step.
    """
    freeze, rule = FROZEN[name]
    optimizer, dense = CATCH_UP[rule]
    optimizer = dataclasses.replace(optimizer, freeze=freeze)
    given = gradients(45)
    wanted = densely(dense, table_of(), given, held(freeze))
    # Brought up to date in the step that lets them go, too.
    for every in (7,) if freeze.until is None else (0, freeze.until):
        found, state = run(optimizer, table_of(), given, every=every)
        assert error(found, wanted) <= 1e-12
    if freeze.until is None:
        still = np.asarray(held(freeze)(0)).ravel()
        np.testing.assert_array_equal(np.asarray(found)[still], table_of()[still])
        fresh = optimizer.init(jnp.asarray(table_of())).rows
        for key in fresh.keys() - {"last", "decayed"}:  # these say what a row was spared, and move on
            np.testing.assert_array_equal(np.asarray(state.rows[key])[still], fresh[key][still], err_msg=key)


@pytest.mark.slow
@pytest.mark.parametrize("freeze", [Freeze(RANGES), Freeze(MASK, until=6)], ids=["ranges", "mask"])
def test_frozen_rows_in_every_strategy(freeze: Freeze) -> None:
    table = jnp.asarray(table_of(), jnp.float32)
    given = gradients(12)
    for make, ways in (
        (sparse.sgd, ("kernel", "positions", "host")),
        (sparse.adagrad, ("kernel", "scan", "slots")),
    ):
        optimizer = make(0.1, freeze=freeze)
        wanted = densely(getattr(optax, make.__name__)(0.1), table, given, held(freeze))
        for way in ("sort", *(way for way in ways if can(table, optimizer, way))):
            assert error(run(optimizer, table, given, way)[0], wanted) <= 1e-6, (make, way)


def test_what_can_not_be_frozen() -> None:
    for rows in (((3, 1),), ((-1, 2),), ((1.0, 2),), (3,)):
        with pytest.raises(ValueError, match=r"^rows=.*give ranges \(start, stop\)"):
            Freeze(rows)
    with pytest.raises(ValueError, match=r"^rows=.*give a mask of bools"):
        Freeze(np.zeros(3))
    with pytest.raises(ValueError, match=r"^until=-1: "):
        Freeze(until=-1)
    table = jnp.ones((3, 2))
    with pytest.raises(ValueError, match=r"^rows.shape=\(2,\): "):
        sparse.sgd(0.1, freeze=Freeze(np.array([True, False]))).init(table)
    with pytest.raises(ValueError, match=r"^rows=\(2, 4\): the table has 3 rows"):
        sparse.sgd(0.1, freeze=Freeze(((2, 4),))).init(table)
