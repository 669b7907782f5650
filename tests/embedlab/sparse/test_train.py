"""The training step: tables by name, states that are used up, one compilation, and no copy of a table."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import embedlab
from embedlab import sparse
from tests.embedlab.sparse.steps import batches, by_rows, by_tables, error, loss, specs, start


def labels(params: Any) -> Any:
    return {name: jax.tree.map(lambda _, name=name: name, part) for name, part in params.items()}


def test_an_optimizer_for_each_table(x64: None) -> None:
    """One of them trained by optax as a whole, one frozen, one by rows."""
    data = batches(40)
    by_name = {"words.table": sparse.adagrad(0.1), "items.table": sparse.sgd(0.1, freeze=sparse.Freeze())}
    trainer = sparse.Trainer(loss, rows=by_name, dense=optax.adam(0.05))
    each = {"words": optax.adagrad(0.1), "items": optax.set_to_zero(), "head": optax.adam(0.05)}
    wanted = by_tables(optax.partition(each, labels), start("float64"), data)
    assert error(by_rows(trainer, start("float64"), data), wanted) <= 1e-12

    some = sparse.Trainer(
        loss,
        rows={"words.table": sparse.adagrad(0.1)},
        dense=optax.adam(0.05),
        dense_tables=("items.table",),
        clip=0.2,
    )
    each["items"] = optax.adam(0.05)
    dense = optax.chain(optax.clip_by_global_norm(0.2), optax.partition(each, labels))
    wanted = by_tables(dense, start("float64"), data)
    assert error(by_rows(some, start("float64"), data), wanted) <= 1e-12


def test_no_gradient_is_taken_of_a_table_that_rests() -> None:
    """Neither state nor work: the step is cheaper by what the other table's gradient and update cost."""
    batch = [jnp.asarray(x[0]) for x in batches(1)]
    work = {}
    for name, freeze in {"rests": sparse.Freeze(), "later": sparse.Freeze(until=10**6)}.items():
        rows = {"words.table": sparse.adagrad(0.1), "items.table": sparse.sgd(0.1, freeze=freeze)}
        trainer = sparse.Trainer(loss, rows=rows, dense=optax.sgd(0.1), strategy="sort")
        state = trainer.init(start("float32"))
        before = np.array(state.params["items"].tables["table"])
        assert not jax.tree.leaves(state.rows["items.table"])
        cost = jax.jit(trainer.pure_step).lower(state, *batch).compile().cost_analysis()
        work[name] = cost["bytes accessed"]
        state, _ = trainer.step(state, *batch)
        np.testing.assert_array_equal(state.params["items"].tables["table"], before)
    assert work["rests"] < 0.8 * work["later"]


def test_frozen_rows_do_not_count_in_the_norm(x64: None) -> None:
    """As a frozen parameter has no gradient in other libraries."""
    data = batches(20)
    frozen = {"words.table": sparse.adagrad(0.1), "items.table": sparse.sgd(0.1, freeze=sparse.Freeze())}
    trainer = sparse.Trainer(loss, rows=frozen, dense=optax.sgd(0.1), clip=0.1)
    each = {"words": optax.adagrad(0.1), "items": optax.set_to_zero(), "head": optax.sgd(0.1)}
    still = {"words": optax.identity(), "items": optax.set_to_zero(), "head": optax.identity()}
    chain = optax.chain(
        optax.partition(still, labels), optax.clip_by_global_norm(0.1), optax.partition(each, labels)
    )
    wanted = by_tables(chain, start("float64"), data)
    assert error(by_rows(trainer, start("float64"), data), wanted) <= 1e-12


def test_names_that_are_no_tables() -> None:
    params = start("float32")
    one = sparse.sgd(0.1)

    def refuses(message: str, **settings: Any) -> None:
        with pytest.raises(ValueError, match=message):
            sparse.Trainer(loss, dense=optax.sgd(0.1), **settings).init(params)

    refuses(r"^rows: table 'items\.table' has no optimizer .*words\.table", rows={"words.table": one})
    refuses(r"^rows: table 'items\.table' has no optimizer \(rows=None\)")
    names = r"is no table; there is items\.table, words\.table"
    refuses(rf"^dense_tables: 'item' {names}", rows=one, dense_tables=("item",))
    refuses(
        rf"^rows: 'wrods\.table' {names}",
        rows=dict.fromkeys(("words.table", "items.table", "wrods.table"), one),
    )


def test_settings_out_of_range() -> None:
    for settings in ({"clip": 0.0}, {"clip": float("nan")}, {"strategy": "quick"}):
        ((field, value),) = settings.items()
        with pytest.raises(ValueError, match=rf"^{field}={value!r}: "):
            sparse.Trainer(loss, **settings)
    trainer = sparse.Trainer(loss, rows=sparse.adagrad(0.1), dense=optax.sgd(0.1), strategy="positions")
    with pytest.raises(ValueError, match=r"^strategy='positions': it can't be taken for this table"):
        trainer.step(trainer.init(start("float32")), *(array[0] for array in batches(1)))


def test_a_table_that_is_used_otherwise_is_named() -> None:
    spec, _ = specs("float32")

    def scored(params: Any, ids: Any) -> Any:
        queries = embedlab.bag(spec, params["words"], ids)
        return embedlab.attend(spec, params["words"], queries).sum()

    params = {"words": start("float32")["words"]}
    ids = np.zeros((2, 3), np.int32)
    trainer = sparse.Trainer(scored, rows=sparse.sgd(0.1))
    with pytest.raises(ValueError, match=r"table 'words\.table' otherwise .*dense=\('words\.table',\)"):
        trainer.step(trainer.init(params), ids)
    wanted = jax.grad(scored)(params, ids)["words"].tables["table"]
    before = jnp.copy(params["words"].tables["table"])
    trainer = sparse.Trainer(scored, dense=optax.sgd(0.1), dense_tables=("words.table",))
    state, _ = trainer.step(trainer.init(params), ids)
    np.testing.assert_allclose(state.params["words"].tables["table"], before - 0.1 * wanted, rtol=1e-6)


def test_ids_that_would_be_cut_off_are_refused() -> None:
    """`jit` makes 3 of 2³² + 3 without a word. What fits is taken, of any type."""
    spec, _ = specs("float32")

    def plain(words: Any, ids: Any) -> Any:
        return embedlab.embed(spec, words, ids).sum()

    trainer = sparse.Trainer(plain, rows=sparse.sgd(0.1))
    state = trainer.init(start("float32")["words"])
    for bad in (np.array([1, 2**32 + 3]), np.array([-(2**31) - 1]), np.array([2**40], np.uint64)):
        message = rf"^{bad[-1]} in u?int64 .* needs more than 32 bits, and would be cut off"
        for call in (
            lambda ids: trainer.step(state, ids),
            lambda ids: trainer.steps(state, ids[None]),
            lambda ids: sparse.value_and_grad(plain)(state.params, ids),
        ):
            with pytest.raises(ValueError, match=message):
                call(bad)
    for good in (np.array([1, 2**31 - 1, -5]), np.zeros(0, np.int64), np.array([1], np.uint64), 3):
        state, _ = trainer.step(state, good)
    with jax.enable_x64(True):  # nothing is cut off, and so a bad id is one that is left out
        sparse.value_and_grad(plain)(state.params, np.array([2**32 + 3]))


# --- the state ---------------------------------------------------------------------------------------


def test_the_state_of_a_table() -> None:
    """Laid out as the table is, in float32 or wider, and counted."""
    optimizers = {
        "sgd": (sparse.sgd(0.1), {}),
        "momentum": (sparse.sgd(0.1, 0.9), {"momentum": (50, 4)}),
        "exact": (sparse.sgd(0.1, 0.9, exact=True), {"momentum": (50, 4), "last": (50, 1)}),
        "adagrad": (sparse.adagrad(0.1), {"sum": (50, 4)}),
        "row_adagrad": (sparse.row_adagrad(0.1), {"sum": (50, 1)}),
        "adamw": (
            sparse.adam(0.1, exact=True, weight_decay=0.1),
            {"m": (50, 4), "v": (50, 4), "last": (50, 1), "decayed": (50, 2)},
        ),
        "row_adam": (sparse.row_adam(0.1), {"m": (50, 4), "v": (50, 1)}),
    }
    for dtype in ("float32", "bfloat16"):
        for name, (optimizer, wanted) in optimizers.items():
            state = optimizer.init(jnp.ones((50, 4), dtype))
            assert {key: array.shape for key, array in state.rows.items()} == wanted, name
            numbers = sum(np.prod(shape) for shape in wanted.values())
            assert state.num_bytes == 4 * (numbers + (4 if optimizer.weight_decay else 0))
            floats = [array.dtype for key, array in state.rows.items() if key != "last"]
            assert all(kind == jnp.float32 for kind in floats)
    masked = sparse.sgd(0.1, freeze=sparse.Freeze(np.ones(50, bool))).init(jnp.ones((50, 4)))
    assert masked.num_bytes == 50


def test_the_state_is_a_pytree() -> None:
    trainer = sparse.Trainer(loss, rows=sparse.adam(0.1, exact=True), dense=optax.adam(0.1))
    state = trainer.init(start("float32"))
    leaves, tree = jax.tree.flatten(state)
    assert all(isinstance(leaf, jax.Array) for leaf in leaves)
    assert isinstance(tree.unflatten(leaves), sparse.TrainState)
    copied = jax.tree.map(jnp.copy, state)
    batch = [array[0] for array in batches(1)]
    first, value = trainer.step(state, *batch)
    again, same = trainer.step(copied, *batch)
    assert float(value) == float(same)
    for a, b in zip(jax.tree.leaves(first), jax.tree.leaves(again), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_state_that_is_used_up_is_named() -> None:
    """And so is a table of it, where it is looked up."""
    trainer = sparse.Trainer(loss, rows=sparse.adagrad(0.1), dense=optax.sgd(0.1))
    params = start("float32")
    state = trainer.init(params)
    batch = [array[0] for array in batches(1)]
    new, _ = trainer.step(state, *batch)
    message = r"^state\.params\['head'\]: this array was changed in place by an earlier step"
    many = [array[None] for array in batch]
    for call in (
        lambda: trainer.step(state, *batch),
        lambda: trainer.steps(state, *many),
        lambda: trainer.finalize(state),
        lambda: trainer.step(trainer.init(params), *batch),
    ):
        with pytest.raises(ValueError, match=message):
            call()
    half = dataclasses.replace(new, rows=state.rows)
    with pytest.raises(ValueError, match=r"^state\.rows\['items\.table'\]\.rows\['sum'\]: this array was"):
        trainer.step(half, *batch)
    spec, _ = specs("float32")
    message = r"^tables\['table'\]: this array was used up, changed in place by a training step"
    for look in (embedlab.embed, embedlab.bag):
        with pytest.raises(ValueError, match=message):
            look(spec, params["words"], np.zeros((2, 3), np.int32))
        look(spec, new.params["words"], np.zeros((2, 3), np.int32))
    with pytest.raises(ValueError, match=message):
        embedlab.attend(spec, params["words"], np.ones((1, 4), np.float32))
    trainer.step(new, *batch)


def test_one_compilation_serves_all_batches() -> None:
    traces = []

    def counted(*arguments: Any) -> Any:
        traces.append(1)
        return loss(*arguments)

    trainer = sparse.Trainer(counted, rows=sparse.adam(0.1, exact=True), dense=optax.sgd(0.1))
    state = trainer.init(start("float32"))
    data = batches(5)
    state, _ = trainer.step(state, *(array[0] for array in data))
    first = len(traces)
    assert 0 < first <= 2  # what is read, and the gradients
    for i in range(1, 5):
        state, _ = trainer.step(state, *(array[i] for array in data))
    assert len(traces) == first


# --- memory ------------------------------------------------------------------------------------------

LARGE, WIDTH = 200_000, 64
BIG = {
    "bag": embedlab.Dense(LARGE, WIDTH),
    "unpooled": embedlab.Dense(LARGE, WIDTH),
    "hashed": embedlab.Hashed(10**7, WIDTH, LARGE, importance=LARGE),
    "subword": embedlab.Subword(1000, WIDTH, LARGE),
}


def big_loss(params: Any, ids: Any) -> Any:
    vectors = {
        name: embedlab.bag(spec, params[name], ids) for name, spec in BIG.items() if name != "unpooled"
    }
    every = embedlab.embed(BIG["unpooled"], params["unpooled"], ids)
    return sum(jnp.tanh(vector).sum() for vector in vectors.values()) + jnp.tanh(every).sum()


def shapes(trainer: sparse.Trainer) -> Any:
    """The state for the large tables, none of which is made."""
    ngrams = jax.ShapeDtypeStruct((1000, 12), jnp.int32)

    def init(ngrams: Any) -> Any:
        given = {name: {"ngrams": ngrams} if name == "subword" else None for name in BIG}
        return trainer.init({name: spec.init(jax.random.key(0), given[name]) for name, spec in BIG.items()})

    return jax.eval_shape(init, ngrams)


TRAINERS = {
    "sgd": {"rows": sparse.sgd(0.1)},
    "adagrad": {"rows": sparse.adagrad(0.1)},
    "adam": {"rows": sparse.adam(0.1)},
    "adam-exact": {"rows": sparse.adam(0.1, exact=True)},
    "adamw-exact-clip": {"rows": sparse.adam(0.1, exact=True, weight_decay=0.1), "clip": 1.0},
    "adagrad-sort": {"rows": sparse.adagrad(0.1), "strategy": "sort"},
    "sgd-positions": {"rows": sparse.sgd(0.1), "strategy": "positions"},
    "adam-exact-host": {"rows": sparse.adam(0.1, exact=True), "strategy": "host"},
}


QUICK = ("sgd", "adagrad", "adam-exact", "adamw-exact-clip")


def test_what_the_gradient_does_not_need_is_read_before_tables_change() -> None:
    """A linear loss, and numbers beside it: what they read of a table is no reason to copy it."""
    spec = BIG["bag"]

    def linear(words: Any, ids: Any) -> Any:
        beside = embedlab.embed(spec, words, ids[:, :1])
        return embedlab.bag(spec, words, ids, mode="sum").sum(), jnp.square(beside).mean()

    trainer = sparse.Trainer(linear, rows=sparse.adagrad(0.1), has_aux=True)
    state = jax.eval_shape(lambda: trainer.init(spec.init(jax.random.key(0))))
    program = trainer._step.lower(state, jax.ShapeDtypeStruct((16, 12), jnp.int32)).compile()
    assert program.memory_analysis().temp_size_in_bytes < LARGE * WIDTH * 4 / 8


FORMS = [
    pytest.param(name, "step", marks=[] if name in QUICK else [pytest.mark.slow]) for name in TRAINERS
] + [("adagrad", "steps"), pytest.param("adam-exact", "steps", marks=pytest.mark.slow)]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "form"), FORMS)
def test_no_step_makes_an_array_as_large_as_a_table(name: str, form: str) -> None:
    trainer = sparse.Trainer(big_loss, **TRAINERS[name])
    state = shapes(trainer)
    ids = jax.ShapeDtypeStruct((16, 12) if form == "step" else (3, 16, 12), jnp.int32)
    program = {"step": trainer._step, "steps": trainer._steps}[form].lower(state, ids)
    memory = program.compile().memory_analysis()
    table = LARGE * WIDTH * 4
    tables = sum(leaf.size * leaf.dtype.itemsize for leaf in jax.tree.leaves((state.params, state.rows)))
    assert memory.temp_size_in_bytes < table / 8
    assert memory.alias_size_in_bytes > 0.99 * tables  # all in place
    assert memory.output_size_in_bytes - memory.alias_size_in_bytes < 1000


def test_a_number_of_python_is_trained_as_an_array_is() -> None:
    def loss(params: Any) -> Any:
        return (params["scale"] - 3) ** 2

    trainer = sparse.Trainer(loss, dense=optax.adam(0.1))
    (of_number, value), (of_array, _) = (
        trainer.step(trainer.init({"scale": scale})) for scale in (2.0, jnp.array(2.0))
    )
    assert float(value) == 1
    assert float(of_number.params["scale"]) == float(of_array.params["scale"]) > 2


@pytest.mark.slow
@pytest.mark.parametrize("rows", [sparse.sgd(0.5), sparse.row_adagrad(0.5)], ids=["sgd", "row_adagrad"])
def test_the_last_row_of_more_entries_than_32_bits_count(rows: sparse.RowOptimizer) -> None:
    """4.3 GB of bfloat16, in place: the last row is trained, and nothing else."""
    last = 2**31 // WIDTH + 1
    spec = embedlab.Dense(last + 1, WIDTH, dtype="bfloat16")

    def linear(words: Any, ids: Any) -> Any:
        return embedlab.embed(spec, words, ids).astype(jnp.float32).sum()

    trainer = sparse.Trainer(linear, rows=rows)
    table = jnp.zeros(spec.table_shapes["table"], jnp.bfloat16)
    state = trainer.init(embedlab.Variables({"table": table}))
    del table
    state, _ = trainer.step(state, np.array([last, last + 1]))  # the second is none
    found = state.params.tables["table"]
    np.testing.assert_array_equal(found[last], -0.5)
    assert int(jnp.count_nonzero(found[:last].any(-1))) == 0
