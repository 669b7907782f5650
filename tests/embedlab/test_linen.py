"""The linen adapter: a drop-in for `nn.Embed` that cannot be left untrained without a word."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import flax.errors
import flax.linen as nn
import flax.serialization
import jax
import jax.numpy as jnp
import numpy as np
import optax
import orbax.checkpoint as ocp
import pytest
from jaxtyping import config as jaxtyping_config

import embedlab
from embedlab.linen import Embed
from tests.embedlab.bits import same

WORDS = ["cat", "cats", "dog", "dogs", "walk", "walked", "walking", "the", "naïve", "日本語"]
IDS = jnp.array([[0, 3, 9], [5, 5, 7], [1, 2, 4], [8, 6, 0]], jnp.int32)
LABELS = jnp.array([0, 1, 0, 1])
KEY = jax.random.key(0)
DENSE = embedlab.Dense(len(WORDS), 6)
SUBWORD = embedlab.Subword(len(WORDS), 6, buckets=50)
KINDS: dict[str, tuple[Any, Any]] = {
    "dense": (DENSE, None),
    "hashed": (embedlab.Hashed(len(WORDS), 6, buckets=7, signed=True, importance=len(WORDS)), None),
    "subword": (SUBWORD, lambda: SUBWORD.word_buffers(WORDS)),
}


class Classifier(nn.Module):
    embed: Embed

    @nn.compact
    def __call__(self, ids: Any) -> Any:
        return nn.Dense(2)(self.embed.bag(ids))


def build(kind: str, **options: Any) -> Embed:
    spec, buffers_init = KINDS[kind]
    return Embed(spec, buffers_init=buffers_init, **options)


def arrays(variables: Any) -> embedlab.Variables:
    """The `Variables` that a module's variables stand for."""
    params, buffers = variables["params"], variables.get("buffers", {})
    return embedlab.Variables(params["tables"], params.get("dense", {}), buffers.get("buffers", {}))


def train(
    model: nn.Module, variables: Any, optimizer: Any, steps: int, labels: Any = LABELS
) -> tuple[Any, list[float]]:
    """An ordinary training loop of linen: the gradient is with respect to "params" alone."""
    rest = {name: value for name, value in variables.items() if name != "params"}

    def loss_of(params: Any) -> Any:
        logits = model.apply({"params": params, **rest}, IDS)
        return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()

    @jax.jit
    def step(params: Any, state: Any) -> Any:
        loss, grads = jax.value_and_grad(loss_of)(params)
        updates, state = optimizer.update(grads, state, params)
        return optax.apply_updates(params, updates), state, loss

    params, losses = variables["params"], []
    state = optimizer.init(params)
    for _ in range(steps):
        params, state, loss = step(params, state)
        losses.append(float(loss))
    assert step._cache_size() == 1
    return {**rest, "params": params}, losses


# --- equal to what it stands for ---------------------------------------------------------------------


def test_equals_flax() -> None:
    ours, theirs = build("dense"), nn.Embed(len(WORDS), 6)
    variables = ours.init(KEY, IDS)
    table = {"params": {"embedding": variables["params"]["tables"]["table"]}}
    queries = jax.random.normal(jax.random.key(2), (4, 6))
    np.testing.assert_array_equal(ours.apply(variables, IDS), theirs.apply(table, IDS))
    mine = ours.apply(variables, queries, method="attend")
    np.testing.assert_allclose(mine, theirs.apply(table, queries, method="attend"), rtol=1e-6, atol=1e-6)
    bags = ours.apply(variables, IDS, method="bag")
    np.testing.assert_allclose(bags, theirs.apply(table, IDS).mean(1), rtol=1e-6, atol=1e-6)


def test_gradient_equals_flax() -> None:
    ours, theirs = build("dense"), nn.Embed(len(WORDS), 6)
    variables = ours.init(KEY, IDS)
    table = variables["params"]["tables"]["table"]
    target = jax.random.normal(jax.random.key(3), (*IDS.shape, 6))

    def loss(module: nn.Module, params: Any) -> Any:
        bound = module.bind({"params": params})
        return (bound(IDS) * target).sum() + jnp.square(bound.attend(target)).mean()

    mine = jax.grad(lambda p: loss(ours, p))(variables["params"])["tables"]["table"]
    flaxs = jax.grad(lambda p: loss(theirs, p))({"embedding": table})["embedding"]
    np.testing.assert_allclose(mine, flaxs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_equals_the_functions(kind: str) -> None:
    module, (spec, _) = build(kind), KINDS[kind]
    variables = module.init(KEY, IDS)
    v, mask, queries = arrays(variables), IDS != 5, jnp.ones((2, 6))
    bound = module.bind(variables)
    same(bound(IDS, mask=mask), embedlab.embed(spec, v, IDS, mask=mask))
    same(bound.attend(queries), embedlab.attend(spec, v, queries))
    weights = jnp.arange(12.0).reshape(4, 3)
    for options in (
        {"mode": "max", "mask": mask},
        {"mode": "sqrtn", "weights": weights, "lengths": jnp.array([0, 1, 2, 3])},
    ):
        same(bound.bag(IDS, **options), embedlab.bag(spec, v, IDS, **options))
    flat, offsets = IDS.reshape(-1), jnp.array([0, 2, 12])
    ragged = embedlab.bag(spec, v, flat, mode="mean", offsets=offsets)
    same(bound.bag(flat, offsets=offsets), ragged)


def test_checked_mode_and_wide_ids() -> None:
    module = build("dense")
    bound = module.bind(module.init(KEY, IDS))
    np.testing.assert_array_equal(bound(np.array([10, -1])), np.zeros((2, 6)))
    for call in (bound, bound.bag):
        with pytest.raises(ValueError, match="id 10 at position"):
            call(np.array([3, 10]), checked=True)
        with pytest.raises(ValueError, match="32 bits"):
            call(np.array([2**32 + 3]))


# --- variables ---------------------------------------------------------------------------------------


def test_collections() -> None:
    made = build("subword").init(KEY, IDS)
    shapes = jax.tree.map(jnp.shape, made)
    rows = SUBWORD.word_buffers(WORDS)["ngrams"]
    expected = {
        "params": {"tables": {"table": (60, 6)}},
        "buffers": {"buffers": {"ngrams": rows.shape}},
    }
    assert shapes == expected
    np.testing.assert_array_equal(made["buffers"]["buffers"]["ngrams"], rows)
    assert jax.tree.map(jnp.shape, build("dense").init(KEY, IDS)) == {
        "params": {"tables": {"table": (10, 6)}}
    }


def test_init_runs_once_and_apply_never_again() -> None:
    calls = []

    def buffers() -> Any:
        calls.append(1)
        return SUBWORD.word_buffers(WORDS)

    module = Embed(SUBWORD, buffers_init=buffers)
    variables = module.init(KEY, IDS)
    assert len(calls) == 1
    module.apply(variables, IDS)
    assert len(calls) == 1
    hash(module)  # linen's transformations need that


def test_missing_collections_are_errors() -> None:
    module = build("subword")
    variables = module.init(KEY, IDS)
    with pytest.raises(flax.errors.ScopeCollectionNotFound, match="buffers"):
        module.apply({"params": variables["params"]}, IDS)
    with pytest.raises(flax.errors.ScopeCollectionNotFound, match="params"):
        module.apply({"buffers": variables["buffers"]}, IDS)


SMALLER = embedlab.Subword(len(WORDS), 6, buckets=40)
SMALLER_KINDS: dict[str, Embed] = {
    "dense": Embed(embedlab.Dense(5, 6)),
    "hashed": Embed(embedlab.Hashed(len(WORDS), 6, buckets=5, signed=True, importance=len(WORDS))),
    "subword": Embed(SMALLER, buffers_init=lambda: SMALLER.word_buffers(WORDS)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_smaller_modules_variables_are_an_error(kind: str) -> None:
    """They would give zeros for ids beyond the table, without a word."""
    module, variables = build(kind), SMALLER_KINDS[kind].init(KEY, IDS)
    for method, value in (("__call__", IDS), ("bag", IDS), ("attend", jnp.ones(6))):
        for apply in (module.apply, jax.jit(module.apply, static_argnames="method")):
            with pytest.raises(ValueError, match=r"tables\['table'\]\.shape="):
                apply(variables, value, method=method)


def test_a_table_of_another_width_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"tables\['table'\]\.shape=\(10, 7\)"):
        build("dense").apply({"params": {"tables": {"table": jnp.ones((10, 7))}}}, IDS)


def test_subword_without_buffers_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"give init the buffers"):
        Embed(SUBWORD).init(KEY, IDS)


# --- training ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_training_lowers_the_loss(kind: str) -> None:
    model = Classifier(build(kind))
    before = model.init(KEY, IDS)
    after, losses = train(model, before, optax.adam(0.05), steps=30)
    assert losses[-1] < losses[0] / 4
    tables = jax.tree.map(np.array_equal, *(v["params"]["embed"]["tables"] for v in (before, after)))
    assert not any(jax.tree.leaves(tables))
    kept = jax.tree.map(np.array_equal, *(v.get("buffers", {}) for v in (before, after)))
    assert jax.tree.leaves(kept) == [True] * (kind == "subword")


# --- one table in two places -------------------------------------------------------------------------


class Tied(nn.Module):
    """Predicts a word from the bag of the words before it, by the table that the bag is of."""

    embed: Embed

    @nn.compact
    def __call__(self, ids: Any) -> Any:
        return self.embed.attend(nn.Dense(6)(self.embed.bag(ids)))


NEXT = jnp.array([1, 8, 3, 9])


@pytest.mark.parametrize("kind", KINDS)
def test_a_tied_table_is_trained(kind: str) -> None:
    model = Tied(build(kind))
    before = model.init(KEY, IDS)
    assert set(before["params"]) == {"embed", "Dense_0"}
    tables = before["params"]["embed"]["tables"]
    assert {name: x.shape for name, x in tables.items()} == KINDS[kind][0].table_shapes
    after, losses = train(model, before, optax.adam(0.05), steps=40, labels=NEXT)
    assert losses[-1] < losses[0] / 4
    changed = jax.tree.map(np.array_equal, tables, after["params"]["embed"]["tables"])
    assert not any(jax.tree.leaves(changed))


def test_a_tied_gradient_is_the_sum_of_both_uses() -> None:
    model = Tied(build("dense"))
    variables = model.init(KEY, IDS)
    table = variables["params"]["embed"]["tables"]["table"]

    def loss(read: Any, scored: Any) -> Any:
        bags = embedlab.bag(DENSE, embedlab.Variables({"table": read}), IDS)
        mixed = nn.Dense(6).apply({"params": variables["params"]["Dense_0"]}, bags)
        return jnp.square(embedlab.attend(DENSE, embedlab.Variables({"table": scored}), mixed)).mean()

    both = jax.grad(loss, argnums=(0, 1))(table, table)
    tied = jax.grad(lambda v: jnp.square(model.apply(v, IDS)).mean())(variables)
    gradient = tied["params"]["embed"]["tables"]["table"]
    np.testing.assert_allclose(gradient, sum(both), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("kind", KINDS)
def test_rematerialised_gradients_are_the_same(kind: str) -> None:
    plain, lifted = Tied(build(kind)), nn.remat(Tied)(build(kind))
    variables = plain.init(KEY, IDS)
    rest = {name: value for name, value in variables.items() if name != "params"}

    def gradient(apply: Any) -> Any:
        def loss(params: Any) -> Any:
            return jnp.square(apply({"params": params, **rest}, IDS)).mean()

        return jax.tree.leaves(jax.grad(loss)(variables["params"]))

    expected = gradient(plain.apply)
    for other in (gradient(lifted.apply), gradient(jax.checkpoint(plain.apply))):
        for a, b in zip(expected, other, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)


def test_a_clone_reads_the_same_variables() -> None:
    model = Tied(build("hashed"))
    variables = model.init(KEY, IDS)
    assert model.clone() == model
    np.testing.assert_array_equal(model.clone().apply(variables, IDS), model.apply(variables, IDS))
    assert model.embed.clone(update="sparse") != model.embed


def test_a_tied_checkpoint_round_trip(tmp_path: Path) -> None:
    model = Tied(build("subword"))
    start = model.init(KEY, IDS)
    trained, _ = train(model, start, optax.adam(0.1), steps=1, labels=NEXT)
    with ocp.StandardCheckpointer() as checkpointer:
        checkpointer.save(tmp_path / "variables", trained)
        checkpointer.wait_until_finished()
        restored = checkpointer.restore(tmp_path / "variables", jax.eval_shape(model.init, KEY, IDS))
    by_bytes = flax.serialization.from_bytes(start, flax.serialization.to_bytes(trained))
    for found in (restored, by_bytes):
        np.testing.assert_array_equal(model.apply(found, IDS), model.apply(trained, IDS))
    assert not np.array_equal(model.apply(start, IDS), model.apply(trained, IDS))


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
    spec, buffers_init = KINDS[kind]
    module = Embed(dataclasses.replace(spec, dtype="bfloat16"), buffers_init=buffers_init)
    variables = module.init(KEY, IDS)
    assert all(x.dtype == jnp.bfloat16 for x in jax.tree.leaves(variables["params"]))
    wide = jax.tree.map(lambda x: x.astype(jnp.float32) if x.dtype == jnp.bfloat16 else x, variables)
    queries = jax.random.normal(jax.random.key(2), (4, 6), jnp.bfloat16)
    for method, value, error in (
        ("__call__", IDS, 0),
        ("bag", IDS, 0),
        ("attend", queries, 2**-7),  # of vectors that are sums, rounded themselves
    ):
        found = module.apply(variables, value, method=method)
        wider = value.astype(jnp.float32) if method == "attend" else value
        expected = build(kind).apply(wide, wider, method=method)
        assert found.dtype == jnp.bfloat16
        np.testing.assert_allclose(found.astype(jnp.float32), expected, rtol=2**-8, atol=error)
    model = Tied(module)
    after, losses = train(model, model.init(KEY, IDS), optax.adam(0.05), steps=40, labels=NEXT)
    assert losses[-1] < losses[0] / 2
    assert all(x.dtype == jnp.bfloat16 for x in after["params"]["embed"]["tables"].values())


# --- update="sparse" ---------------------------------------------------------------------------------


def test_a_sparse_table_is_an_error_in_train_mode() -> None:
    module = build("hashed", update="sparse")
    variables = module.init(KEY, IDS, deterministic=False)  # makes arrays, trains nothing
    for method, value in (("__call__", IDS), ("bag", IDS), ("attend", jnp.ones(6))):
        with pytest.raises(ValueError, match=r"untrained.*update='dense'.*deterministic=True"):
            module.apply(variables, value, method=method, deterministic=False)
        with pytest.raises(ValueError, match="deterministic"):  # not known: not taken for evaluation
            module.apply(variables, value, method=method)
        module.apply(variables, value, method=method, deterministic=True)
    with pytest.raises(ValueError, match="untrained"):
        model = Classifier(build("hashed", update="sparse", deterministic=False))
        train(model, model.init(KEY, IDS), optax.sgd(0.1), steps=1)


def test_no_optimizer_sees_a_sparse_table() -> None:
    model = Classifier(build("hashed", update="sparse", deterministic=True))
    before = model.init(KEY, IDS)
    assert set(before["params"]) == {"Dense_0"}
    assert set(before["tables"]["embed"]["tables"]) == {"table", "importance"}
    after, _ = train(model, before, optax.adamw(0.1), steps=2)
    assert all(jax.tree.leaves(jax.tree.map(np.array_equal, before["tables"], after["tables"])))
    assert not np.array_equal(*(v["params"]["Dense_0"]["kernel"] for v in (before, after)))


def test_sparse_and_dense_give_the_same() -> None:
    sparse, dense = build("dense", update="sparse", deterministic=True), build("dense")
    ours, theirs = (module.apply(module.init(KEY, IDS), IDS) for module in (sparse, dense))
    np.testing.assert_array_equal(ours, theirs)


def test_update_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jaxtyping_config, "jaxtyping_disable", True)  # as it is outside these tests
    with pytest.raises(ValueError, match=r"update='lazy': choose one of dense, sparse"):
        build("dense", update="lazy").init(KEY, IDS)


# --- dropout -----------------------------------------------------------------------------------------


def test_dropout_is_for_training() -> None:
    module = build("hashed", dropout=embedlab.Dropout(words=0.3, components=0.3))
    variables = module.init(KEY, IDS, deterministic=True)

    def bags(seed: int) -> Any:
        rngs = {"dropout": jax.random.key(seed)}
        return module.apply(variables, IDS, method="bag", deterministic=False, rngs=rngs)

    np.testing.assert_array_equal(bags(1), bags(1))
    assert not np.array_equal(bags(1), bags(2))
    calm = module.apply(variables, IDS, method="bag", deterministic=True)
    np.testing.assert_array_equal(calm, build("hashed").apply(variables, IDS, method="bag"))
    with pytest.raises(flax.errors.InvalidRngError, match="dropout"):
        module.apply(variables, IDS, deterministic=False)
    with pytest.raises(ValueError, match="deterministic"):
        module.apply(variables, IDS)


# --- what Flax does with modules ---------------------------------------------------------------------


def test_ensemble_by_vmap() -> None:
    ensemble = nn.vmap(
        Embed,
        in_axes=None,
        variable_axes={"params": 0, "buffers": None},
        split_rngs={"params": True},
        axis_size=3,
    )(SUBWORD, buffers_init=KINDS["subword"][1])
    variables = ensemble.init(KEY, IDS)
    vectors = ensemble.apply(variables, IDS)
    assert vectors.shape == (3, 4, 3, 6)
    second = {**variables, "params": jax.tree.map(lambda x: x[1], variables["params"])}
    np.testing.assert_allclose(vectors[1], build("subword").apply(second, IDS), rtol=1e-6, atol=1e-6)
    assert not np.array_equal(vectors[0], vectors[1])


@pytest.mark.parametrize("update", ["dense", "sparse"])
def test_checkpoint_round_trip(update: str, tmp_path: Path) -> None:
    module = build("subword", update=update, deterministic=True)
    variables = module.init(KEY, IDS)
    with ocp.StandardCheckpointer() as checkpointer:
        checkpointer.save(tmp_path / "variables", variables)
        checkpointer.wait_until_finished()
        shapes = jax.eval_shape(module.init, KEY, IDS)
        restored = checkpointer.restore(tmp_path / "variables", shapes)
    np.testing.assert_array_equal(module.apply(restored, IDS), module.apply(variables, IDS))
