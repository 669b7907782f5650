"""A mistake with a trainer ends in a sentence that names it and says how to mend it."""

from __future__ import annotations

import re
from typing import Any

import jax
import jax.numpy as jnp
import optax
import pytest

import embedlab
from embedlab import sparse

SPEC = embedlab.Dense(5, 2)
IDS = jnp.array([[1, 2]])


def params() -> Any:
    return {"words": SPEC.init(jax.random.key(0)), "head": jnp.ones(2)}


def loss(params: Any, ids: Any) -> Any:
    return (embedlab.bag(SPEC, params["words"], ids) @ params["head"]).mean()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rows": optax.adam(0.1)}, "give an optimizer of rows, such as sparse.adagrad(0.1)"),
        ({"rows": {"words.table": optax.adam(0.1)}}, "give an optimizer of rows"),
        ({"dense": sparse.adam(0.1)}, "give an optax optimizer, such as optax.adam(1e-3)"),
        ({"dense_tables": "words.table"}, "give names in a tuple"),
        ({"clip": 0.0}, "clip=0.0: give a norm above 0"),
        ({"strategy": "best"}, "strategy='best': choose one of kernel"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_settings(settings: dict[str, Any], message: str, unchecked: None) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        sparse.Trainer(loss, **settings)


def test_a_strategy_that_calls_back_into_python_on_a_mesh(unchecked: None) -> None:
    mesh = jax.make_mesh((1,), ("rows",), axis_types=(jax.sharding.AxisType.Auto,))
    with pytest.raises(ValueError, match=r"^strategy='host': on a mesh .* give 'sort'$"):
        sparse.Trainer(loss, strategy="host", sharding=sparse.Sharding(mesh, rows="rows"))


def test_a_rule_that_is_none(unchecked: None) -> None:
    with pytest.raises(ValueError, match=r"^rule='adam': give a rule"):
        sparse.RowOptimizer("adam", 0.1)  # type: ignore[arg-type]


@pytest.mark.parametrize("decay", [10.0, 20.0])
def test_a_decay_that_turns_rows_around(decay: float) -> None:
    with pytest.raises(ValueError, match=r"^weight_decay=.*: give less than 1 / rate = 10$"):
        sparse.sgd(0.1, weight_decay=decay)


def test_a_schedule_whose_decay_goes_too_far_stays_finite() -> None:
    trainer = sparse.Trainer(loss, rows=sparse.sgd(lambda count: 2.0, weight_decay=1.0), dense=optax.sgd(0.0))
    state, _ = trainer.step(trainer.init(params()), IDS)
    state = trainer.finalize(state)
    assert jnp.isfinite(state.params["words"].tables["table"]).all()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"dense": None}, "dense=None: nothing would train head."),
        ({"dense_tables": ("table",)}, "dense_tables: 'table' is no table; there is words.table"),
        ({"rows": {"table": sparse.sgd(0.1)}}, "rows: 'table' is no table; there is words.table"),
        ({"rows": None}, "rows: table 'words.table' has no optimizer"),
    ],
)
def test_parameters_without_an_optimizer(given: dict[str, Any], message: str) -> None:
    settings: dict[str, Any] = {"rows": sparse.sgd(0.1), "dense": optax.sgd(0.1)} | given
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        sparse.Trainer(loss, **settings).init(params())


def test_no_table_at_all() -> None:
    trainer = sparse.Trainer(loss, rows=sparse.sgd(0.1), dense=optax.sgd(0.1))
    with pytest.raises(ValueError, match=r"^rows: there is no table for it .* under the name 'tables'"):
        trainer.init({"words": jnp.ones((5, 2)), "head": jnp.ones(2)})


def test_one_array_in_two_places() -> None:
    table = SPEC.init(jax.random.key(0))
    trainer = sparse.Trainer(loss, rows=sparse.sgd(0.1))
    places = r"params\['a'\]\.tables\['table'\] and params\['b'\]\.tables\['table'\]"
    with pytest.raises(ValueError, match=f"^{places} are one array"):
        trainer.init({"a": table, "b": table})


@pytest.mark.parametrize(
    ("returned", "has_aux", "message"),
    [
        (lambda value: value[None], False, "loss: it returned float32 [1]. Return one float"),
        (lambda value: (value, 1), False, "loss: it returned a tuple. Return one float"),
        (lambda value: None, False, "loss: it returned a NoneType."),
        (lambda value: jnp.int32(3), False, "loss: it returned int32 []."),
        (lambda value: value, True, "has_aux=True: the loss returned float32 []; return (loss, aux)"),
    ],
    ids=["vector", "pair", "nothing", "integer", "no pair"],
)
def test_what_a_loss_returns(returned: Any, has_aux: bool, message: str) -> None:
    def wrong(params: Any, ids: Any) -> Any:
        return returned(loss(params, ids))

    with pytest.raises(ValueError, match="^" + re.escape(message)):
        sparse.value_and_grad(wrong, has_aux=has_aux)(params(), IDS)


def test_numbers_and_keys_are_whole_as_they_are() -> None:
    trainer = sparse.Trainer(loss, rows=sparse.sgd(0.1), dense=optax.sgd(0.1))
    state = trainer.init({**params(), "key": jax.random.key(1), "number": 3})
    found = trainer.whole(state).params
    assert int(found["number"]) == 3
    assert (jax.random.key_data(found["key"]) == jax.random.key_data(jax.random.key(1))).all()
