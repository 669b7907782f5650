"""Against torch's EmbeddingBag: values and gradients, over modes, weights, paddings and ragged bags.

Torch takes weights for each id with "sum" alone; the other modes with weights, and sqrt-n, are held
against the slow reference in test_bag.py.
"""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import embedlab

torch = pytest.importorskip("torch", reason="torch is not installed: it is for the differential tests")

ROWS, DIM, PADDING = 23, 6, 4
SHAPES = ((1, 1), (3, 1), (2, 7), (5, 4), (8, 12))
CASES, COMPILED = [0], set()
WORST = {"float32": 0.0, "float64": 0.0}  # error: norm-wise, and element by element
KINDS = st.sampled_from([("sum", False), ("sum", True), ("mean", False), ("max", False)])
SPEC = {d: embedlab.Dense(ROWS, DIM, dtype=d) for d in ("float32", "float64")}


@functools.partial(jax.jit, static_argnames=("mode", "dtype"))
def ours(table, ids, weights, mask, offsets, cotangent, *, mode, dtype):
    """Values, and the gradients of <values, cotangent>."""
    spec = SPEC[dtype]

    def value(table, weights):
        v = embedlab.Variables({"table": table})
        return embedlab.bag(spec, v, ids, mode=mode, weights=weights, mask=mask, offsets=offsets)

    out, back = jax.vjp(value, table, weights)
    return out, *back(cotangent)


def theirs(table, ids, weights, offsets, cotangent, *, mode):
    table = torch.tensor(table, requires_grad=True)
    weights = None if weights is None else torch.tensor(weights, requires_grad=True)
    out = torch.nn.functional.embedding_bag(
        torch.tensor(ids, dtype=torch.int64),
        table,
        None if offsets is None else torch.tensor(offsets, dtype=torch.int64),
        mode=mode,
        per_sample_weights=weights,
        include_last_offset=offsets is not None,
        padding_idx=PADDING,
    )
    out.backward(torch.tensor(cotangent))
    gradient = None if weights is None else weights.grad.numpy()
    return out.detach().numpy(), table.grad.numpy(), gradient


def compare(seed, shape, kind, ragged, dtype):
    mode, weighted = kind
    rng = np.random.default_rng(seed)
    ids = rng.integers(0, ROWS, shape).astype(np.int32)
    ids[rng.random(shape) < 0.2] = PADDING
    if dtype == "float64" and seed % 5 == 0:
        # Nothing but duplicates. (In float32 the sum of 96 equal rows is off by more than 1e-6, torch's too.)
        ids[:] = ids.flat[0]
    table = rng.normal(size=(ROWS, DIM)).astype(dtype)
    if seed % 7 == 0:
        table = rng.integers(-1, 2, (ROWS, DIM)).astype(dtype)  # ties for the maximum, between different rows
    weights = rng.normal(size=shape).astype(dtype) if weighted else None
    offsets = None
    if ragged:
        ids, weights = ids.ravel(), None if weights is None else weights.ravel()
        inner = np.sort(rng.integers(0, ids.size + 1, shape[0] - 1))
        offsets = np.concatenate([[0], inner, [ids.size]]).astype(np.int32)
    cotangent = rng.normal(size=(shape[0], DIM)).astype(dtype)
    mine = ours(table, ids, weights, ids != PADDING, offsets, cotangent, mode=mode, dtype=dtype)
    yours = theirs(table, ids, weights, offsets, cotangent, mode=mode)
    CASES[0] += 1
    COMPILED.add((shape, kind, ragged, dtype))
    # A weight's gradient is <row, cotangent>, which may cancel to nothing; its error is to be small beside
    # the products that were summed.
    products = np.linalg.norm(table[ids]) * np.linalg.norm(cotangent)
    for a, b, least in zip(mine, yours, (0, 0, products), strict=True):
        if b is not None:
            close(np.asarray(a), b, dtype, least)


def close(mine, yours, dtype, scale=0.0):
    assert mine.dtype == yours.dtype and mine.shape == yours.shape
    if dtype == "float64":
        error, limit = np.abs(mine - yours).max(initial=0), 1e-12
    else:
        size = max(np.linalg.norm(yours), scale)
        error, limit = np.linalg.norm(mine - yours) / (size or 1), 1e-6  # zeros are to be zeros
    assert error <= limit
    WORST[dtype] = max(WORST[dtype], float(error))


@pytest.fixture(scope="module", autouse=True)
def enough_cases(request):
    """At least 1,000 cases in all, of at most 50 compiled shapes."""
    yield
    print(f"{CASES[0]} cases, {len(COMPILED)} compilations, worst errors {WORST}")
    if {"test_float32", "test_float64"} <= {item.name for item in request.session.items}:
        assert CASES[0] >= 1000 and len(COMPILED) <= 50


@settings(max_examples=800)
@given(st.integers(0, 2**32 - 1), st.sampled_from(SHAPES), KINDS, st.booleans())
def test_float32(seed, shape, kind, ragged):
    compare(seed, shape, kind, ragged, "float32")


@settings(max_examples=300)
@given(st.integers(0, 2**32 - 1), KINDS, st.booleans())
def test_float64(seed, kind, ragged):
    with jax.enable_x64(True):
        compare(seed, SHAPES[3], kind, ragged, "float64")


def test_single_vectors_and_their_gradients():
    rng = np.random.default_rng(0)
    table = torch.tensor(rng.normal(size=(ROWS, DIM)).astype(np.float32), requires_grad=True)
    ids = rng.integers(0, ROWS, (3, 50))
    cotangent = rng.normal(size=(3, 50, DIM)).astype(np.float32)
    yours = torch.nn.functional.embedding(torch.tensor(ids), table, padding_idx=PADDING)
    yours.backward(torch.tensor(cotangent))

    def embed(table):
        return embedlab.embed(SPEC["float32"], embedlab.Variables({"table": table}), ids)

    mine, back = jax.vjp(embed, jnp.asarray(table.detach().numpy()))
    np.testing.assert_array_equal(mine, yours.detach().numpy())
    (gradient,) = back(jnp.asarray(cotangent))
    gradient = gradient.at[PADDING].set(0)  # torch's padding has a vector, but no gradient
    close(np.asarray(gradient), table.grad.numpy(), "float32")


def test_max_norm():
    rng = np.random.default_rng(1)
    table = rng.normal(size=(ROWS, DIM)).astype(np.float32)
    ids = rng.integers(0, ROWS // 2, (4, 5))
    renormed = torch.tensor(table)
    torch.nn.functional.embedding(torch.tensor(ids), renormed, max_norm=1.0)
    v = embedlab.Variables({"table": jnp.asarray(table)})
    mine = embedlab.max_norm(SPEC["float32"], v, ids, 1.0).tables["table"]
    # Torch divides by norm + 1e-7, so that its rows end a little shorter.
    np.testing.assert_allclose(mine, renormed.numpy(), rtol=1e-6, atol=1e-7)
    np.testing.assert_array_equal(mine[ROWS // 2 :], table[ROWS // 2 :])
