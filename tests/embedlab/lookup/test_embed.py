"""`all_vectors`, `attend`, `max_norm`, and what dropout does to single vectors."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from embedlab import Dense, Dropout, Hashed, Normal, Subword, Variables, all_vectors, attend, embed, max_norm
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


# --- max_norm ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", SPECS, ids=lambda s: type(s).__name__)
def test_rows_in_use_are_shortened_and_no_others(spec: Any) -> None:
    variables = spec.init(jax.random.key(0), WORDS)
    ids = np.array([[1, 1], [0, 9]])  # a row twice, an id that is not known
    shortened = max_norm(spec, variables, ids, 0.5)
    used = spec.index(dict(variables.buffers), np.array([0, 1], np.int32))[-1].rows
    old, new = (np.asarray(v.tables["table"]) for v in (variables, shortened))
    in_use = np.isin(np.arange(len(old)), used)
    factor = np.minimum(1, 0.5 / np.linalg.norm(old, axis=1, keepdims=True))
    np.testing.assert_allclose(new[in_use], (old * factor)[in_use], rtol=1e-6)
    np.testing.assert_array_equal(new[~in_use], old[~in_use])
    assert factor.min() < 1 and np.any(in_use) and np.any(~in_use)
    for name in set(variables.tables) - {"table"}:
        np.testing.assert_array_equal(shortened.tables[name], variables.tables[name])


def test_short_rows_keep_their_bits() -> None:
    variables = SPECS[0].init(jax.random.key(0))
    same = max_norm(SPECS[0], variables, np.arange(6), 100.0)
    np.testing.assert_array_equal(same.tables["table"], variables.tables["table"])


def test_a_masked_id_leaves_its_row_alone() -> None:
    variables = SPECS[0].init(jax.random.key(0))
    same = max_norm(SPECS[0], variables, np.arange(6), 1e-3, mask=np.zeros(6, bool))
    np.testing.assert_array_equal(same.tables["table"], variables.tables["table"])


def test_a_row_of_zeros_stays_finite() -> None:
    zeros = Variables({"table": jnp.zeros((6, 4))})
    assert not np.any(max_norm(SPECS[0], zeros, np.arange(6), 1.0).tables["table"])


@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan")])
def test_a_limit_is_above_zero(limit: float) -> None:
    with pytest.raises(ValueError, match=f"^limit={limit}: give a length above zero"):
        max_norm(SPECS[0], SPECS[0].init(jax.random.key(0)), [1], limit)


# --- dropout -----------------------------------------------------------------------------------------


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
    variables = SPECS[0].init(jax.random.key(0))
    found = embed(SPECS[0], variables, [1, 2], dropout=Dropout(0.9, 0.9))
    np.testing.assert_array_equal(found, variables.tables["table"][1:3])
