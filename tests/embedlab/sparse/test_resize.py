"""A vocabulary that changes: rows go where they are wanted, with all that is kept of them."""

from __future__ import annotations

import re
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import embedlab
from embedlab import sparse
from tests.embedlab.contract import close, same

OLD, NEW = 12, 15
SOURCES = np.array([5, -1, 0, 1, 11, -1, 2, 3, 4, 6, 7, 8, -1, 9, 10])  # all old rows, in another order
OPTIMIZERS = {
    "adagrad": sparse.adagrad(0.1),
    "row_adam": sparse.row_adam(0.1),
    "momentum": sparse.sgd(0.1, 0.9),
    "adamw exact": sparse.adam(0.05, exact=True, weight_decay=0.1),
}


def make(rows: int) -> tuple[Any, Any]:
    """A loss over a table of so many rows, and fresh parameters."""
    spec = embedlab.Dense(rows, 4, dtype="float64")

    def loss(params: Any, ids: Any, weights: Any) -> Any:
        vectors = embedlab.bag(spec, params["words"], ids, mode="sum")
        return jnp.sum(jnp.tanh(vectors @ params["head"]) * weights)

    def params() -> Any:
        head = jax.random.normal(jax.random.key(1), (4,), jnp.float64)
        return {"words": spec.init(jax.random.key(rows)), "head": head}

    return loss, params


def steps(trainer: sparse.Trainer, state: Any, seed: int, places: Any) -> Any:
    """Trains on some ids of the old vocabulary, wherever they are now."""
    rng = np.random.default_rng(seed)
    for _ in range(6):
        ids = np.asarray(places)[rng.integers(0, OLD // 2, (3, 2))]
        state, _ = trainer.step(state, ids, rng.normal(size=3))
    return state


@pytest.mark.slow
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_goes_on_as_if_nothing_had_changed(name: str, x64: None) -> None:
    rows = OPTIMIZERS[name]
    loss, params = make(OLD)
    before = sparse.Trainer(loss, rows=rows, dense=optax.sgd(0.01))
    unchanged = steps(before, steps(before, before.init(params()), 0, np.arange(OLD)), 1, np.arange(OLD))
    unchanged = before.finalize(unchanged)

    state = steps(before, before.init(params()), 0, np.arange(OLD))
    new_loss, new_params = make(NEW)
    after = sparse.Trainer(new_loss, rows=rows, dense=optax.sgd(0.01))
    fresh = new_params()["words"].tables["table"]
    state = after.resize(before.finalize(state), {"words.table": (SOURCES, fresh)})
    places = np.argsort(np.where(SOURCES < 0, NEW, SOURCES))[:OLD]  # of each old row, its new one
    state = after.finalize(steps(after, state, 1, places))

    found, wanted = state.params["words"].tables["table"], unchanged.params["words"].tables["table"]
    close(found[places], wanted, ulps=64)
    close(state.params["head"], unchanged.params["head"], ulps=64)
    for kept, array in unchanged.rows["words.table"].rows.items():
        found = np.asarray(state.rows["words.table"].rows[kept])[places]
        np.testing.assert_allclose(found, array, rtol=1e-13, atol=1e-15)


@pytest.mark.slow
def test_new_rows_start_fresh_and_have_missed_nothing(x64: None) -> None:
    optimizer = sparse.adam(0.05, exact=True, weight_decay=0.1)
    loss, params = make(OLD)
    trainer = sparse.Trainer(loss, rows=optimizer, dense=optax.set_to_zero())
    state = steps(trainer, trainer.init(params()), 0, np.arange(OLD))
    fresh = make(NEW)[1]()["words"].tables["table"]
    with pytest.raises(ValueError, match=r"^state='rows that have missed steps': .* trainer\.finalize"):
        trainer.resize(state, {"words.table": (SOURCES, fresh)})
    state = trainer.resize(trainer.finalize(state), {"words.table": (SOURCES, fresh)})
    new = SOURCES < 0
    same(state.params["words"].tables["table"][new], fresh[new])
    after = sparse.Trainer(make(NEW)[0], rows=optimizer, dense=optax.set_to_zero()).finalize(state)
    same(after.params["words"].tables["table"][new], fresh[new])  # no decay of the steps before they were


def test_a_row_keeps_what_it_was_spared(x64: None) -> None:
    """Where no row is frozen, one that was takes none of the decay of that time; the others all of it."""
    decay = {"rate": 0.5, "weight_decay": 0.1}
    loss, params = make(4)
    old = sparse.Trainer(
        loss, rows=sparse.sgd(**decay, freeze=sparse.Freeze(((0, 2),))), dense=optax.sgd(0.0)
    )
    new = sparse.Trainer(loss, rows=sparse.sgd(**decay), dense=optax.sgd(0.0))
    state = old.init(params())
    before = np.asarray(state.params["words"].tables["table"])
    for _ in range(10):
        state, _ = old.step(state, np.full((1, 1), 9), np.zeros(1))  # a bad id: nothing but decay
    state = old.finalize(state)
    moved = new.resize(state, {"words.table": ([2, 3, 0, 1], jnp.zeros((4, 4), jnp.float64))})
    found = new.finalize(moved).params["words"].tables["table"]
    close(found, jnp.asarray(np.concatenate([before[2:] * 0.95**10, before[:2]])), ulps=64)


def test_a_table_shrinks() -> None:
    optimizer = sparse.adagrad(0.1)
    table = jnp.arange(6.0).reshape(3, 2)
    state = optimizer.init(table)
    state.rows["sum"] = table + 10
    found, kept = sparse.resize(optimizer, table, state, [2, 0], jnp.zeros((2, 2)))
    np.testing.assert_array_equal(found, [[4, 5], [0, 1]])
    np.testing.assert_array_equal(kept.rows["sum"], [[14, 15], [10, 11]])


def test_a_mask_is_that_of_the_new_table() -> None:
    table = jnp.ones((2, 1))
    old = sparse.sgd(0.1, freeze=sparse.Freeze(np.array([True, False])))
    new = sparse.sgd(0.1, freeze=sparse.Freeze(np.array([False, False, True])))
    _, kept = sparse.resize(new, table, old.init(table), [0, 1, -1], jnp.zeros((3, 1)))
    np.testing.assert_array_equal(kept.rows["frozen"].ravel(), [False, False, True])


@pytest.mark.parametrize(
    ("sources", "width", "message"),
    [
        ([0, 3], 2, "sources=[3]: the old rows are 0 … 2"),
        ([0, -2], 2, "sources=[-2]: the old rows are 0 … 2"),
        ([1, 1], 2, "sources=[1]: an old row can go to one place only"),
        ([0.0, 1.0], 2, "sources='float64 (2,)': give whole numbers, shape (2,)"),
        ([0], 2, "sources='int64 (1,)': give whole numbers, shape (2,)"),
    ],
)
def test_sources_that_do_not_fit_are_refused(sources: Any, width: int, message: str) -> None:
    optimizer, table = sparse.sgd(0.1), jnp.ones((3, 2))
    with pytest.raises(ValueError, match=re.escape(message)):
        sparse.resize(optimizer, table, optimizer.init(table), sources, jnp.zeros((2, width)))


def test_rows_of_another_width_are_refused(unchecked: None) -> None:
    optimizer, table = sparse.sgd(0.1), jnp.ones((3, 2))
    with pytest.raises(ValueError, match=r"^fresh\.shape=\(2, 3\): give rows of width 2"):
        sparse.resize(optimizer, table, optimizer.init(table), [0, 1], jnp.zeros((2, 3)))


def test_an_unknown_table_is_refused() -> None:
    loss, params = make(OLD)
    trainer = sparse.Trainer(loss, rows=sparse.sgd(0.1), dense=optax.sgd(0.1))
    with jax.enable_x64(True):
        state = trainer.init(params())
    with pytest.raises(ValueError, match=r"changes='words': there is words\.table that rows are kept of"):
        trainer.resize(state, {"words": ([0], jnp.zeros((1, 4)))})


def test_sources_of_a_new_vocabulary() -> None:
    old, new = ["", "", "the", "cat"], ["", "", "a", "cat", ""]
    np.testing.assert_array_equal(sparse.vocabulary_sources(old, new), [0, 1, -1, 3, -1])
    assert sparse.vocabulary_sources([], []).shape == (0,)


ADAM, ADAMW = sparse.adam(0.1), sparse.adam(0.1, weight_decay=0.5)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (sparse.sgd(0.1), ADAM, "state holds nothing, but rows of Adam("),
        (ADAM, ADAMW, "state holds m float32 [3, 2], v float32 [3, 2], but rows of Adam("),
        (ADAMW, ADAM, "state holds clock float32 [2, 2], decayed float32 [3, 2], m"),
        (ADAM, sparse.row_adam(0.1), "state holds m float32 [3, 2], v float32 [3, 2], but rows of RowAdam("),
        (ADAM, sparse.adam(0.1, exact=True), "state holds m float32 [3, 2], v float32 [3, 2], but rows of A"),
    ],
    ids=["another rule", "new decay", "no more decay", "by row", "exact"],
)
def test_another_optimizer_is_refused(before: Any, after: Any, message: str) -> None:
    table = jnp.ones((3, 2))
    with pytest.raises(ValueError, match="^" + re.escape(message) + ".*go on with the tables and the optim"):
        sparse.resize(after, table, before.init(table), [0, 1], jnp.zeros((2, 2)))


@pytest.mark.parametrize(
    ("fresh", "message"),
    [
        ([[0.0, 0.0]], "fresh='a list': give new rows, an array float32 [new, 2]"),
        (jnp.zeros(2), "fresh='float32 [2]': give new rows"),
        (jnp.zeros((1, 2), jnp.bfloat16), "fresh.dtype='bfloat16': the table's is float32; convert one"),
    ],
    ids=["a list", "a vector", "another type"],
)
def test_new_rows_that_are_none_are_refused(fresh: Any, message: str, unchecked: None) -> None:
    optimizer, table = sparse.sgd(0.1), jnp.ones((3, 2))
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        sparse.resize(optimizer, table, optimizer.init(table), [0], fresh)


@pytest.mark.parametrize("change", [np.zeros((2, 4)), ([0],), 5], ids=["rows alone", "one", "a number"])
def test_changes_that_are_no_pairs_are_refused(change: Any, x64: None, unchecked: None) -> None:
    loss, params = make(OLD)
    trainer = sparse.Trainer(loss, rows=sparse.sgd(0.1), dense=optax.sgd(0.1))
    state = trainer.init(params())
    with pytest.raises(ValueError, match=r"^changes\['words\.table'\]='a \w+': give a pair \(sources, fresh"):
        trainer.resize(state, {"words.table": change})
    with pytest.raises(ValueError, match=r"^changes='a \w+': give table name → \(sources, fresh\)"):
        trainer.resize(state, change)


def test_a_word_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^old='a': it stands there twice"):
        sparse.vocabulary_sources(["a", "b", "a"], ["a"])
    with pytest.raises(ValueError, match=r"^new='b': it stands there twice"):
        sparse.vocabulary_sources(["a", "b"], ["b", "a", "b"])
