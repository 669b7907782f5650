"""`embed`: what dropout does to single vectors, and derivatives of a higher order."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from embedlab import Dense, Dropout, Hashed, Normal, Subword, Variables, bag, embed

DENSE = Dense(6, 4, Normal(1.0))


def test_dropped_words_and_components() -> None:
    ones = Variables({"table": jnp.ones((1, 8))})
    ids, drop = np.zeros((50, 100), np.int32), Dropout(words=0.3, components=0.5)
    found = np.asarray(embed(Dense(1, 8), ones, ids, dropout=drop, key=jax.random.key(0)))
    assert set(np.unique(found)) == {0.0, 2.0}  # those that stay are divided by 1 − 0.5
    whole = (found == 0).all(-1)  # dropped words, but for the few that lost all components by chance
    assert abs(whole.mean() - (0.3 + 0.7 * 0.5**8)) < 0.03
    assert abs(found[~whole].mean() - 1) < 0.03  # in expectation as without dropout


def test_dropout_is_repeatable_and_differs_by_key() -> None:
    ones = Variables({"table": jnp.ones((1, 8))})
    ids, drop = np.zeros((5, 10), np.int32), Dropout(words=0.3, components=0.5)
    first, again, other = (
        np.asarray(embed(Dense(1, 8), ones, ids, dropout=drop, key=jax.random.key(k))) for k in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


def test_nothing_is_dropped_without_a_key() -> None:
    variables = DENSE.init(jax.random.key(0))
    found = embed(DENSE, variables, [1, 2], dropout=Dropout(0.9, 0.9))
    np.testing.assert_array_equal(found, variables.tables["table"][1:3])


# --- derivatives -------------------------------------------------------------------------------------

WORDS = ["".join(chr(97 + (7 * i + j * j) % 26) for j in range(3 + i % 9)) for i in range(40)]
SUBWORD = Subword(40, 3, buckets=23, initialiser=Normal(1.0))
KINDS = {
    "dense": (DENSE, {}, 6),
    "hashed": (
        Hashed(50, 4, buckets=7, importance=50, importance_initialiser=Normal(1.0)),
        {},
        50,
    ),
    "subword": (SUBWORD, SUBWORD.word_buffers(WORDS), 40),
}


# From some size on, subwords are pooled by distinct ids.
@pytest.mark.parametrize("number", [pytest.param(16, marks=pytest.mark.slow), 256])
@pytest.mark.parametrize("kind", KINDS)
def test_products_with_a_hessian(kind: str, number: int, x64: None) -> None:
    """Reverse over reverse and forward over reverse, against the difference of two gradients."""
    spec, buffers, known = KINDS[kind]
    ids = np.random.default_rng(0).integers(0, known, (number // 8, 8)).astype(np.int32)
    variables = spec.init(jax.random.key(0), buffers)
    tables = jax.tree.map(lambda t: t.astype(jnp.float64), variables.tables)
    direction = jax.tree.map(jnp.cos, tables)

    def loss(tables: Any) -> Any:
        v = Variables(tables, buffers=variables.buffers)
        return (embed(spec, v, ids) ** 3).sum() + (bag(spec, v, ids) ** 3).sum()

    def along(tables: Any) -> Any:
        found = jax.grad(loss)(tables)
        return sum(jnp.vdot(found[name], direction[name]) for name in found)

    gradient = jax.jit(jax.grad(loss))
    step = 1e-5
    two = (gradient(jax.tree.map(lambda t, d, s=s: t + s * d, tables, direction)) for s in (step, -step))
    wanted = jax.tree.map(lambda a, b: (a - b) / (2 * step), *two)
    products = [jax.jit(jax.grad(along))(tables)]
    if (kind, number) != ("subword", 256) or jax.default_backend() != "cpu":
        products.append(jax.jit(lambda t, d: jax.jvp(jax.grad(loss), (t,), (d,))[1])(tables, direction))
    for found in products:
        for name in tables:
            np.testing.assert_allclose(found[name], wanted[name], rtol=1e-6, atol=1e-6)
