"""Tables of bfloat16: sums in float32, and updates smaller than a rounding error."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import embedlab
from embedlab import sparse
from embedlab.sparse.rows import round_to
from tests.embedlab.sparse.steps import DIM, ROWS, run

SMALL = 2.0**-12  # a step down from one in bfloat16 is 2⁻⁸: this is a sixteenth of it


def steps_of(number: int, value: float) -> tuple[np.ndarray, np.ndarray]:
    """The same gradient for every row, in many steps."""
    rows = np.broadcast_to(np.arange(ROWS, dtype=np.int32), (number, ROWS))
    return rows, np.full((number, ROWS, DIM), value, np.float32)


@pytest.mark.parametrize("way", ["host", "sort", "slots"])
@pytest.mark.parametrize("narrow", ["bfloat16", "float16"])
def test_duplicates_are_added_up_in_float32(narrow: str, way: str) -> None:
    """2,048 ones: in bfloat16 their sum stops at 256. The state is float32."""
    rows = np.full((1, 2048), 3, np.int32)
    table = jnp.zeros((ROWS, DIM), narrow)
    moved, _ = run(sparse.sgd(1 / 2048), table, (rows, np.ones((1, 2048, DIM), np.float32)), way)
    assert moved.dtype == narrow
    np.testing.assert_array_equal(moved[3], -1)
    assert not np.delete(np.asarray(moved), 3, 0).any()
    optimizer = sparse.adagrad(0.5, initial=0.0)
    moved, state = run(optimizer, table, (rows, np.ones((1, 2048, DIM), np.float32)), way)
    assert state.rows["sum"].dtype == jnp.float32
    np.testing.assert_array_equal(state.rows["sum"][3], 2048.0**2)
    np.testing.assert_array_equal(moved[3], -0.5)


def test_small_updates_come_through_by_stochastic_rounding_alone() -> None:
    """128 steps of a sixteenth of a unit: eight units on average, and to the nearest none at all."""
    table, given = jnp.ones((ROWS, DIM), jnp.bfloat16), steps_of(128, 1.0)
    nearest, _ = run(sparse.sgd(SMALL), table, given)
    np.testing.assert_array_equal(nearest, 1)
    found, _ = run(sparse.sgd(SMALL, rounding="stochastic"), table, given)
    moved = 1 - np.asarray(found, np.float64)
    # Each step is a unit (2⁻⁸) with probability 1/16, so the mean of all has this deviation:
    deviation = 2.0**-8 * np.sqrt(128 * (1 / 16) * (15 / 16) / moved.size)
    assert abs(moved.mean() - 128 * SMALL) < 4 * deviation
    assert moved.std() > 0


@pytest.mark.parametrize("every", [0, 3])
def test_missed_decay_comes_through_as_well(every: int) -> None:
    """Rows that are read in every fourth step, or brought up to date in every third, lose no decay."""
    rows, values = steps_of(128, 0.0)
    rows = np.where(np.arange(128)[:, None] % 4 == 3, rows, embedlab.ABSENT).astype(np.int32)
    table = jnp.ones((ROWS, DIM), jnp.bfloat16)
    optimizer = sparse.sgd(1.0, weight_decay=SMALL / 4, rounding="stochastic")
    moved = 1 - np.asarray(run(optimizer, table, (rows, values), every=every)[0], np.float64)
    # As above: units of 2⁻⁸, drawn with the share of a unit that is due, 128 · SMALL / 4 in all.
    expected = 1 - np.exp(-128 * SMALL / 4)
    assert abs(moved.mean() - expected) < 4 * np.sqrt(2.0**-8 * expected / moved.size)
    nearest = run(sparse.sgd(1.0, weight_decay=SMALL / 4), table, (rows, values), every=every)[0]
    np.testing.assert_array_equal(nearest, 1)


def test_stochastic_rounding_is_one_of_two_neighbours_and_unbiased() -> None:
    values = jnp.asarray(np.random.default_rng(0).normal(size=(50, 4)), jnp.float32)
    drawn = np.stack([round_to(jnp.bfloat16, values, jax.random.key(i)) for i in range(400)]).astype(float)
    exact = np.asarray(values, np.float64)
    unit = 2.0 ** (np.floor(np.log2(np.abs(exact))) - 7)
    assert (np.abs(drawn - exact) < unit).all()
    assert (np.abs(drawn.mean(0) - exact) < 5 * unit / 2 / np.sqrt(400)).all()
    special = jnp.array([[jnp.inf, -jnp.inf, jnp.nan, 0.0]])
    rounded = round_to(jnp.bfloat16, special, jax.random.key(0)).astype(jnp.float32)
    np.testing.assert_array_equal(rounded, special)
    with pytest.raises(ValueError, match=r"^rounding='stochastic': is for tables of bfloat16"):
        sparse.sgd(0.1, rounding="stochastic").init(jnp.ones((3, 2), jnp.float16))


@pytest.mark.slow
def test_rounding_is_reproducible_and_not_alike_for_two_tables() -> None:
    """By the trainer's seed; two tables of a shape, with names of the same letters, are rounded apart."""
    spec = embedlab.Dense(ROWS, DIM, dtype="bfloat16")

    def loss(params: Any, ids: Any) -> Any:
        return sum(embedlab.embed(spec, params[name], ids).sum() for name in params).astype(jnp.float32)

    def trained(seed: int) -> tuple[Any, Any]:
        names = ("ab", "ba")
        ones = {name: embedlab.Variables({"table": jnp.ones((ROWS, DIM), "bfloat16")}) for name in names}
        trainer = sparse.Trainer(loss, rows=sparse.sgd(SMALL, rounding="stochastic"), seed=seed)
        state, _ = trainer.steps(trainer.init(ones), np.stack([np.arange(ROWS)] * 5))
        return tuple(np.asarray(state.params[name].tables["table"], np.float32) for name in names)

    (one, two), (again, _), (other, _) = trained(0), trained(0), trained(1)
    np.testing.assert_array_equal(one, again)
    for different in (two, other):
        assert 0.02 < (one != different).mean() < 0.9
