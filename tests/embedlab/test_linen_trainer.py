"""`embedlab.linen.Trainer`: ordinary training, at a cost that does not depend on the number of rows."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax
import orbax.checkpoint as ocp
import pytest
from flax.traverse_util import flatten_dict

import embedlab
from embedlab import sparse
from embedlab.linen import Embed, Trainer

WORDS = ["cat", "cats", "dog", "dogs", "walk", "walked", "walking", "the", "naïve", "日本語"]
DIM = 6
KEY = jax.random.key(0)
SUBWORD = embedlab.Subword(len(WORDS), DIM, buckets=50)
KINDS: dict[str, tuple[Any, Any]] = {
    "dense": (embedlab.Dense(len(WORDS), DIM), None),
    "hashed": (embedlab.Hashed(len(WORDS), DIM, buckets=7, signed=True, importance=len(WORDS)), None),
    "subword": (SUBWORD, lambda: SUBWORD.word_buffers(WORDS)),
}
OPTIMIZERS = {
    "sgd": (sparse.sgd(0.3), optax.sgd(0.3)),
    "adagrad": (sparse.adagrad(0.1), optax.adagrad(0.1)),
}


def embedding(kind: str, dtype: str = "float32", **options: Any) -> Embed:
    spec, buffers_init = KINDS[kind]
    spec = dataclasses.replace(spec, dtype=dtype)
    return Embed(spec, buffers_init=buffers_init, deterministic=False, **options)


class Classifier(nn.Module):
    words: Embed
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, ids: Any) -> Any:
        return nn.Dense(3, param_dtype=self.dtype)(self.words.bag(ids))


def cross_entropy(logits: Any, labels: Any) -> Any:
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()


def loss_of(model: nn.Module) -> Any:
    return lambda variables, ids, labels: cross_entropy(model.apply(variables, ids), labels)


def batch(number: int, words: int = len(WORDS)) -> tuple[Any, Any]:
    """Ids, some of them no words, and labels that depend on them."""
    ids = np.random.default_rng(number).integers(-1, words + 1, (8, 5))
    return jnp.asarray(ids, jnp.int32), jnp.asarray(ids.sum(1) % 3, jnp.int32)


IDS = batch(0)[0]


def moved(variables: Any) -> dict[str, Any]:
    """The variables of a model with update="sparse" as one with update="dense" has them; copies."""
    flat = flatten_dict(jax.tree.map(jnp.copy, variables))
    params = {("params", *path[1:]) if path[0] == "tables" else path: leaf for path, leaf in flat.items()}
    return {".".join(path): leaf for path, leaf in params.items()}


def reference(loss: Any, variables: Any, optimizer: Any) -> Any:
    """An ordinary training of linen: yields nothing, changes `variables["params"]`."""
    state = [optimizer.init(variables["params"])]

    @jax.jit
    def step(params: Any, rest: Any, state: Any, *batch: Any) -> Any:
        def of(params: Any) -> Any:
            found = loss({"params": params, **rest}, *batch)
            return found if isinstance(found, tuple) else (found, {})

        (value, updated), gradients = jax.value_and_grad(of, has_aux=True)(params)
        updates, state = optimizer.update(gradients, state, params)
        return optax.apply_updates(params, updates), {**rest, **updated}, state, value

    def run(*batch: Any) -> Any:
        rest = {name: value for name, value in variables.items() if name != "params"}
        variables["params"], rest, state[0], value = step(variables["params"], rest, state[0], *batch)
        variables.update(rest)
        return value

    return run


def assert_same(ours: Any, theirs: Any, atol: float) -> None:
    mine, wanted = moved(ours), moved(theirs)
    assert mine.keys() == wanted.keys()
    for name in mine:
        np.testing.assert_allclose(mine[name], wanted[name], rtol=0, atol=atol, err_msg=name)


# --- equal to ordinary training ----------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(
    "kind",
    [
        "dense",
        pytest.param("hashed", marks=pytest.mark.slow),
        pytest.param("subword", marks=pytest.mark.slow),
    ],
)
def test_equals_dense_training(kind: str, optimizer: str, x64: None) -> None:
    rows, dense = OPTIMIZERS[optimizer]
    ours = Classifier(embedding(kind, "float64", update="sparse"), jnp.float64)
    theirs = Classifier(embedding(kind, "float64"), jnp.float64)
    trainer = Trainer(loss_of(ours), rows=rows, dense=dense)
    state, variables = trainer.init(ours.init(KEY, IDS)), theirs.init(KEY, IDS)
    assert_same(trainer.variables(state), variables, 0)
    step = reference(loss_of(theirs), variables, dense)
    for number in range(30):
        state, value = trainer.step(state, *batch(number))
        assert abs(float(value) - float(step(*batch(number)))) <= 1e-12
    assert_same(trainer.variables(state), variables, 1e-12)
    assert trainer._trainer._step._cache_size() == 1
    assert int(state.step) == 30


class Everything(nn.Module):
    """Dropout, averages, two large tables and a small one, look-ups in many places."""

    update: Any

    def setup(self) -> None:
        self.words = embedding("hashed", update=self.update, dropout=embedlab.Dropout(words=0.3))
        self.other = embedding("subword", update=self.update)
        self.small = embedding("dense")
        self.part = nn.remat(Classifier)(self.other)
        self.norm = nn.BatchNorm(use_running_average=False)
        self.drop = nn.Dropout(0.2, deterministic=False)
        self.head = nn.Dense(3)

    def __call__(self, ids: Any) -> Any:
        read = self.words.bag(ids) + self.small.bag(ids) + self.other(ids).max(1)
        return self.head(self.drop(self.norm(read))) + self.part(ids)


def everything_loss(model: nn.Module) -> Any:
    def loss(variables: Any, ids: Any, labels: Any, key: Any) -> Any:
        logits, updated = model.apply(variables, ids, mutable=["batch_stats"], rngs={"dropout": key})
        return cross_entropy(logits, labels), updated

    return loss


def everything(update: str) -> tuple[nn.Module, Any]:
    model = Everything(update)
    return model, model.init({"params": KEY, "dropout": KEY}, IDS)


def everything_batch(number: int) -> tuple[Any, ...]:
    return *batch(number), jax.random.key(number)


@pytest.mark.slow  # as NNX's, in each run
def test_everything_else_in_a_model_is_carried() -> None:
    (ours, start), (theirs, variables) = everything("sparse"), everything("dense")
    trainer = Trainer(
        everything_loss(ours), rows=sparse.sgd(0.1), dense=optax.sgd(0.1), mutable=("batch_stats",)
    )
    before, buffers = moved(start), start["buffers"]["other"]["buffers"]["ngrams"]
    state, step = trainer.init(start), reference(everything_loss(theirs), variables, optax.sgd(0.1))
    for number in range(5):
        state, value = trainer.step(state, *everything_batch(number))
        np.testing.assert_allclose(value, step(*everything_batch(number)), rtol=1e-4)
    assert set(state.rows) == {"words.table", "words.importance", "other.table"}
    assert_same(trainer.variables(state), variables, 1e-5)
    after = moved(trainer.variables(state))
    for name in ("batch_stats.norm.mean", "params.small.tables.table", "params.other.tables.table"):
        assert not np.array_equal(before[name], after[name]), name
    assert trainer.variables(state)["buffers"]["other"]["buffers"]["ngrams"] is buffers


@pytest.mark.slow
def test_several_steps_are_steps() -> None:
    model, start = everything("sparse")
    trainer = Trainer(
        everything_loss(model), rows=sparse.adagrad(0.1), dense=optax.adam(0.01), mutable=("batch_stats",)
    )
    copy = jax.tree.map(jnp.copy, start)
    alone, together = trainer.init(start), trainer.init(copy)
    batches = [everything_batch(number) for number in range(4)]
    values = []
    for each in batches:
        alone, value = trainer.step(alone, *each)
        values.append(float(value))
    together, found = trainer.steps(together, *(jnp.stack(arrays) for arrays in zip(*batches, strict=True)))
    np.testing.assert_allclose(found, values, rtol=1e-6)
    assert_same(trainer.variables(together), trainer.variables(alone), 1e-6)


def test_finalize_brings_rows_up_to_date(x64: None) -> None:
    ours = Classifier(embedding("dense", "float64", update="sparse"), jnp.float64)
    theirs = Classifier(embedding("dense", "float64"), jnp.float64)
    decayed = optax.chain(optax.add_decayed_weights(0.1), optax.sgd(0.3))
    trainer = Trainer(loss_of(ours), rows=sparse.sgd(0.3, weight_decay=0.1), dense=decayed)
    state, variables = trainer.init(ours.init(KEY, IDS)), theirs.init(KEY, IDS)
    step = reference(loss_of(theirs), variables, decayed)
    for number in range(6):
        state, _ = trainer.step(state, *batch(number, words=3))  # most rows are never read
        step(*batch(number, words=3))
    late = np.array(trainer.variables(state)["tables"]["words"]["tables"]["table"])
    assert not np.allclose(late, variables["params"]["words"]["tables"]["table"])
    assert_same(trainer.variables(trainer.finalize(state)), variables, 1e-12)


@pytest.mark.parametrize("mutable", [(), ("batch_stats",)])
def test_aux(mutable: tuple[str, ...]) -> None:
    model = nn.BatchNorm(use_running_average=not mutable)

    def loss(variables: Any, x: Any) -> Any:
        if not mutable:
            out = model.apply(variables, x)
            return out.sum(), {"out": out}
        out, updated = model.apply(variables, x, mutable=list(mutable))
        return out.sum(), (updated, {"out": out})

    x = jnp.arange(6.0).reshape(3, 2)
    trainer = Trainer(loss, dense=optax.sgd(0.1), mutable=mutable, has_aux=True)
    state = trainer.init(model.init(KEY, x))
    state, (value, aux) = trainer.step(state, x)
    assert value.shape == () and aux["out"].shape == (3, 2)
    state, (values, aux) = trainer.steps(state, x[None])
    assert values.shape == (1,) and aux["out"].shape == (1, 3, 2)
    moved_mean = bool((trainer.variables(state)["batch_stats"]["mean"] != 0).any())
    assert moved_mean == bool(mutable)


def test_a_table_that_the_loss_scores_against_is_dense(x64: None) -> None:
    class Tied(nn.Module):
        words: Embed

        def __call__(self, ids: Any) -> Any:
            return self.words.attend(self.words.bag(ids))

    ours = Tied(embedding("dense", "float64", update="sparse"))
    theirs = Tied(embedding("dense", "float64"))
    refused = Trainer(loss_of(ours), rows=sparse.sgd(0.3))
    with pytest.raises(ValueError, match=r"'words\.table' otherwise.*dense_tables=.*update='dense'"):
        refused.step(refused.init(ours.init(KEY, IDS)), *batch(0))
    trainer = Trainer(loss_of(ours), dense=optax.adam(0.1), dense_tables=("words.table",))
    state, variables = trainer.init(ours.init(KEY, IDS)), theirs.init(KEY, IDS)
    step = reference(loss_of(theirs), variables, optax.adam(0.1))
    for number in range(3):
        state, _ = trainer.step(state, *batch(number))
        step(*batch(number))
    assert_same(trainer.variables(state), variables, 1e-12)


def test_the_optimizer_knows_arrays_by_name() -> None:
    model = Classifier(embedding("dense"))

    def labels(parts: Any) -> Any:
        moving = {name: "move" if name.endswith("kernel") else "still" for name in parts["trained"]}
        return {"trained": moving, "table": {}}

    dense = optax.multi_transform({"still": optax.set_to_zero(), "move": optax.sgd(0.1)}, labels)
    trainer = Trainer(loss_of(model), dense=dense)
    before = model.init(KEY, IDS)
    copies = moved(before)
    state, _ = trainer.step(trainer.init(before), *batch(0))
    after = moved(trainer.variables(state))
    changed = {name for name in copies if not np.array_equal(copies[name], after[name])}
    assert changed == {"params.Dense_0.kernel"}


# --- what it costs -----------------------------------------------------------------------------------

ROWS, WIDTH = 200_000, 64


@pytest.mark.parametrize("module", [Classifier, nn.remat(Classifier)], ids=["plain", "remat"])
def test_nothing_in_a_step_is_as_large_as_the_table(module: Any) -> None:
    model = module(Embed(embedlab.Dense(ROWS, WIDTH), update="sparse", deterministic=False))
    trainer = Trainer(loss_of(model), rows=sparse.adagrad(0.1), dense=optax.adam(1e-3))
    state, several = trainer.init(model.init(KEY, IDS)), [x[None] for x in batch(0)]
    table = ROWS * WIDTH * 4
    for program, arguments in ((trainer._trainer._step, batch(0)), (trainer._trainer._steps, several)):
        memory = program.lower(state, {}, *arguments).compile().memory_analysis()
        slots = 0 if jax.default_backend() == "cpu" else 4 * ROWS  # see embedlab.sparse.strategy
        assert memory.temp_size_in_bytes < table / 100 + slots
        assert memory.alias_size_in_bytes >= 2 * table  # the table and its sums, in place
        assert memory.output_size_in_bytes - memory.alias_size_in_bytes < 1000
    old = trainer.variables(state)["tables"]["words"]["tables"]["table"]
    place = old.unsafe_buffer_pointer()
    new, _ = trainer.step(state, *batch(0))
    assert old.is_deleted()
    assert trainer.variables(new)["tables"]["words"]["tables"]["table"].unsafe_buffer_pointer() == place
    with pytest.raises(ValueError, match=r"state.*was changed in place by an earlier step"):
        trainer.step(state, *batch(0))


# --- mistakes ----------------------------------------------------------------------------------------

REFUSED = r"untrained.*embedlab\.linen\.Trainer.*update='dense'.*deterministic=True"


def test_train_mode_is_allowed_in_the_step_alone() -> None:
    model = Classifier(embedding("dense", update="sparse"))
    trainer = Trainer(loss_of(model), rows=sparse.sgd(0.1), dense=optax.sgd(0.1))
    state, _ = trainer.step(trainer.init(model.init(KEY, IDS)), *batch(0))
    with pytest.raises(ValueError, match=REFUSED):
        model.apply(trainer.variables(state), IDS)


@pytest.mark.parametrize("how", ["closed over", "as an argument", "by the plain trainer"])
def test_tables_beside_the_variables_are_not_left_untrained(how: str) -> None:
    """The usual loss of linen takes "params" alone, and has the other collections from elsewhere."""
    model = Classifier(embedding("dense", update="sparse"))
    variables = model.init(KEY, IDS)
    rest = {"tables": jax.tree.map(jnp.copy, variables["tables"])}

    def loss(given: Any, ids: Any, labels: Any, tables: Any = rest) -> Any:
        return cross_entropy(model.apply({**given, **tables}, ids), labels)

    trainer: Any = Trainer(loss, dense=optax.sgd(0.1))
    if how == "by the plain trainer":
        trainer = sparse.Trainer(loss, dense=optax.sgd(0.1))
    state = trainer.init({"params": variables["params"]})
    with pytest.raises(ValueError, match=REFUSED):
        trainer.step(state, *batch(0), *([rest] if how == "as an argument" else []))


def test_the_plain_trainer_takes_linen_variables_too() -> None:
    model = Classifier(embedding("subword", update="sparse"))
    trainer = sparse.Trainer(loss_of(model), rows=sparse.adagrad(0.1), dense=optax.adam(0.1))
    state = trainer.init(model.init(KEY, IDS))
    values = []
    for _ in range(40):
        state, value = trainer.step(state, *batch(0))
        values.append(float(value))
    assert values[-1] < values[0] / 2
    assert set(state.rows) == {"words.table"}


def test_what_nothing_would_train_is_an_error() -> None:
    model = Classifier(embedding("dense", update="sparse"))
    variables, loss = model.init(KEY, IDS), loss_of(model)
    with pytest.raises(ValueError, match=r"'words\.table' has no optimizer \(rows=None\)"):
        Trainer(loss, dense=optax.sgd(0.1)).init(variables)
    with pytest.raises(ValueError, match=r"dense=None: nothing would train params\.Dense_0\.bias"):
        Trainer(loss, rows=sparse.sgd(0.1)).init(variables)
    with pytest.raises(ValueError, match=r"no collection 'batch_stats'; there is params, tables"):
        Trainer(loss, rows=sparse.sgd(0.1), mutable=("batch_stats",)).init(variables)


@pytest.mark.parametrize(
    ("loss", "settings", "message"),
    [
        (5, {}, "loss=5: give a function of the variables"),
        (
            len,
            {"mutable": "batch_stats"},
            "mutable='batch_stats': give names in a tuple, as ('batch_stats',)",
        ),
        (len, {"dense_tables": "table"}, "dense_tables='table': give names in a tuple, as ('words.table',)"),
    ],
    ids=["no loss", "bare collection", "bare table"],
)
def test_values_of_another_kind(loss: Any, settings: dict[str, Any], message: str, unchecked: None) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        Trainer(loss, **settings)


def test_variables_and_states_that_are_none(unchecked: None) -> None:
    wrong: Any = 5
    trainer = Trainer(len, dense=optax.sgd(0.1))
    with pytest.raises(
        ValueError, match=r"^variables='a int': give the collections that model\.init returns"
    ):
        trainer.init(wrong)
    of_rows = sparse.Trainer(len, dense=optax.sgd(0.1)).init({"w": jnp.ones(2)})
    for call in (trainer.step, trainer.steps, trainer.finalize):
        batch = () if call == trainer.finalize else (jnp.ones(2),)
        with pytest.raises(ValueError, match=r"^state: it is a int; give the TrainState"):
            call(wrong, *batch)
        with pytest.raises(ValueError, match=r"^state\.params: it is a dict, of another kind of trainer"):
            call(of_rows, *batch)


@pytest.mark.parametrize(
    ("mutable", "has_aux", "returned", "message"),
    [
        (
            (),
            True,
            lambda value, stats: value,
            "has_aux=True: the loss returned float32 []; return (loss, aux",
        ),
        ((), False, lambda value, stats: (value, stats), "loss: it returned a tuple. Return one float"),
        (
            ("batch_stats",),
            False,
            lambda value, stats: value,
            "mutable=('batch_stats',): the loss returned float32 []; return (loss, collections)",
        ),
        (
            ("batch_stats",),
            True,
            lambda value, stats: (value, stats),
            "mutable=('batch_stats',): the loss returned (float32 [], a dict); return (loss, (collections, a",
        ),
        (
            ("batch_stats",),
            False,
            lambda value, stats: (value, (stats, 1)),
            "mutable=('batch_stats',): the loss returned (float32 [], a tuple); return (loss, collections)",
        ),
    ],
    ids=["no aux", "aux unsaid", "no collections", "collections for aux", "aux with collections unsaid"],
)
def test_what_a_loss_returns(mutable: Any, has_aux: bool, returned: Any, message: str) -> None:
    model = nn.BatchNorm(use_running_average=False)

    def loss(variables: Any, x: Any) -> Any:
        out, updated = model.apply(variables, x, mutable=["batch_stats"])
        return returned(out.sum(), dict(updated))

    x = jnp.arange(6.0).reshape(3, 2)
    trainer = Trainer(loss, dense=optax.sgd(0.1), mutable=mutable, has_aux=has_aux)
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        trainer.step(trainer.init(model.init(KEY, x)), x)


def test_a_collection_that_the_variables_have_not_is_an_error() -> None:
    class Sowing(nn.Module):
        words: Embed

        @nn.compact
        def __call__(self, ids: Any) -> Any:
            bags = nn.BatchNorm(use_running_average=False)(self.words.bag(ids))
            self.sow("intermediates", "bags", bags)
            return bags

    model = Sowing(embedding("dense", update="sparse"))

    def loss(variables: Any, ids: Any, labels: Any) -> Any:
        logits, updated = model.apply(variables, ids, mutable=["batch_stats", "intermediates"])
        return cross_entropy(logits, labels), updated

    variables = {name: value for name, value in model.init(KEY, IDS).items() if name != "intermediates"}
    trainer = Trainer(loss, rows=sparse.sgd(0.1), dense=optax.sgd(0.1), mutable=("batch_stats",))
    with pytest.raises(ValueError, match=r"it returns intermediates\.bags, which is in no collection of"):
        trainer.step(trainer.init(variables), *batch(0))


# --- checkpoints -------------------------------------------------------------------------------------


@pytest.mark.slow  # the same training as NNX's, which is restored in each run
def test_a_restored_training_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    model, start = everything("sparse")
    rows = sparse.adam(0.1, exact=True)
    trainer = Trainer(everything_loss(model), rows=rows, dense=optax.adam(0.1), mutable=("batch_stats",))
    state = trainer.init(start)
    for number in range(3):
        state, _ = trainer.step(state, *everything_batch(number))
    with ocp.StandardCheckpointer() as checkpointer:
        checkpointer.save(tmp_path / "state", state)
        checkpointer.wait_until_finished()
        again = checkpointer.restore(tmp_path / "state", trainer.init(everything("sparse")[1]))
    for number in range(3, 5):
        state, value = trainer.step(state, *everything_batch(number))
        again, found = trainer.step(again, *everything_batch(number))
        assert float(value) == float(found)
    assert_same(trainer.variables(again), trainer.variables(state), 0)
