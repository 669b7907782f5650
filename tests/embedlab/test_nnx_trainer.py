"""`embedlab.nnx.Trainer`: ordinary training, at a cost that does not depend on the number of rows."""

from __future__ import annotations

import dataclasses
import re
import threading
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import orbax.checkpoint as ocp
import pytest
from flax import nnx

import embedlab
from embedlab import sparse
from embedlab.nnx import Buffer, Embed, Table, Trainer

WORDS = ["cat", "cats", "dog", "dogs", "walk", "walked", "walking", "the", "naïve", "日本語"]
DIM = 6
SUBWORD = embedlab.Subword(len(WORDS), DIM, buckets=50)
KINDS: dict[str, tuple[Any, Any]] = {
    "dense": (embedlab.Dense(len(WORDS), DIM), None),
    "hashed": (embedlab.Hashed(len(WORDS), DIM, buckets=7, signed=True, importance=len(WORDS)), None),
    "subword": (SUBWORD, SUBWORD.word_buffers(WORDS)),
}
OPTIMIZERS = {
    "sgd": (sparse.sgd(0.3), optax.sgd(0.3)),
    "adagrad": (sparse.adagrad(0.1), optax.adagrad(0.1)),
}


def embedding(kind: str, dtype: str = "float32", **options: Any) -> Embed:
    spec, buffers = KINDS[kind]
    spec = dataclasses.replace(spec, dtype=dtype)
    return Embed(spec, rngs=nnx.Rngs(0, dropout=7), buffers=buffers, **options)


class Classifier(nnx.Module):
    def __init__(self, words: Embed, dtype: Any = jnp.float32) -> None:
        self.words = words
        self.head = nnx.Linear(DIM, 3, param_dtype=dtype, rngs=nnx.Rngs(1))

    def __call__(self, ids: Any) -> Any:
        return self.head(self.words.bag(ids))


def loss_of(model: Any, ids: Any, labels: Any) -> Any:
    return optax.softmax_cross_entropy_with_integer_labels(model(ids), labels).mean()


def batch(number: int, words: int = len(WORDS)) -> tuple[Any, Any]:
    """Ids, some of them no words, and labels that depend on them."""
    ids = np.random.default_rng(number).integers(-1, words + 1, (8, 5))
    return jnp.asarray(ids, jnp.int32), jnp.asarray(ids.sum(1) % 3, jnp.int32)


def reference(model: nnx.Module, optimizer: Any, loss: Any = loss_of) -> Any:
    """A step of Flax's own, which trains tables as any other parameter."""
    kept = nnx.Optimizer(model, optimizer, wrt=nnx.Param)

    @nnx.jit
    def step(model: Any, kept: Any, *batch: Any) -> Any:
        value, gradients = nnx.value_and_grad(loss)(model, *batch)
        kept.update(model, gradients)
        return value

    return lambda *batch: step(model, kept, *batch)


def arrays(model: nnx.Module) -> dict[str, np.ndarray]:
    """Copies of all arrays of a model, by path."""

    def plain(x: Any) -> Any:
        return jax.random.key_data(x) if jax.dtypes.issubdtype(x.dtype, jax.dtypes.prng_key) else x

    flat = nnx.to_flat_state(nnx.state(model))
    return {".".join(map(str, path)): np.array(plain(leaf.get_value())) for path, leaf in flat}


def assert_same(ours: nnx.Module, theirs: nnx.Module, atol: float) -> None:
    mine, wanted = arrays(ours), arrays(theirs)
    assert mine.keys() == wanted.keys()
    for name in mine:
        np.testing.assert_allclose(mine[name], wanted[name], rtol=0, atol=atol, err_msg=name)


# --- equal to ordinary training ----------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(
    "kind",
    [
        "hashed",
        pytest.param("dense", marks=pytest.mark.slow),
        pytest.param("subword", marks=pytest.mark.slow),
    ],
)
def test_equals_dense_training(kind: str, optimizer: str, x64: None) -> None:
    rows, dense = OPTIMIZERS[optimizer]
    ours = Classifier(embedding(kind, "float64", update="sparse"), jnp.float64)
    theirs = Classifier(embedding(kind, "float64"), jnp.float64)
    trainer, step = Trainer(ours, loss_of, rows=rows, dense=dense), reference(theirs, dense)
    for number in range(30):
        assert abs(float(trainer.step(*batch(number))) - float(step(*batch(number)))) <= 1e-12
    assert_same(ours, theirs, 1e-12)
    assert trainer._trainer._step._cache_size() == 1
    assert int(trainer.state.step) == 30
    assert all(isinstance(x, Table) for x in ours.words.tables.values())


class Everything(nnx.Module):
    """All that a model may hold beside tables, and look-ups in many places."""

    def __init__(self, update: Any) -> None:
        rngs = nnx.Rngs(3)
        self.words = embedding("hashed", update=update, dropout=embedlab.Dropout(words=0.3))
        self.again = self.words
        self.other = embedding("subword", update=update)
        self.small = embedding("dense")
        self.norm = nnx.BatchNorm(DIM, rngs=rngs)
        self.drop = nnx.Dropout(0.2, rngs=rngs)
        self.layers = nnx.List([nnx.Linear(DIM, DIM, rngs=rngs), nnx.Linear(DIM, 3, rngs=rngs)])
        self.calls = nnx.Variable(jnp.array(0))

    def part(self, ids: Any) -> Any:
        return self.layers[0](self.other.bag(ids))

    def __call__(self, ids: Any) -> Any:
        self.calls[...] = self.calls[...] + 1
        read = self.words.bag(ids) + self.small.bag(ids) + self.again(ids).sum(1)
        read = read + nnx.remat(Everything.part)(self, ids) + self.other(ids).max(1)
        return self.layers[1](self.drop(self.norm(read)))


@pytest.mark.slow
def test_everything_else_in_a_model_is_carried() -> None:
    ours, theirs = Everything("sparse"), Everything("dense")
    trainer = Trainer(ours, loss_of, rows=sparse.sgd(0.1), dense=optax.sgd(0.1))
    step = reference(theirs, optax.sgd(0.1))
    before = arrays(ours)
    for number in range(5):
        np.testing.assert_allclose(trainer.step(*batch(number)), step(*batch(number)), rtol=1e-4)
    assert_same(ours, theirs, 1e-5)
    after = arrays(ours)
    assert ours.again is ours.words
    # The shared module has the first of its two names.
    assert set(trainer.state.rows) == {"again.table", "again.importance", "other.table"}
    for name in ("again.rngs.count", "calls", "norm.mean", "small.tables.table", "other.tables.table"):
        assert not np.array_equal(before[name], after[name]), name
    assert int(after["calls"]) == 5
    np.testing.assert_array_equal(before["other.buffers.ngrams"], after["other.buffers.ngrams"])


@pytest.mark.parametrize("lifted", [nnx.remat, nnx.jit])
def test_a_table_that_flax_hands_on_gets_both_gradients(lifted: Any, x64: None) -> None:
    """Flax's remat and jit return all variables of a module; what is read afterwards counts as well."""

    class Twice(Classifier):
        def __call__(self, ids: Any) -> Any:
            return lifted(Classifier.__call__)(self, ids) + self.head(self.words(ids)[:, 0])

    ours = Twice(embedding("dense", "float64", update="sparse"), jnp.float64)
    theirs = Twice(embedding("dense", "float64"), jnp.float64)
    trainer = Trainer(ours, loss_of, rows=sparse.sgd(0.1), dense=optax.sgd(0.1))
    step = reference(theirs, optax.sgd(0.1))
    for number in range(3):
        trainer.step(*batch(number))
        step(*batch(number))
    assert_same(ours, theirs, 1e-12)


@pytest.mark.slow
def test_several_steps_are_steps() -> None:
    one, many = Everything("sparse"), Everything("sparse")
    trainers = [
        Trainer(model, loss_of, rows=sparse.adagrad(0.1), dense=optax.adam(0.01)) for model in (one, many)
    ]
    batches = [batch(number) for number in range(4)]
    alone = [float(trainers[0].step(*each)) for each in batches]
    together = trainers[1].steps(*(jnp.stack(arrays) for arrays in zip(*batches, strict=True)))
    np.testing.assert_allclose(together, alone, rtol=1e-6)
    assert_same(many, one, 1e-6)
    assert int(trainers[1].state.step) == 4


@pytest.mark.slow
def test_optimizers_by_name() -> None:
    model = Everything("sparse")
    rows = {"again.table": sparse.adagrad(0.1), "again.importance": sparse.sgd(0.1)}
    with pytest.raises(ValueError, match=r"'other\.table' has no optimizer"):
        Trainer(model, loss_of, rows=rows, dense=optax.sgd(0.1))
    trainer = Trainer(model, loss_of, rows={**rows, "other.table": sparse.adam(0.1)}, dense=optax.sgd(0.1))
    trainer.step(*batch(0))
    assert set(trainer.state.rows["again.table"].rows) == {"sum"}
    assert trainer.state.rows["again.importance"].rows == {}


@pytest.mark.slow
def test_clip_is_of_all_gradients_together(x64: None) -> None:
    ours = Classifier(embedding("hashed", "float64", update="sparse"), jnp.float64)
    theirs = Classifier(embedding("hashed", "float64"), jnp.float64)
    trainer = Trainer(ours, loss_of, rows=sparse.sgd(0.5), dense=optax.sgd(0.5), clip=0.1)
    step = reference(theirs, optax.chain(optax.clip_by_global_norm(0.1), optax.sgd(0.5)))
    for number in range(5):
        trainer.step(*batch(number))
        step(*batch(number))
    assert_same(ours, theirs, 1e-12)


def test_finalize_brings_rows_up_to_date(x64: None) -> None:
    ours = Classifier(embedding("dense", "float64", update="sparse"), jnp.float64)
    theirs = Classifier(embedding("dense", "float64"), jnp.float64)
    decayed = optax.chain(optax.add_decayed_weights(0.1), optax.sgd(0.3))
    trainer = Trainer(ours, loss_of, rows=sparse.sgd(0.3, weight_decay=0.1), dense=decayed)
    step = reference(theirs, decayed)
    for number in range(6):
        trainer.step(*batch(number, words=3))  # most rows are never read
        step(*batch(number, words=3))
    assert not np.allclose(arrays(ours)["words.tables.table"], arrays(theirs)["words.tables.table"])
    trainer.finalize()
    assert_same(ours, theirs, 1e-12)


def test_a_table_that_the_loss_scores_against_is_dense(x64: None) -> None:
    def loss(model: Any, ids: Any, labels: Any) -> Any:
        scores = model.words.attend(model.words.bag(ids))
        return optax.softmax_cross_entropy_with_integer_labels(scores, labels).mean()

    ours = nnx.Dict(words=embedding("dense", "float64", update="sparse"))
    trainer = Trainer(ours, loss, rows=sparse.sgd(0.3))
    with pytest.raises(ValueError, match=r"'words\.table' otherwise.*dense_tables=.*update='dense'"):
        trainer.step(*batch(0))
    theirs = nnx.Dict(words=embedding("dense", "float64"))
    trainer = Trainer(ours, loss, dense=optax.adam(0.1), dense_tables=["words.table"])
    step = reference(theirs, optax.adam(0.1), loss)
    for number in range(3):
        trainer.step(*batch(number))
        step(*batch(number))
    assert_same(ours, theirs, 1e-12)


def test_aux_and_a_part_that_is_frozen() -> None:
    def loss(model: Any, ids: Any, labels: Any) -> Any:
        logits = model(ids)
        value = optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()
        return value, {"logits": logits}

    model = Classifier(embedding("dense", update="sparse"))
    frozen = nnx.All(nnx.Param, nnx.Not(nnx.PathContains("kernel")))
    trainer = Trainer(
        model, loss, rows=sparse.sgd(0.1), dense=optax.adamw(0.1, weight_decay=0.1), wrt=frozen, has_aux=True
    )
    before, kernel = arrays(model), model.head.kernel.get_value()
    value, aux = trainer.step(*batch(0))
    assert value.shape == () and aux["logits"].shape == (8, 3)
    values, aux = trainer.steps(*(x[None] for x in batch(1)))
    assert values.shape == (1,) and aux["logits"].shape == (1, 8, 3)
    after = arrays(model)
    assert {name for name in before if not np.array_equal(before[name], after[name])} == {
        "words.tables.table",
        "head.bias",
    }
    assert model.head.kernel.get_value() is kernel  # not so much as copied


# --- what it costs -----------------------------------------------------------------------------------

ROWS, WIDTH = 200_000, 64


def large_model() -> nnx.Module:
    large = Embed(embedlab.Dense(ROWS, WIDTH), rngs=nnx.Rngs(0), update="sparse")
    return nnx.Dict(words=large, head=nnx.Linear(WIDTH, 3, rngs=nnx.Rngs(1)))


def plain_bag(model: Any, ids: Any) -> Any:
    return model.words.bag(ids)


@pytest.mark.parametrize("bag", [plain_bag, nnx.remat(plain_bag)], ids=["plain", "remat"])
def test_nothing_in_a_step_is_as_large_as_the_table(bag: Any) -> None:
    def loss(model: Any, ids: Any, labels: Any) -> Any:
        return optax.softmax_cross_entropy_with_integer_labels(model.head(bag(model, ids)), labels).mean()

    model = large_model()
    trainer = Trainer(model, loss, rows=sparse.adagrad(0.1), dense=optax.adam(1e-3))
    state, several = trainer._state(), [x[None] for x in batch(0)]
    for program, arguments in ((trainer._trainer._step, batch(0)), (trainer._trainer._steps, several)):
        memory = program.lower(state, {}, *arguments).compile().memory_analysis()
        table = ROWS * WIDTH * 4
        slots = 0 if jax.default_backend() == "cpu" else 4 * ROWS  # see embedlab.sparse.strategy
        assert memory.temp_size_in_bytes < table / 100 + slots
        assert memory.alias_size_in_bytes >= 2 * table  # the table and its sums, in place
        assert memory.output_size_in_bytes - memory.alias_size_in_bytes < 1000


def test_a_step_is_in_place() -> None:
    model = large_model()

    def loss(model: Any, ids: Any, labels: Any) -> Any:
        logits = model.head(plain_bag(model, ids))
        return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()

    trainer = Trainer(model, loss, rows=sparse.adagrad(0.1), dense=optax.adam(1e-3))
    for _ in range(2):
        table = model.words.tables["table"].get_value()
        place = table.unsafe_buffer_pointer()
        trainer.step(*batch(0))
        assert table.is_deleted()
        assert model.words.tables["table"].get_value().unsafe_buffer_pointer() == place


def test_buffers_are_not_used_up() -> None:
    buffers = {"ngrams": jnp.asarray(SUBWORD.word_buffers(WORDS)["ngrams"])}
    models = [
        Classifier(Embed(SUBWORD, rngs=nnx.Rngs(0), buffers=buffers, update="sparse")) for _ in range(2)
    ]
    for model in models:
        Trainer(model, loss_of, rows=sparse.sgd(0.1), dense=optax.sgd(0.1)).step(*batch(0))
        assert len(jax.tree.leaves(nnx.state(model, Buffer))) == 1
    assert not buffers["ngrams"].is_deleted()


# --- train mode --------------------------------------------------------------------------------------

REFUSED = r"untrained.*embedlab\.nnx\.Trainer.*update='dense'.*model\.eval\(\)"


def test_train_mode_is_allowed_in_the_step_alone() -> None:
    model = Classifier(embedding("dense", update="sparse"))
    trainer = Trainer(model, loss_of, rows=sparse.sgd(0.1), dense=optax.sgd(0.1))
    for _ in range(2):
        trainer.step(*batch(0))
        with pytest.raises(ValueError, match=REFUSED):
            model(batch(0)[0])
    model.eval()
    model(batch(0)[0])
    before = arrays(model)
    trainer.step(*batch(0))  # the loss is that of eval mode, and trains
    assert not np.array_equal(before["words.tables.table"], arrays(model)["words.tables.table"])


def test_an_error_in_the_loss_ends_the_permission_and_leaves_the_model() -> None:
    model = Classifier(embedding("dense", update="sparse"))

    def loss(model: Any, ids: Any, labels: Any) -> Any:
        raise RuntimeError("by the user")

    trainer = Trainer(model, loss, rows=sparse.sgd(0.1), dense=optax.sgd(0.1))
    with pytest.raises(RuntimeError, match="by the user"):
        trainer.step(*batch(0))
    with pytest.raises(ValueError, match=REFUSED):
        model(batch(0)[0])
    model.eval()
    model(batch(0)[0])


def test_another_model_in_the_loss_is_not_trained_silently() -> None:
    model, teacher = (Classifier(embedding("dense", update="sparse")) for _ in range(2))

    def loss(model: Any, ids: Any, labels: Any) -> Any:
        return jnp.square(model(ids) - teacher(ids)).mean()

    trainer = Trainer(model, loss, rows=sparse.sgd(0.1), dense=optax.sgd(0.1))
    with pytest.raises(ValueError, match=REFUSED):
        trainer.step(*batch(0))
    teacher.eval()
    trainer.step(*batch(0))


def test_another_thread_has_no_permission() -> None:
    model, other = (Classifier(embedding("dense", update="sparse")) for _ in range(2))
    found: list[str] = []

    def elsewhere() -> None:
        try:
            nnx.jit(lambda model, ids: model(ids))(other, batch(0)[0])
        except ValueError as error:
            found.append(str(error))

    def loss(model: Any, ids: Any, labels: Any) -> Any:
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        return loss_of(model, ids, labels)

    Trainer(model, loss, rows=sparse.sgd(0.1), dense=optax.sgd(0.1)).step(*batch(0))
    assert len(found) == 1 and "untrained" in found[0]


def test_a_function_that_was_compiled_in_the_step_has_no_permission_outside() -> None:
    model = Classifier(embedding("dense", update="sparse"))
    logits = nnx.jit(lambda model, ids: model(ids))

    def loss(model: Any, ids: Any, labels: Any) -> Any:
        return optax.softmax_cross_entropy_with_integer_labels(logits(model, ids), labels).mean()

    trainer = Trainer(model, loss, rows=sparse.sgd(0.1), dense=optax.sgd(0.1))
    for _ in range(2):
        trainer.step(*batch(0))
        with pytest.raises(ValueError, match=REFUSED):
            logits(model, batch(0)[0])
    assert trainer._trainer._step._cache_size() == 1


# --- mistakes ----------------------------------------------------------------------------------------


def test_what_nothing_would_train_is_an_error() -> None:
    model = Classifier(embedding("dense", update="sparse"))
    with pytest.raises(ValueError, match=r"'words\.table' has no optimizer \(rows=None\)"):
        Trainer(model, loss_of, dense=optax.sgd(0.1))
    with pytest.raises(ValueError, match=r"dense=None: nothing would train table\."):
        Trainer(model.words, loss_of, dense_tables=("table",))
    with pytest.raises(ValueError, match=r"dense=None: nothing would train head\.bias, head\.kernel\."):
        Trainer(model, loss_of, rows=sparse.sgd(0.1))
    with pytest.raises(ValueError, match=r"dense_tables: 'table' is no table; there is words\.table"):
        Trainer(model, loss_of, rows=sparse.sgd(0.1), dense=optax.sgd(0.1), dense_tables=["table"])


@pytest.mark.parametrize(
    ("model", "loss", "settings", "message"),
    [
        (5, loss_of, {}, "model='a int': give an nnx.Module"),
        (loss_of, nnx.Dict(), {}, "model='a function': give an nnx.Module"),
        (nnx.Dict(), 5, {}, "loss=5: give a function of the model"),
        (nnx.Dict(), loss_of, {"dense_tables": "table"}, "dense_tables='table': give names in a tuple, as ("),
    ],
    ids=["a number", "in the other's place", "no loss", "bare name"],
)
def test_values_of_another_kind(
    model: Any, loss: Any, settings: dict[str, Any], message: str, unchecked: None
) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        Trainer(model, loss, **settings)


def test_a_loss_without_aux() -> None:
    model = Classifier(embedding("dense", update="sparse"))
    trainer = Trainer(model, loss_of, rows=sparse.sgd(0.1), dense=optax.sgd(0.1), has_aux=True)
    with pytest.raises(
        ValueError, match=r"^has_aux=True: the loss returned float32 \[\]; return \(loss, aux\)"
    ):
        trainer.step(*batch(0))
    trainer = Trainer(model, lambda *given: (loss_of(*given), 1), rows=sparse.sgd(0.1), dense=optax.sgd(0.1))
    with pytest.raises(ValueError, match=r"^loss: it returned a tuple\. Return one float.*has_aux=True"):
        trainer.step(*batch(0))


def test_a_state_of_other_optimizers() -> None:
    model = Classifier(embedding("dense", update="sparse"))
    plain = Trainer(model, loss_of, rows=sparse.sgd(0.1), dense=optax.sgd(0.1))
    decaying = Trainer(model, loss_of, rows=sparse.sgd(0.1, weight_decay=0.1), dense=optax.sgd(0.1))
    decaying.state = plain.state
    for wrong in (lambda: decaying.step(*batch(0)), decaying.finalize):
        with pytest.raises(
            ValueError, match=r"^state\.rows\['words\.table'\] holds nothing, but rows of Sgd"
        ):
            wrong()


def test_a_state_that_is_none(unchecked: None) -> None:
    model = Classifier(embedding("dense", update="sparse"))
    trainer: Any = Trainer(model, loss_of, rows=sparse.sgd(0.1), dense=optax.sgd(0.1))
    trainer.state = {}
    with pytest.raises(ValueError, match=r"^state: it is a dict; give the TrainState"):
        trainer.step(*batch(0))


def test_names_must_tell_arrays_apart() -> None:
    model = nnx.Dict(tables=nnx.Param(jnp.ones(2)))
    with pytest.raises(ValueError, match=r"can't be named 'tables' alone; rename it"):
        Trainer(model, lambda model: model.tables.sum(), dense=optax.sgd(0.1))
    twice = nnx.Dict({"a.b": nnx.Param(jnp.ones(2)), "a": nnx.Dict(b=nnx.Param(jnp.ones(2)))})
    with pytest.raises(ValueError, match=r"would both be named 'a\.b'; rename one"):
        Trainer(twice, lambda model: model.a.b.sum(), dense=optax.sgd(0.1))


def test_a_clone_holds_the_same_arrays() -> None:
    model = Classifier(embedding("dense", update="sparse"))
    clone = nnx.clone(model)
    settings: dict[str, Any] = {"rows": sparse.sgd(0.1), "dense": optax.sgd(0.1)}
    other = Trainer(clone, loss_of, **settings)
    Trainer(model, loss_of, **settings).step(*batch(0))
    with pytest.raises(ValueError, match=r"model: its array .* was used up .*nnx\.clone"):
        other.step(*batch(0))


def test_what_is_sown_must_be_taken_out() -> None:
    class Sowing(Classifier):
        def __call__(self, ids: Any) -> Any:
            bags = self.words.bag(ids)
            self.sow(nnx.Intermediate, "bags", bags)
            return self.head(bags)

    def popping(model: Any, ids: Any, labels: Any) -> Any:
        value = loss_of(model, ids, labels)
        return value, nnx.pop(model, nnx.Intermediate)

    settings: dict[str, Any] = {"rows": sparse.sgd(0.1), "dense": optax.sgd(0.1)}
    model = Sowing(embedding("dense", update="sparse"))
    with pytest.raises(ValueError, match=r"new variable in the model, bags\..*nnx\.pop"):
        Trainer(model, loss_of, **settings).step(*batch(0))
    _, aux = Trainer(model, popping, has_aux=True, **settings).step(*batch(0))
    assert jax.tree.leaves(aux)[0].shape == (8, DIM)


# --- checkpoints -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_restored_training_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    def start() -> tuple[Any, Trainer]:
        model = Everything("sparse")
        rows = sparse.adam(0.1, exact=True)
        return model, Trainer(model, loss_of, rows=rows, dense=optax.adam(0.1))

    model, trainer = start()
    for number in range(3):
        trainer.step(*batch(number))
    with ocp.StandardCheckpointer() as checkpointer:
        checkpointer.save(tmp_path / "all", {"model": nnx.state(model), "training": trainer.state})
        checkpointer.wait_until_finished()
        again, going_on = start()
        shapes = {"model": nnx.state(again), "training": going_on.state}
        restored = checkpointer.restore(tmp_path / "all", shapes)
    nnx.update(again, restored["model"])
    going_on.state = restored["training"]
    for number in range(3, 5):
        assert float(trainer.step(*batch(number))) == float(going_on.step(*batch(number)))
    assert_same(again, model, 0)
