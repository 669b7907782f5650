"""Each optimizer's two sides: optax's own by that name, and that of rows, equal to it where it says so."""

from __future__ import annotations

import dataclasses
from typing import Any, get_args

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from embedlab import sparse
from experiments.config import Optimizer, Train
from experiments.errors import Mistake
from experiments.training import optimizers
from experiments.training.optimizers import check, of_arrays, of_rows, rate

NAMED = {
    "adam": optax.adam,
    "adagrad": optax.adagrad,
    "sgd": optax.sgd,
    "momentum": lambda rate: optax.sgd(rate, 0.9),
    "row_adagrad": optax.adagrad,
    "row_adam": optax.adam,
}
START = {"tables": {"table": jnp.arange(12.0).reshape(6, 2) / 10}, "head": jnp.array([1.0, -2.0])}


def loss(params: Any, rows: Any) -> Any:
    from embedlab.lookup.take import take

    return jnp.sum((take(params["tables"]["table"], rows) @ params["head"] - 1) ** 2)


def trained(trainer: sparse.Trainer, batches: Any) -> Any:
    state = trainer.init(jax.tree.map(jnp.copy, START))
    for rows in batches:
        state, _ = trainer.step(state, jnp.array(rows))
    return trainer.finalize(state).params


def both(settings: Train, batches: Any) -> tuple[Any, Any]:
    """The same steps, with the tables trained by rows and whole."""
    pair = {"rows": of_rows(settings), "dense": of_arrays(settings), "clip": settings.clip}
    whole = sparse.Trainer(loss, dense=pair["dense"], dense_tables=("table",), clip=settings.clip)
    return trained(sparse.Trainer(loss, **pair), batches), trained(whole, batches)


def near(a: Any, b: Any) -> None:
    jax.tree.map(lambda x, y: np.testing.assert_allclose(x, y, rtol=2e-5, atol=2e-6), a, b)


def test_every_name_has_its_optimizers() -> None:
    assert list(get_args(Optimizer)) == list(NAMED)
    kinds = [type(of_rows(Train(optimizer=name)).rule).__name__ for name in get_args(Optimizer)]
    assert kinds == ["Adam", "Adagrad", "Sgd", "Momentum", "RowAdagrad", "RowAdam"]


@pytest.mark.parametrize("name", NAMED)
def test_arrays_are_trained_as_by_optax(name: str) -> None:
    ours, theirs = of_arrays(Train(optimizer=name, rate=0.1)), NAMED[name](0.1)  # type: ignore[arg-type]
    array = jnp.array([1.0, -2.0, 3.0])
    states = [one.init(array) for one in (ours, theirs)]
    for step in range(4):
        gradient = jnp.array([0.5, step, -1.0])
        updates, states[0] = ours.update(gradient, states[0], array)
        others, states[1] = theirs.update(gradient, states[1], array)
        np.testing.assert_array_equal(updates, others)


def test_weight_decay_is_that_of_adamw() -> None:
    ours, theirs = of_arrays(Train(rate=0.1, weight_decay=0.3)), optax.adamw(0.1, weight_decay=0.3)
    array = jnp.array([1.0, -2.0])
    updates = [one.update(array, one.init(array), array)[0] for one in (ours, theirs)]
    np.testing.assert_allclose(*updates, rtol=1e-6)


EXACT = [("adam", True), ("momentum", True), ("adagrad", False), ("sgd", False)]
SPARSELY = [[0, 2, 2], [3, 3, 3], [0, 1, 3], [3, 3, 3], [5, 0, 0], [4, 2, 1]]


@pytest.mark.parametrize(("name", "exact"), EXACT)
@pytest.mark.parametrize(
    "more",
    [
        {},
        pytest.param({"weight_decay": 0.5}, marks=pytest.mark.slow),
        pytest.param({"clip": 0.5}, marks=pytest.mark.slow),
        pytest.param({"warmup": 3}, marks=pytest.mark.slow),
        {"weight_decay": 0.5, "clip": 0.5, "warmup": 3},
    ],
    ids=lambda more: "+".join(more) or "plain",
)
def test_rows_are_trained_as_the_whole_table(name: Any, exact: bool, more: dict[str, Any]) -> None:
    settings = Train(optimizer=name, rate=0.03, exact=exact, **more)
    rows, whole = both(settings, SPARSELY)
    near(rows, whole)
    assert not np.allclose(rows["tables"]["table"], START["tables"]["table"])


@pytest.mark.parametrize("name", ["adam", "momentum"])
def test_without_exact_they_are_not(name: Any) -> None:
    rows, whole = both(Train(optimizer=name, rate=0.03), SPARSELY)
    assert abs(rows["tables"]["table"] - whole["tables"]["table"]).max() > 1e-3


@pytest.mark.parametrize("schedule", ["linear", "cosine"])
@pytest.mark.parametrize(("name", "exact"), [("adam", True), ("sgd", False)])
def test_rows_and_arrays_follow_one_schedule(name: Any, exact: bool, schedule: Any) -> None:
    settings = Train(optimizer=name, rate=0.03, exact=exact, schedule=schedule, warmup=2, steps=len(SPARSELY))
    rows, whole = both(settings, SPARSELY)
    near(rows, whole)
    constant = both(dataclasses.replace(settings, schedule="constant"), SPARSELY)[0]
    assert abs(rows["head"] - constant["head"]).max() > 1e-3


def test_the_rate_falls_to_nothing_by_the_last_step() -> None:
    settings = Train(rate=0.2, warmup=2, steps=6)
    found = {
        name: [float(rate(dataclasses.replace(settings, schedule=name))(count)) for count in range(8)]
        for name in ("linear", "cosine")
    }
    np.testing.assert_allclose(found["linear"], [0.1, 0.2, 0.2, 0.15, 0.1, 0.05, 0, 0], atol=1e-7)
    waves = [0.2 * (1 + np.cos(np.pi * t / 4)) / 2 for t in range(4)]
    np.testing.assert_allclose(found["cosine"], [0.1, 0.2, *waves, 0, 0], atol=1e-7)
    assert float(rate(settings)(99)) == pytest.approx(0.2)


def test_a_schedule_is_optax_own() -> None:
    ours = rate(Train(rate=0.2, steps=9, schedule="cosine"))
    theirs = optax.cosine_decay_schedule(0.2, 9)
    np.testing.assert_allclose([ours(x) for x in range(12)], [theirs(x) for x in range(12)], atol=1e-7)


LAYERS = {
    "tables": {"table": jnp.ones((3, 2))},
    "dense": {"scale": jnp.ones((2, 2))},
    "encoder": {"inner.kernel": jnp.full((2, 2), 2.0), "inner.bias": jnp.ones(2)},
    "head": {"weight": jnp.array([[3.0, 0.3], [4.0, 0.4]]), "bias": jnp.ones(2)},
}


def moved(settings: Train, head_norm: float | None = None) -> Any:
    """Parameters after a step whose gradient is ones."""
    trainer = sparse.Trainer(
        lambda params: sum(leaf.sum() for leaf in jax.tree.leaves(params)),
        dense=of_arrays(settings, head_norm),
        dense_tables=("table",),
    )
    return trainer.step(trainer.init(jax.tree.map(jnp.copy, LAYERS)))[0].params


def test_l2_is_on_matrices_of_encoder_and_head() -> None:
    plain, penalised = (moved(Train(optimizer="sgd", rate=0.1, l2_layers=factor)) for factor in (0.0, 0.5))
    expected = jax.tree.map(jnp.copy, plain)
    for part, name in (("encoder", "inner.kernel"), ("head", "weight")):
        expected[part][name] = plain[part][name] - 0.1 * 0.5 * LAYERS[part][name]
    near(penalised, expected)


@pytest.mark.parametrize("optimizer", ["sgd", pytest.param("adam", marks=pytest.mark.slow)])
def test_columns_of_the_head_are_shortened(optimizer: Any) -> None:
    settings = Train(optimizer=optimizer, rate=0.1)
    free, limited = moved(settings), moved(settings, 2.0)
    weight = np.asarray(free["head"]["weight"])
    lengths = np.linalg.norm(weight, axis=0)
    assert lengths[0] > 2 > lengths[1]
    expected = free | {"head": free["head"] | {"weight": weight * np.minimum(1, 2 / lengths)}}
    near(limited, expected)


def test_the_rate_rises_and_stays() -> None:
    assert rate(Train(rate=0.2)) == 0.2
    rising = rate(Train(rate=0.2, warmup=2))
    np.testing.assert_allclose([float(rising(count)) for count in range(4)], [0.1, 0.2, 0.2, 0.2])


def test_a_ball_is_not_for_every_table() -> None:
    settings = Train(max_norm=0.5)
    assert of_rows(settings).max_norm == 0.5 and of_rows(settings, in_a_ball=False).max_norm is None


def test_what_an_optimizer_refuses_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    check(Train(rate=0.1, weight_decay=9.9, exact=True, warmup=3, max_norm=1.0, freeze_until=2))
    monkeypatch.setattr(optimizers, "rate", lambda settings: -settings.rate)
    with pytest.raises(Mistake, match=r"^train\.rate=-0\.01: give a number above 0"):
        check(Train())
