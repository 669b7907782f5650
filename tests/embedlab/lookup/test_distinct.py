"""Pooling once a distinct id: the same vectors and gradients as pooling at every position."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from embedlab import ABSENT, Dense, Hashed, Lookup, Subword, Variables, bag, embed, gather
from embedlab.lookup.bag import MODES
from embedlab.lookup.distinct import distinct_vectors, pays
from embedlab.lookup.ids import canonical

WORDS, BUCKETS, DIM = 300, 50, 4
SPEC = Subword(WORDS, DIM, buckets=BUCKETS)


@pytest.fixture(scope="module")
def variables() -> Variables:
    """Words of 0 … 12 n-grams, most of them short."""
    rng = np.random.default_rng(0)
    ngrams = rng.integers(0, BUCKETS, (WORDS, 12)).astype(np.int32)
    lengths = np.minimum(rng.geometric(0.3, WORDS) - 1, 12)
    return SPEC.init(
        jax.random.key(0), {"ngrams": np.where(np.arange(12) < lengths[:, None], ngrams, ABSENT)}
    )


def draw(shape: tuple[int, ...]) -> np.ndarray:
    """Ids with many repeats, and some that are not known."""
    return np.minimum(np.random.default_rng(1).geometric(0.02, shape) - 3, WORDS + 1).astype(np.int32)


@jax.jit
def by_rows(variables: Variables, ids: Any) -> Any:
    """The vectors by the plain way: every row of every id, then the weighted sum."""
    lookups = SPEC.index(variables.buffers, canonical(jnp.asarray(ids), WORDS))
    return SPEC.combine({}, gather(variables.tables, lookups), lookups)


def test_where_it_pays(variables: Variables) -> None:
    many = jnp.zeros((8, 32), jnp.int32)
    assert pays(SPEC, variables.buffers, many) == (jax.default_backend() == "cpu")
    assert not pays(SPEC, variables.buffers, many[:1])
    assert not pays(Dense(10, 4), {}, many)
    assert not pays(Hashed(10, 4, buckets=5, hashes=8, importance=10), {}, many)  # its weights are learned


@pytest.mark.parametrize("shape", [(129,), (9, 20), (2, 3, 100)])
def test_vectors_and_gradients_equal_those_of_rows(variables: Variables, shape: tuple[int, ...]) -> None:
    ids = draw(shape)
    assert pays(SPEC, variables.buffers, jnp.asarray(ids)) or jax.default_backend() != "cpu"
    factor = jnp.cos(jnp.arange(ids.size * DIM)).reshape(*shape, DIM)
    both = []
    for function in (lambda v: embed(SPEC, v, ids), lambda v: by_rows(v, ids)):

        def loss(table: Any, function: Any = function) -> Any:
            found = function(Variables({"table": table}, buffers=variables.buffers))
            return (found * factor).sum(), found

        both.append(jax.jit(jax.grad(loss, has_aux=True))(variables.tables["table"]))
    for fast, slow in zip(*both, strict=True):
        np.testing.assert_allclose(fast, slow, rtol=1e-5, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
def test_bags_equal_those_of_rows(variables: Variables, mode: Any) -> None:
    ids = draw((9, 20))
    weights = np.random.default_rng(2).uniform(0.5, 2, ids.shape).astype(np.float32)
    real = (ids >= 0) & (ids < WORDS)
    weighed = np.asarray(by_rows(variables, ids)) * weights[..., None]
    wanted = {
        "sum": weighed.sum(1),
        "mean": weighed.sum(1) / (weights * real).sum(1, keepdims=True),
        "sqrtn": weighed.sum(1) / np.sqrt((weights**2 * real).sum(1, keepdims=True)),
        "max": np.where(real[..., None], weighed, -np.inf).max(1),
    }[mode]
    found = bag(SPEC, variables, ids, mode=mode, weights=weights)
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)
    ragged = bag(
        SPEC, variables, ids.ravel(), mode=mode, weights=weights.ravel(), offsets=np.arange(0, 181, 20)
    )
    np.testing.assert_allclose(ragged, wanted, rtol=1e-5, atol=1e-5)


def test_nothing_but_absent_ids(variables: Variables) -> None:
    ids = np.full((9, 20), -1)
    assert not np.any(embed(SPEC, variables, ids)) and not np.any(bag(SPEC, variables, ids))


def test_vmap_equals_loop(variables: Variables) -> None:
    ids = draw((2, 9, 20))
    found = jax.vmap(lambda i: bag(SPEC, variables, i))(ids)
    np.testing.assert_allclose(found, [bag(SPEC, variables, i) for i in ids], rtol=1e-5, atol=1e-6)


def test_narrow_tables_keep_their_dtype(variables: Variables) -> None:
    spec = Subword(WORDS, DIM, buckets=BUCKETS, dtype="bfloat16")
    narrow = Variables({"table": variables.tables["table"].astype("bfloat16")}, buffers=variables.buffers)
    ids = draw((9, 20))
    found = bag(spec, narrow, ids)
    assert found.dtype == jnp.bfloat16
    wide = Variables({"table": narrow.tables["table"].astype("float32")}, buffers=variables.buffers)
    np.testing.assert_allclose(np.asarray(found, np.float32), bag(SPEC, wide, ids), rtol=0.01, atol=0.01)


def test_each_id_once_in_ascending_order() -> None:
    table = Variables({"table": jnp.arange(8.0).reshape(4, 2)})
    found, places = distinct_vectors(Dense(4, 2), table, jnp.array([[3, 1, ABSENT], [1, 3, 3]], jnp.int32))
    np.testing.assert_array_equal(found[:3], [[2, 3], [6, 7], [0, 0]])
    np.testing.assert_array_equal(places, [[1, 0, ABSENT], [0, 1, 1]])


def test_a_kind_without_weights() -> None:
    spec = Hashed(1000, 4, buckets=13, hashes=9)
    assert isinstance(spec.index({}, np.arange(3, dtype=np.int32))[0], Lookup)
    variables, ids = spec.init(jax.random.key(0)), np.arange(200, dtype=np.int32).reshape(10, 20) // 2
    found = embed(spec, variables, ids)  # pooled once a distinct id; ten at a time, at every position
    one_by_one = np.concatenate([embed(spec, variables, row[None]) for row in ids])
    np.testing.assert_allclose(found, one_by_one, rtol=1e-5, atol=1e-6)
