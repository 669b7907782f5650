"""A mistake with a trainer ends in a sentence that names it and says how to mend it."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import embedlab
from embedlab import native, sparse
from embedlab.sparse.fit import require_fit

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
        ({"sharding": 5}, "sharding=5: give sparse.Sharding(mesh, rows='…'), or None"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_settings(settings: dict[str, Any], message: str, unchecked: None) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        sparse.Trainer(loss, **settings)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: sparse.Trainer(5), "loss=5: give a function of the parameters"),  # type: ignore[arg-type]
        (lambda: sparse.Sharding(5), "mesh=5: give a jax.sharding.Mesh"),  # type: ignore[arg-type]
        (lambda: sparse.Freeze(5), "rows=5: give ranges ((start, stop), …), a mask of bools, or None"),
        (lambda: sparse.sgd(0.1, freeze=[0, 1]), "freeze=[0, 1]: give sparse.Freeze(…)"),
        (lambda: sparse.sgd(0.1, exact="a"), "exact='a': give True or False"),
        (lambda: sparse.adam(0.1, exact=1), "exact=1: give True or False"),  # type: ignore[arg-type]
        (lambda: sparse.sgd(0.1, nesterov=True), "nesterov=True: give a momentum with it"),
    ],
)
def test_values_of_another_kind(wrong: Any, message: str, unchecked: None) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        wrong()


def test_a_strategy_that_a_table_does_not_allow_with_clip() -> None:
    trainer = sparse.Trainer(
        loss, rows=sparse.adagrad(0.1), dense=optax.sgd(0.1), clip=1.0, strategy="native"
    )
    table = embedlab.Dense(5, 2, dtype="bfloat16").init(jax.random.key(0))
    with pytest.raises(ValueError, match=r"^strategy='native': it can't be taken for this table and opt"):
        trainer.step(trainer.init({**params(), "words": table}), IDS)


@pytest.mark.skipif(not native.available(), reason="no compiler")
def test_a_kernel_with_clip() -> None:
    trainer = sparse.Trainer(
        loss, rows=sparse.adagrad(0.1), dense=optax.sgd(0.1), clip=1.0, strategy="kernel"
    )
    with pytest.raises(ValueError, match=r"^strategy='kernel': it can't be taken with clip, which needs"):
        trainer.step(trainer.init(params()), IDS)


@pytest.mark.parametrize(
    ("batches", "message"),
    [
        ((), "batches: there is no array, so no number of steps; give arrays [steps, …]"),
        ((jnp.float32(1),), "batches[0].shape=(): every array has the steps first; stack"),
        (
            (jnp.ones(3), jnp.ones(2)),
            "batches[1].shape=(2,): every array has the steps first, as batches[0] ",
        ),
    ],
    ids=["none", "a number", "two numbers of steps"],
)
def test_batches_of_no_number_of_steps(batches: Any, message: str) -> None:
    trainer = sparse.Trainer(lambda params, *batch: params["w"].sum(), dense=optax.sgd(0.1))
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        trainer.steps(trainer.init({"w": jnp.ones(2)}), *batches)


def test_micro_batches_without_arrays() -> None:
    trainer = sparse.Trainer(lambda params: params["w"].sum(), dense=optax.sgd(0.1), accumulate=2)
    with pytest.raises(ValueError, match=r"^batch: with accumulate=2 it has arrays \[2, …\]; there is none"):
        trainer.step(trainer.init({"w": jnp.ones(2)}))


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


@pytest.mark.parametrize(
    ("before", "after", "held", "keep"),
    [
        (
            sparse.sgd(0.1),
            sparse.sgd(0.1, weight_decay=0.5),
            "nothing",
            "Sgd(), weight_decay=0.5 keep clock float32 [2, 2], decayed float32 [5, 2]",
        ),
        (sparse.sgd(0.1, weight_decay=0.5), sparse.sgd(0.1), "clock float32 [2, 2], decayed", "Sgd() keep n"),
        (sparse.adam(0.1), sparse.adam(0.1, exact=True), "m float32 [5, 2], v", "last int32 [5, 1]"),
        (sparse.sgd(0.1), sparse.adam(0.1), "nothing", "m float32 [5, 2], v float32 [5, 2]"),
        (sparse.adagrad(0.1), sparse.row_adagrad(0.1), "sum float32 [5, 2]", "sum float32 [5, 1]"),
    ],
    ids=["new decay", "no more decay", "exact", "another rule", "by row"],
)
def test_a_state_of_other_optimizers(before: Any, after: Any, held: str, keep: str) -> None:
    old = sparse.Trainer(loss, rows=before, dense=optax.sgd(0.1))
    new = sparse.Trainer(loss, rows=after, dense=optax.sgd(0.1))
    found, wanted = re.escape(held), re.escape(keep)
    message = rf"^state\.rows\['words\.table'\] holds {found}.*, but rows of .*{wanted}.*: make a new"
    state = old.init(params())
    stacked = jnp.stack([IDS, IDS])
    for wrong in (
        lambda: new.step(state, IDS),
        lambda: new.steps(state, stacked),
        lambda: new.finalize(state),
        lambda: new.pure_step(state, IDS),
    ):
        with pytest.raises(ValueError, match=message):
            wrong()
    old.step(state, IDS)  # which no refusal has used up


def test_a_state_of_other_tables() -> None:
    rows = sparse.Trainer(loss, rows=sparse.sgd(0.1), dense=optax.sgd(0.1))
    dense = sparse.Trainer(loss, dense=optax.sgd(0.1), dense_tables=("words.table",))
    with pytest.raises(ValueError, match=r"^state\.rows holds nothing of table 'words\.table', which rows t"):
        rows.step(dense.init(params()), IDS)
    with pytest.raises(ValueError, match=r"^state\.rows holds table 'words\.table', which rows does not"):
        dense.step(rows.init(params()), IDS)


@pytest.mark.parametrize("call", ["step", "steps", "finalize", "whole", "place", "pure_step"])
def test_a_state_that_is_none(call: str, unchecked: None) -> None:
    trainer = sparse.Trainer(loss, rows=sparse.sgd(0.1), dense=optax.sgd(0.1))
    batch = (IDS,) if "step" in call else ()
    with pytest.raises(ValueError, match=r"^state: it is a dict; give the TrainState that init or the last"):
        getattr(trainer, call)(params(), *batch)


def test_a_whole_state_on_a_mesh(monkeypatch: pytest.MonkeyPatch) -> None:
    mesh = jax.make_mesh((1,), ("rows",), axis_types=(jax.sharding.AxisType.Auto,))
    sharding = sparse.Sharding(mesh, rows="rows")
    trainer = sparse.Trainer(loss, rows=sparse.sgd(0.1), dense=optax.sgd(0.1), sharding=sharding)
    state = trainer.whole(trainer.init(params()))
    monkeypatch.setattr(sparse.Sharding, "padded", lambda self, rows: -(-rows // 4) * 4)  # as on four devices
    with pytest.raises(
        ValueError, match=r"^state='a whole one.*': put it on .*mesh: trainer\.place\(state\)"
    ):
        trainer.step(state, IDS)


def test_a_padded_state_with_frozen_rows_fits() -> None:
    rows = sparse.sgd(0.1, 0.9, weight_decay=0.1, freeze=sparse.Freeze(jnp.arange(5) < 2))
    trainer = sparse.Trainer(loss, rows=rows, dense=optax.sgd(0.1))
    state = trainer.init(params())
    optimizers, tables = {"words.table": rows}, {"words.table": jnp.zeros((8, 2))}

    def padded(array: Any) -> Any:
        return jnp.pad(array, ((0, 3), (0, 0)))

    kept = state.rows["words.table"]
    kept = dataclasses.replace(kept, rows={name: padded(array) for name, array in kept.rows.items()})
    on_mesh = dataclasses.replace(state, rows={"words.table": kept}, sizes=(("words.table", 5),))
    require_fit(optimizers, tables, on_mesh)
    with pytest.raises(
        ValueError, match=r"holds .*, momentum float32 \[5, 2\], but .*, momentum float32 \[8, 2\]:"
    ):
        require_fit(optimizers, tables, dataclasses.replace(on_mesh, rows=state.rows))


@pytest.mark.parametrize("text", ["sum", b"sum", np.array(["sum"])], ids=["str", "bytes", "array"])
def test_text_among_the_arguments(text: Any) -> None:
    def switched(params: Any, ids: Any, settings: Any) -> Any:
        return loss(params, ids)

    message = r"^arguments\[1\]\['mode'\]=.*sum.*: the loss is compiled for arrays; make numbers of text, or"
    with pytest.raises(ValueError, match=message):
        sparse.value_and_grad(switched)(params(), IDS, {"mode": text})
