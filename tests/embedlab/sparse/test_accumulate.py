"""Micro-batches: the step of all of them is the step of the whole batch."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import embedlab
from embedlab import sparse
from embedlab.sparse.accumulate import as_one
from tests.embedlab.contract import close

DENSE = embedlab.Dense(40, 4, dtype="float64")
HASHED = embedlab.Hashed(40, 4, buckets=17, importance=40, dtype="float64")


def loss(params: Any, ids: Any, labels: Any) -> Any:
    """Padded bags, ragged bags and vectors, each with entries of another form."""
    padded = embedlab.bag(DENSE, params["dense"], ids, mask=ids != 3)
    offsets = jnp.arange(0, ids.size + 1, ids.shape[1])
    ragged = embedlab.bag(HASHED, params["hashed"], ids.reshape(-1), offsets=offsets, mode="sum")
    vectors = jnp.tanh(embedlab.embed(DENSE, params["dense"], ids)).mean(1)
    logits = (padded + jnp.sin(ragged) + vectors) @ params["head"]
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()


def params() -> dict[str, Any]:
    keys = jax.random.split(jax.random.key(0), 3)
    head = jax.random.normal(keys[2], (4, 3), jnp.float64)
    return {"dense": DENSE.init(keys[0]), "hashed": HASHED.init(keys[1]), "head": head}


def batches(micro: int) -> list[Any]:
    rng = np.random.default_rng(0)
    ids, labels = rng.integers(0, 40, (6, 8, 5)), rng.integers(0, 3, (6, 8))
    shape = (micro, 8 // micro) if micro > 1 else (8,)
    return [(i.reshape(*shape, 5), y.reshape(shape)) for i, y in zip(ids, labels, strict=True)]


def trained(
    micro: int, rows: sparse.RowOptimizer, loss: Any = loss, **settings: Any
) -> tuple[Any, list[float]]:
    trainer = sparse.Trainer(loss, rows=rows, dense=optax.adam(0.01), accumulate=micro, **settings)
    state, values = trainer.init(params()), []
    for batch in batches(micro):
        state, value = trainer.step(state, *batch)
        values.append(float(value))
    return trainer.finalize(state).params, values


@pytest.mark.parametrize("micro", [2, pytest.param(4, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(sparse.sgd(0.1), marks=pytest.mark.slow, id="sgd"),
        pytest.param(sparse.adagrad(0.1), id="adagrad"),
        pytest.param(
            sparse.adam(0.01, exact=True, weight_decay=0.1), marks=pytest.mark.slow, id="adamw exact"
        ),
    ],
)
def test_micro_batches_equal_the_whole_batch(rows: sparse.RowOptimizer, micro: int, x64: None) -> None:
    whole, values = trained(1, rows)
    found, means = trained(micro, rows)
    close(found, whole, ulps=1e4)  # 1e4 units of 2⁻⁵²: a relative error of 2e-12
    np.testing.assert_allclose(means, values, rtol=1e-12)


@pytest.mark.slow
def test_clipping_sees_the_whole_gradient(x64: None) -> None:
    whole, _ = trained(1, sparse.sgd(0.1), clip=0.01)
    found, _ = trained(4, sparse.sgd(0.1), clip=0.01)
    loose, _ = trained(4, sparse.sgd(0.1))
    close(found, whole, ulps=1e4)
    assert np.abs(found["head"] - loose["head"]).max() > 1e-6  # it did clip


@pytest.mark.parametrize(
    "policy",
    [None, pytest.param(jax.checkpoint_policies.dots_saveable, marks=pytest.mark.slow)],
    ids=["all", "dots kept"],
)
@pytest.mark.slow
def test_micro_batches_under_remat(policy: Any, x64: None) -> None:
    whole, _ = trained(1, sparse.adagrad(0.1))
    found, _ = trained(4, sparse.adagrad(0.1), jax.checkpoint(loss, policy=policy))
    close(found, whole, ulps=1e4)


def test_aux_comes_for_every_micro_batch(x64: None) -> None:
    def with_aux(params: Any, ids: Any, labels: Any) -> Any:
        return loss(params, ids, labels), ids.sum()

    trainer = sparse.Trainer(
        with_aux, rows=sparse.sgd(0.1), dense=optax.set_to_zero(), accumulate=4, has_aux=True
    )
    batch = batches(4)[0]
    _, (_, aux) = trainer.step(trainer.init(params()), *batch)
    np.testing.assert_array_equal(aux, batch[0].sum((1, 2)))


def test_owners_of_no_cotangent_stay_nobodys() -> None:
    entries = sparse.Entries(jnp.zeros((2, 1, 3), jnp.int32), owners=jnp.array([[[0, -1, 2]], [[1, 5, 0]]]))
    stacked = sparse.RowGradient(((entries, jnp.ones((2, 2, 1))),))
    ((found, _),) = as_one(stacked).parts
    np.testing.assert_array_equal(found.owners, [[0, -1, -1, 3, -1, 2]])


@pytest.mark.parametrize(
    ("batch", "fault"),
    [
        ((np.zeros((8, 5), np.int64), np.zeros(8, np.int64)), r"batch\[0\]\.shape=\(8, 5\)"),
        ((np.zeros((4, 2, 5), np.int64), np.float64(0.1)), r"batch\[1\]\.shape=\(\)"),
    ],
    ids=["not cut", "a number"],
)
def test_a_batch_that_is_not_cut_is_refused(batch: Any, fault: str, x64: None) -> None:
    trainer = sparse.Trainer(loss, rows=sparse.sgd(0.1), dense=optax.sgd(0.1), accumulate=4)
    with pytest.raises(ValueError, match=rf"^{fault}: with accumulate=4 every array"):
        trainer.step(trainer.init(params()), *batch)


@pytest.mark.parametrize("count", [0, -1, True])
def test_a_count_that_is_none_is_refused(count: Any) -> None:
    with pytest.raises(ValueError, match=r"^accumulate="):
        sparse.Trainer(loss, accumulate=count)
