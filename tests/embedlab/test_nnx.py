"""The NNX adapter: a drop-in for `nnx.Embed` that cannot be left untrained without a word."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import orbax.checkpoint as ocp
import pytest
from flax import nnx
from jaxtyping import config as jaxtyping_config

import embedlab
from embedlab.nnx import Buffer, Embed, Table
from tests.embedlab.bits import same as agree

WORDS = ["cat", "cats", "dog", "dogs", "walk", "walked", "walking", "the", "naïve", "日本語"]
IDS = jnp.array([[0, 3, 9], [5, 5, 7], [1, 2, 4], [8, 6, 0]], jnp.int32)
LABELS = jnp.array([0, 1, 0, 1])
SUBWORD = embedlab.Subword(len(WORDS), 6, buckets=50)
KINDS: dict[str, tuple[Any, Any]] = {
    "dense": (embedlab.Dense(len(WORDS), 6), None),
    "hashed": (embedlab.Hashed(len(WORDS), 6, buckets=7, signed=True, importance=len(WORDS)), None),
    "subword": (SUBWORD, SUBWORD.word_buffers(WORDS)),
}


class Classifier(nnx.Module):
    def __init__(self, embed: Embed, *, rngs: nnx.Rngs) -> None:
        self.embed = embed
        self.head = nnx.Linear(6, 2, rngs=rngs)

    def __call__(self, ids: Any) -> Any:
        return self.head(self.embed.bag(ids))


def build(kind: str, **options: Any) -> Classifier:
    spec, buffers = KINDS[kind]
    rngs = nnx.Rngs(0)
    return Classifier(Embed(spec, rngs=rngs, buffers=buffers, **options), rngs=rngs)


def loss_of(model: Classifier, ids: Any, labels: Any) -> Any:
    return optax.softmax_cross_entropy_with_integer_labels(model(ids), labels).mean()


@nnx.jit
def step(model: Classifier, optimizer: nnx.Optimizer, ids: Any, labels: Any) -> Any:
    loss, grads = nnx.value_and_grad(loss_of)(model, ids, labels)
    optimizer.update(model, grads)
    return loss


def leaves(module: nnx.Module, *filters: Any) -> list[np.ndarray]:
    # A copy: the step may write where the array lies.
    return [np.array(x) for x in jax.tree.leaves(nnx.state(module, *filters))]


def same(a: list[np.ndarray], b: list[np.ndarray]) -> bool:
    return len(a) == len(b) and all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


# --- equal to what it stands for ---------------------------------------------------------------------


@pytest.fixture
def pair() -> tuple[Embed, nnx.Embed]:
    """Our module and Flax's, of one table."""
    ours = Embed(embedlab.Dense(10, 6), rngs=nnx.Rngs(0))
    theirs = nnx.Embed(10, 6, rngs=nnx.Rngs(1))
    theirs.embedding.set_value(ours.tables["table"].get_value())
    return ours, theirs


def test_equals_flax(pair: tuple[Embed, nnx.Embed]) -> None:
    ours, theirs = pair
    queries = jax.random.normal(jax.random.key(2), (4, 6))
    np.testing.assert_array_equal(ours(IDS), theirs(IDS))
    np.testing.assert_allclose(ours.attend(queries), theirs.attend(queries), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(ours.bag(IDS), theirs(IDS).mean(1), rtol=1e-6, atol=1e-6)


def test_gradient_equals_flax(pair: tuple[Embed, nnx.Embed]) -> None:
    ours, theirs = pair
    target = jax.random.normal(jax.random.key(3), (*IDS.shape, 6))

    def loss(module: Any) -> Any:
        return (module(IDS) * target).sum() + jnp.square(module.attend(target)).mean()

    mine = nnx.grad(loss)(ours)["tables"]["table"].get_value()
    flaxs = nnx.grad(loss)(theirs)["embedding"].get_value()
    np.testing.assert_allclose(mine, flaxs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_equals_the_functions(kind: str) -> None:
    module, (spec, _) = build(kind).embed, KINDS[kind]
    v, queries = module.variables, jnp.ones((2, 6))
    mask = IDS != 5
    weights = jnp.arange(12.0).reshape(4, 3)
    agree(module(IDS, mask=mask), embedlab.embed(spec, v, IDS, mask=mask))
    agree(module.attend(queries), embedlab.attend(spec, v, queries))
    for options in (
        {"mode": "max", "mask": mask},
        {"mode": "sqrtn", "weights": weights, "lengths": jnp.array([0, 1, 2, 3])},
    ):
        agree(module.bag(IDS, **options), embedlab.bag(spec, v, IDS, **options))
    flat, offsets = IDS.reshape(-1), jnp.array([0, 2, 12])
    ragged = embedlab.bag(spec, v, flat, mode="mean", offsets=offsets)
    agree(module.bag(flat, offsets=offsets), ragged)


def test_checked_mode_and_wide_ids() -> None:
    module = build("dense").embed
    np.testing.assert_array_equal(module(np.array([10, -1])), np.zeros((2, 6)))
    for call in (module, module.bag):
        with pytest.raises(ValueError, match="id 10 at position"):
            call(np.array([3, 10]), checked=True)
        with pytest.raises(ValueError, match="32 bits"):
            call(np.array([2**32 + 3]))
    everything = Embed(embedlab.Hashed(None, 6, buckets=7), rngs=nnx.Rngs(0))
    assert not np.array_equal(*everything(np.array([3, 2**32 + 3])))


# --- variables that do not fit -----------------------------------------------------------------------

SMALLER = embedlab.Subword(len(WORDS), 6, buckets=40)
SMALLER_KINDS: dict[str, tuple[Any, Any]] = {
    "dense": (embedlab.Dense(5, 6), None),
    "hashed": (embedlab.Hashed(len(WORDS), 6, buckets=5, signed=True, importance=len(WORDS)), None),
    "subword": (SMALLER, SMALLER.word_buffers(WORDS)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_smaller_modules_state_is_an_error(kind: str) -> None:
    """It would give zeros for ids beyond the table, without a word."""
    module = build(kind).embed
    spec, buffers = SMALLER_KINDS[kind]
    nnx.update(module, nnx.state(Embed(spec, rngs=nnx.Rngs(0), buffers=buffers)))
    jitted = nnx.jit(lambda module: module.bag(IDS))
    for use in (lambda m: m(IDS), lambda m: m.bag(IDS), lambda m: m.attend(jnp.ones(6)), jitted):
        with pytest.raises(ValueError, match=r"tables\['table'\]\.shape="):
            use(module)


def test_a_table_of_another_width_is_an_error() -> None:
    module = build("dense").embed
    module.tables["table"].set_value(jnp.ones((len(WORDS), 7)))
    with pytest.raises(ValueError, match=r"tables\['table'\]\.shape=\(10, 7\)"):
        module(IDS)


# --- training ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_training_lowers_the_loss(kind: str) -> None:
    model = build(kind)
    optimizer = nnx.Optimizer(model, optax.adam(0.05), wrt=nnx.Param)
    tables, buffers = leaves(model.embed.tables), leaves(model, Buffer)
    losses = [float(step(model, optimizer, IDS, LABELS)) for _ in range(30)]
    assert losses[-1] < losses[0] / 4
    after = leaves(model.embed.tables)
    assert not any(np.array_equal(x, y) for x, y in zip(tables, after, strict=True))
    assert same(buffers, leaves(model, Buffer))
    assert len(buffers) == (kind == "subword")


@pytest.mark.parametrize("optimizer", [optax.sgd(0.1), optax.adamw(0.1)])
def test_one_step_equals_flax(optimizer: Any, pair: tuple[Embed, nnx.Embed]) -> None:
    after = []
    for module in pair:
        trainer = nnx.Optimizer(module, optimizer, wrt=nnx.Param)
        trainer.update(module, nnx.grad(lambda m: jnp.square(m(IDS)).sum())(module))
        after.append(leaves(module, nnx.Param)[0])
    np.testing.assert_allclose(*after, rtol=1e-5, atol=1e-6)


def test_a_step_compiles_once() -> None:
    traces = []

    @nnx.jit
    def counted(model: Classifier, optimizer: nnx.Optimizer, ids: Any) -> None:
        traces.append(1)
        optimizer.update(model, nnx.grad(loss_of)(model, ids, LABELS))

    model = build("subword", dropout=embedlab.Dropout(words=0.5))
    optimizer = nnx.Optimizer(model, optax.sgd(0.1), wrt=nnx.Param)
    for ids in (IDS, IDS[::-1], IDS % 3):
        counted(model, optimizer, ids)
    assert len(traces) == 1


def test_gradients_hold_params_alone() -> None:
    grads = nnx.grad(loss_of)(build("subword"), IDS, LABELS)
    assert set(grads["embed"]) == {"tables"}
    assert all(jnp.issubdtype(x.dtype, jnp.floating) for x in jax.tree.leaves(grads))


# --- one table in two places -------------------------------------------------------------------------


class Tied(nnx.Module):
    """Predicts a word from the bag of the words before it, by the table that the bag is of."""

    def __init__(self, embed: Embed, *, rngs: nnx.Rngs) -> None:
        self.input = self.output = embed
        self.mix = nnx.Linear(6, 6, rngs=rngs)

    def __call__(self, ids: Any) -> Any:
        return self.output.attend(self.mix(self.input.bag(ids)))


NEXT = jnp.array([1, 8, 3, 9])


def tied(kind: str = "dense") -> Tied:
    spec, buffers = KINDS[kind]
    return Tied(Embed(spec, rngs=nnx.Rngs(0), buffers=buffers), rngs=nnx.Rngs(1))


def table_of(module: nnx.Module) -> Any:
    """The table of a tied module, which must hold one alone."""
    (shared,) = (path for path, _ in nnx.to_flat_state(nnx.state(module, nnx.Param)) if path[-1] == "table")
    assert module.input is module.output
    assert shared[0] in ("input", "output")
    return module.input.tables["table"].get_value()


@pytest.mark.parametrize("kind", KINDS)
def test_a_tied_table_is_trained(kind: str) -> None:
    model = tied(kind)
    optimizer = nnx.Optimizer(model, optax.adam(0.05), wrt=nnx.Param)
    before = np.array(table_of(model))
    losses = [float(step(model, optimizer, IDS, NEXT)) for _ in range(40)]
    assert losses[-1] < losses[0] / 4
    assert not np.array_equal(before, table_of(model))
    # Its moments too are of one table.
    moments = [x for x in jax.tree.leaves(nnx.state(optimizer)) if x.shape == before.shape]
    assert len(moments) == 2


def test_a_tied_gradient_is_the_sum_of_both_uses() -> None:
    spec, model = KINDS["dense"][0], tied()
    mix = model.mix.kernel.get_value()

    def loss(read: Any, scored: Any) -> Any:
        bags = embedlab.bag(spec, embedlab.Variables({"table": read}), IDS)
        logits = embedlab.attend(spec, embedlab.Variables({"table": scored}), bags @ mix)
        return optax.softmax_cross_entropy_with_integer_labels(logits, NEXT).mean()

    both = jax.grad(loss, argnums=(0, 1))(table_of(model), table_of(model))
    grads = nnx.grad(loss_of)(model, IDS, NEXT)
    np.testing.assert_allclose(table_gradient(grads), sum(both), rtol=1e-5, atol=1e-7)


def table_gradient(grads: Any) -> Any:
    (gradient,) = (x for path, x in nnx.to_flat_state(grads) if path[-1] == "table")
    return gradient.get_value()


def test_clone_and_merge_keep_the_tie() -> None:
    model = tied()
    clone, merged = nnx.clone(model), nnx.merge(*nnx.split(model))
    for copy in (clone, merged):
        np.testing.assert_array_equal(copy(IDS), model(IDS))
        assert copy.input is not model.input
        table_of(copy)
    table = np.array(table_of(model))
    step(clone, nnx.Optimizer(clone, optax.sgd(0.1), wrt=nnx.Param), IDS, NEXT)
    assert not np.array_equal(table, table_of(clone))
    np.testing.assert_array_equal(table, table_of(model))  # a clone's step is not the original's


@pytest.mark.parametrize(
    "kind",
    [
        "dense",
        pytest.param("hashed", marks=pytest.mark.slow),
        pytest.param("subword", marks=pytest.mark.slow),
    ],
)
def test_rematerialised_gradients_are_the_same(kind: str) -> None:
    model = tied(kind)
    plain = nnx.grad(loss_of)(model, IDS, NEXT)

    def by_remat(model: Tied, ids: Any) -> Any:
        logits = nnx.remat(Tied.__call__)(model, ids)
        return optax.softmax_cross_entropy_with_integer_labels(logits, NEXT).mean()

    graph, params, rest = nnx.split(model, nnx.Param, ...)

    @jax.checkpoint
    def functional(params: Any) -> Any:
        return loss_of(nnx.merge(graph, params, rest), IDS, NEXT)

    for others in (nnx.grad(by_remat)(model, IDS), jax.grad(functional)(params)):
        for a, b in zip(jax.tree.leaves(plain), jax.tree.leaves(others), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)


def test_a_tied_checkpoint_round_trip(tmp_path: Path) -> None:
    model = tied("subword")
    step(model, nnx.Optimizer(model, optax.adam(0.1), wrt=nnx.Param), IDS, NEXT)
    restored = tied("subword")
    assert not np.array_equal(restored(IDS), model(IDS))
    with ocp.StandardCheckpointer() as checkpointer:
        checkpointer.save(tmp_path / "state", nnx.state(model))
        checkpointer.wait_until_finished()
        nnx.update(restored, checkpointer.restore(tmp_path / "state", nnx.state(restored)))
    np.testing.assert_array_equal(restored(IDS), model(IDS))
    np.testing.assert_array_equal(table_of(restored), table_of(model))


# --- narrow tables -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [
        "dense",
        pytest.param("hashed", marks=pytest.mark.slow),
        pytest.param("subword", marks=pytest.mark.slow),
    ],
)
def test_bfloat16(kind: str) -> None:
    spec, buffers = KINDS[kind]
    narrow = dataclasses.replace(spec, dtype="bfloat16")
    embed = Embed(narrow, rngs=nnx.Rngs(0), buffers=buffers)
    assert all(x.dtype == jnp.bfloat16 for x in jax.tree.leaves(nnx.state(embed, nnx.Param)))
    queries = jax.random.normal(jax.random.key(2), (4, 6), jnp.bfloat16)
    wide = jax.tree.map(lambda x: x.astype(jnp.float32) if x.dtype == jnp.bfloat16 else x, embed.variables)
    scores = embedlab.attend(spec, wide, queries.astype(jnp.float32))
    for found, expected, error in (
        (embed(IDS), embedlab.embed(spec, wide, IDS), 0),
        (embed.bag(IDS), embedlab.bag(spec, wide, IDS), 0),
        (embed.attend(queries), scores, 2**-7),  # of vectors that are sums, rounded themselves
    ):
        assert found.dtype == jnp.bfloat16
        np.testing.assert_allclose(found.astype(jnp.float32), expected, rtol=2**-8, atol=error)
    model = Tied(embed, rngs=nnx.Rngs(1))
    optimizer = nnx.Optimizer(model, optax.adam(0.05), wrt=nnx.Param)
    losses = [float(step(model, optimizer, IDS, NEXT)) for _ in range(40)]
    assert losses[-1] < losses[0] / 2
    assert table_of(model).dtype == jnp.bfloat16


# --- update="sparse" ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_sparse_table_is_an_error_in_train_mode(kind: str) -> None:
    model = build(kind, update="sparse")
    uses = [
        lambda: model(IDS),
        lambda: model.embed(IDS),
        lambda: model.embed.attend(jnp.ones(6)),
        lambda: model.embed.variables,
        lambda: step(model, nnx.Optimizer(model, optax.sgd(1.0), wrt=nnx.Param), IDS, LABELS),
    ]
    for use in uses:
        with pytest.raises(ValueError, match=r"untrained.*update='dense'.*model\.eval\(\)"):
            use()
    model.eval()
    for use in uses[:-1]:
        use()
    model.train()
    with pytest.raises(ValueError, match="untrained"):
        model(IDS)


def test_no_optimizer_sees_a_sparse_table() -> None:
    model = build("hashed", update="sparse")
    model.eval()
    tables = leaves(model, Table)
    assert len(tables) == 2
    assert not any("tables" in path for path, _ in nnx.to_flat_state(nnx.state(model, nnx.Param)))
    optimizer = nnx.Optimizer(model, optax.adamw(0.1), wrt=nnx.Param)  # decays whatever it sees
    assert not any(x.shape in {t.shape for t in tables} for x in jax.tree.leaves(nnx.state(optimizer)))
    head = leaves(model.head)
    step(model, optimizer, IDS, LABELS)
    assert same(tables, leaves(model, Table))
    assert not same(head, leaves(model.head))


def test_sparse_and_dense_give_the_same() -> None:
    sparse, dense = build("dense", update="sparse"), build("dense")
    np.testing.assert_array_equal(nnx.view(sparse, deterministic=True)(IDS), dense(IDS))
    assert not sparse.embed.deterministic  # a view leaves the model itself in train mode


def test_update_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jaxtyping_config, "jaxtyping_disable", True)  # as it is outside these tests
    with pytest.raises(ValueError, match=r"update='lazy': choose one of dense, sparse"):
        build("dense", update="lazy")


def test_subword_without_buffers_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"buffers=None: give init the buffers"):
        Embed(SUBWORD, rngs=nnx.Rngs(0))


# --- dropout -----------------------------------------------------------------------------------------


def test_dropout_is_for_training() -> None:
    module = build("hashed", dropout=embedlab.Dropout(words=0.3, components=0.3)).embed
    plain = build("hashed").embed
    first, second = module.bag(IDS), module.bag(IDS)
    assert not np.array_equal(first, second)
    assert (module(jnp.zeros(200, jnp.int32)) == 0).any()
    module.eval()
    np.testing.assert_array_equal(module.bag(IDS), plain.bag(IDS))
    np.testing.assert_array_equal(module(IDS), plain(IDS))


def test_dropout_draws_from_its_stream() -> None:
    spec, drop = embedlab.Dense(10, 6), embedlab.Dropout(components=0.5)

    def output(**seeds: int) -> Any:
        return Embed(spec, rngs=nnx.Rngs(**seeds), dropout=drop)(IDS)

    np.testing.assert_array_equal(output(params=0, dropout=1), output(params=0, dropout=1))
    assert not np.array_equal(output(params=0, dropout=1), output(params=0, dropout=2))
    Embed(spec, rngs=nnx.Rngs(params=0))(IDS)  # no such stream is asked for without dropout


# --- what Flax does with modules ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_split_and_merge(kind: str) -> None:
    model = build(kind)
    graph, params, rest = nnx.split(model, nnx.Param, ...)
    np.testing.assert_array_equal(nnx.merge(graph, params, rest)(IDS), model(IDS))

    def loss(params: Any) -> Any:
        return loss_of(nnx.merge(graph, params, rest), IDS, LABELS)

    functional, lifted = jax.grad(loss)(params), nnx.grad(loss_of)(model, IDS, LABELS)
    for a, b in zip(jax.tree.leaves(functional), jax.tree.leaves(lifted), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("kind", ["hashed", "subword"])
def test_ensemble_by_vmap(kind: str) -> None:
    spec, buffers = KINDS[kind]

    @nnx.split_rngs(splits=3)
    @nnx.vmap(in_axes=0, out_axes=0)
    def ensemble(rngs: nnx.Rngs) -> Embed:
        return Embed(spec, rngs=rngs, buffers=buffers)

    modules = ensemble(nnx.Rngs(0))
    bags = nnx.vmap(lambda module, ids: module.bag(ids), in_axes=(0, None))(modules, IDS)
    assert bags.shape == (3, 4, 6)
    assert not np.array_equal(bags[0], bags[1])
    second = jax.tree.map(lambda x: x[1], modules.variables)
    np.testing.assert_allclose(bags[1], embedlab.bag(spec, second, IDS), rtol=1e-6, atol=1e-6)


def test_abstract_module() -> None:
    spec, buffers = KINDS["subword"]
    model = nnx.eval_shape(lambda: Embed(spec, rngs=nnx.Rngs(0), buffers=buffers))
    assert model.variables.num_parameters == (len(WORDS) + 50) * 6


@pytest.mark.parametrize("update", ["dense", "sparse"])
def test_checkpoint_round_trip(update: str, tmp_path: Path) -> None:
    model = build("subword", update=update)
    model.eval()
    before = model(IDS)
    with ocp.StandardCheckpointer() as checkpointer:
        checkpointer.save(tmp_path / "state", nnx.state(model))
        checkpointer.wait_until_finished()
        other = build("subword", update=update)
        other.eval()
        nnx.update(other, jax.tree.map(jnp.zeros_like, nnx.state(other)))
        assert not np.array_equal(other(IDS), before)
        nnx.update(other, checkpointer.restore(tmp_path / "state", nnx.state(other)))
    np.testing.assert_array_equal(other(IDS), before)
    assert same(leaves(other, Buffer), leaves(model, Buffer))
