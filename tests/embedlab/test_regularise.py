"""Dropout's probabilities and expectations; L2 on each distinct row once."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from embedlab import ABSENT, Dropout, Hashed, Lookup, Variables, gather, l2_rows
from embedlab.regularise import drop_components, keep_words

KEY = jax.random.key(0)


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.9])
def test_words_are_dropped_at_their_rate(rate: float) -> None:
    kept = keep_words(KEY, (100, 1000), rate)
    assert kept.dtype == bool
    assert abs(float(kept.mean()) - (1 - rate)) < 0.005  # five standard errors
    assert abs(float(kept.mean(0).std()) - np.sqrt(rate * (1 - rate) / 100)) < 0.005  # each by itself


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.9])
def test_components_keep_their_expectation(rate: float) -> None:
    vectors = jnp.full((1000, 100), 3.0)
    found = np.asarray(drop_components(KEY, vectors, rate))
    np.testing.assert_allclose(np.unique(found), [3.0] if rate == 0 else [0.0, 3 / (1 - rate)], rtol=1e-6)
    assert abs((found == 0).mean() - rate) < 0.005
    assert abs(found.mean() - 3) < 5 * 3 * np.sqrt(rate / (1 - rate) / 100_000) + 1e-6


def test_dropped_components_keep_the_dtype_and_get_no_gradient() -> None:
    vectors = jnp.ones((50, 8), jnp.bfloat16)
    found = drop_components(KEY, vectors, 0.5)
    gradient = jax.grad(lambda v: drop_components(KEY, v, 0.5).astype(jnp.float32).sum())(vectors)
    assert found.dtype == gradient.dtype == jnp.bfloat16
    np.testing.assert_array_equal(np.asarray(found, np.float32), np.asarray(gradient, np.float32))


@pytest.mark.parametrize("rate", [-0.1, 1.0, float("nan")])
@pytest.mark.parametrize("field", ["words", "components"])
def test_a_rate_is_a_probability_below_one(field: str, rate: float) -> None:
    with pytest.raises(ValueError, match=rf"^{field}={rate}: give a probability of at least 0 and below 1$"):
        Dropout(**{field: rate})


# --- L2 ----------------------------------------------------------------------------------------------

TABLE = jnp.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])


def penalty(table: jax.Array, rows: np.ndarray) -> jax.Array:
    looks = (Lookup("table", jnp.asarray(rows, jnp.int32)),)
    return l2_rows(gather({"table": table}, looks), looks)


def test_each_distinct_row_counts_once() -> None:
    rows = np.array([[0, 2, 0], [0, ABSENT, 2]])
    assert float(penalty(TABLE, rows)) == pytest.approx((1 + 4 + 25 + 36) / 2)
    np.testing.assert_allclose(jax.grad(penalty)(TABLE, rows), [[1, 2], [0, 0], [5, 6]], rtol=1e-6)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
def test_no_rows_have_no_penalty(shape: tuple[int, int]) -> None:
    assert float(penalty(TABLE, np.zeros(shape))) == 0
    assert not np.any(jax.grad(penalty)(TABLE, np.zeros(shape)))


def test_every_table_is_counted() -> None:
    spec = Hashed(5, 3, buckets=4, importance=5)
    variables = spec.init(KEY)
    looks = spec.index({}, np.arange(5, dtype=np.int32))
    used = np.unique(looks[1].rows)
    wanted = (np.asarray(variables.tables["table"])[used] ** 2).sum() / 2 + 5 * 2 / 2  # importance is ones
    assert float(l2_rows(gather(variables.tables, looks), looks)) == pytest.approx(float(wanted), rel=1e-5)


def test_narrow_rows_are_summed_wide() -> None:
    variables = Variables({"table": jnp.ones((1, 600), jnp.bfloat16)})
    looks = (Lookup("table", jnp.zeros((1, 1), jnp.int32)),)
    assert float(l2_rows(gather(variables.tables, looks), looks)) == 300


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("rate", ["0.1", None, True, float("inf")])
def test_a_rate_is_a_number(rate: object) -> None:
    with pytest.raises(ValueError, match=r"^words=.*: give a probability"):
        Dropout(words=rate)


@pytest.mark.usefixtures("unchecked")
def test_a_rate_of_numpy_is_held_as_a_float() -> None:
    drop = Dropout(words=np.float32(0.5))
    assert type(drop.words) is float and hash(drop) == hash(Dropout(0.5))
