"""The last layer against its own formula."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from experiments.head import Head

FEATURES = jax.random.normal(jax.random.key(0), (5, 4))


def test_outputs_are_a_linear_layer() -> None:
    parameters = Head().init(jax.random.key(1), 4, 2) | {"bias": jnp.array([1.0, -1.0])}
    expected = np.asarray(FEATURES) @ np.asarray(parameters["weight"]) + np.array([1.0, -1.0])
    np.testing.assert_allclose(Head().outputs(parameters, FEATURES), expected, rtol=1e-5, atol=1e-6)


def test_weights_begin_with_the_variance_of_the_width() -> None:
    parameters = Head().init(jax.random.key(0), 64, 50)
    assert float(parameters["weight"].std() * 8) == pytest.approx(1, abs=0.05)
    assert not parameters["bias"].any()


def test_dropout_takes_a_key_and_keeps_the_mean() -> None:
    head, ones = Head(dropout=0.5), jnp.ones((4000, 4))
    parameters = {"weight": jnp.eye(4), "bias": jnp.zeros(4)}
    np.testing.assert_array_equal(head.outputs(parameters, ones), ones)
    dropped = np.asarray(head.outputs(parameters, ones, jax.random.key(0)))
    assert set(np.unique(dropped)) == {0.0, 2.0}
    assert dropped.mean() == pytest.approx(1, abs=0.04)


@pytest.mark.parametrize("limit", [0, -1.0, float("inf"), True, "three"])
def test_a_limit_that_is_none(limit: float) -> None:
    assert Head(max_norm=3).max_norm == 3
    with pytest.raises(ValueError, match=r"max_norm=.*: give a finite number above 0, or none"):
        Head(max_norm=limit)


@pytest.mark.parametrize("rate", [-0.1, 1.0, float("nan"), True, "half"])
def test_a_rate_that_is_none(rate: float) -> None:
    with pytest.raises(ValueError, match="dropout"):
        Head(dropout=rate)
