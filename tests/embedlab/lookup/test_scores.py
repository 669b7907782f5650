"""`all_vectors` and `attend`."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from embedlab import Dense, Hashed, Normal, Subword, Variables, all_vectors, attend
from tests.embedlab import reference
from tests.embedlab.test_contract import WORDS

SPECS = (
    Dense(6, 4, Normal(1.0)),
    Hashed(6, 4, buckets=5, importance=6, importance_initialiser=Normal(1.0)),
    Subword(5, 4, buckets=8),
)
QUERIES = jax.random.normal(jax.random.key(5), (2, 3, 4))


@pytest.mark.parametrize("spec", SPECS, ids=lambda s: type(s).__name__)
def test_all_vectors_and_their_scores(spec: Any) -> None:
    variables = spec.init(jax.random.key(0), WORDS)
    table = np.stack([reference.embed(spec, variables, i) for i in range(6)])
    np.testing.assert_allclose(all_vectors(spec, variables), table, rtol=1e-5, atol=1e-6)
    scores = attend(spec, variables, QUERIES)
    assert scores.shape == (2, 3, 6)
    np.testing.assert_allclose(scores, QUERIES @ table.T, rtol=1e-5, atol=1e-5)


def test_scores_have_gradients_on_both_sides() -> None:
    variables = SPECS[0].init(jax.random.key(0))

    def loss(table: Any, queries: Any) -> Any:
        return attend(SPECS[0], Variables({"table": table}), queries).sum()

    table = variables.tables["table"]
    by_table, by_queries = jax.grad(loss, argnums=(0, 1))(table, QUERIES)
    np.testing.assert_allclose(by_table, np.broadcast_to(QUERIES.sum((0, 1)), (6, 4)), rtol=1e-5)
    np.testing.assert_allclose(by_queries, np.broadcast_to(table.sum(0), (2, 3, 4)), rtol=1e-5)


@pytest.mark.parametrize(
    ("table", "queries", "wanted"), [("bfloat16", "bfloat16", 257), ("bfloat16", "float32", 257)]
)
def test_scores_are_summed_wide(table: str, queries: str, wanted: float) -> None:
    ones = Variables({"table": jnp.ones((1, 257), table)})
    scores = attend(Dense(1, 257, dtype=table), ones, jnp.ones((1, 257), queries))
    assert scores.dtype == queries and scores[0, 0] == jnp.asarray(wanted, queries)


def test_an_unbounded_embedding_has_no_list_of_vectors() -> None:
    spec = Hashed(None, 4, buckets=5)
    variables = spec.init(jax.random.key(0))
    for call in (lambda: all_vectors(spec, variables), lambda: attend(spec, variables, QUERIES)):
        with pytest.raises(ValueError, match=r"^vocabulary=None: give the embedding a vocabulary"):
            call()


def test_the_vectors_of_dense_are_its_table_itself() -> None:
    variables = SPECS[0].init(jax.random.key(0))
    assert all_vectors(SPECS[0], variables) is variables.tables["table"]


def test_scores_of_a_large_table_hold_no_copy_of_it() -> None:
    spec = Dense(100_000, 64)
    shapes = Variables({"table": jax.ShapeDtypeStruct((100_000, 64), jnp.float32)})
    queries = jax.ShapeDtypeStruct((2, 64), jnp.float32)
    compiled = jax.jit(lambda v, q: attend(spec, v, q)).lower(shapes, queries).compile()
    assert compiled.memory_analysis().temp_size_in_bytes < 100_000 * 64 * 4 / 10


@pytest.mark.parametrize("queries", [np.ones(4), [1.0, 2.0, 3.0, 4.0], np.ones((2, 4), np.float64)])
def test_queries_may_be_of_the_host(queries: Any) -> None:
    spec, variables = SPECS[0], SPECS[0].init(jax.random.key(0))
    wanted = np.asarray(queries, np.float32) @ np.asarray(variables.tables["table"]).T
    np.testing.assert_allclose(attend(spec, variables, queries), wanted, rtol=1e-5, atol=1e-6)


def test_queries_that_do_not_fit_are_refused() -> None:
    spec, variables = SPECS[0], SPECS[0].init(jax.random.key(0))
    with pytest.raises(ValueError, match=r"^queries.shape=\(2, 3\): give vectors of .* width, 4$"):
        attend(spec, variables, jnp.ones((2, 3)))
    with pytest.raises(TypeError, match=r"^queries have dtype int32: give floats$"):
        attend(spec, variables, jnp.ones((2, 4), jnp.int32))
