"""The bag against its own formula."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import embedlab
from experiments.encoders import Bag

SPEC = embedlab.Dense(10, 4)
IDS = jnp.array([[1, 2, 3], [4, 4, 0]])
LENGTHS = np.array([3, 2])


@pytest.mark.parametrize("mode", ["mean", "sum", "sqrtn", "max"])
def test_logits_are_a_linear_layer_of_the_pooled_vectors(mode: str) -> None:
    encoder = Bag(mode)  # type: ignore[arg-type]
    variables = SPEC.init(jax.random.key(0))
    parameters = encoder.init(jax.random.key(1), SPEC.dim, 2)
    parameters["bias"] = jnp.array([1.0, -1.0])
    found = encoder.logits(parameters, SPEC, variables, IDS, LENGTHS)
    for row, (ids, length) in enumerate(zip(IDS, LENGTHS, strict=True)):
        vectors = np.asarray(variables.tables["table"])[np.asarray(ids[:length])]
        pooled = {
            "mean": vectors.mean(0),
            "sum": vectors.sum(0),
            "sqrtn": vectors.sum(0) / np.sqrt(length),
            "max": vectors.max(0),
        }[mode]
        expected = pooled @ parameters["weight"] + parameters["bias"]
        np.testing.assert_allclose(found[row], expected, rtol=1e-5, atol=1e-6)


def test_weights_begin_with_the_variance_of_the_pooled_width() -> None:
    parameters = Bag().init(jax.random.key(0), 64, 50)
    assert float(parameters["weight"].std() * 8) == pytest.approx(1, abs=0.05)
    assert not parameters["bias"].any()


def test_dropout_takes_a_key() -> None:
    variables = SPEC.init(jax.random.key(0))
    parameters = Bag().init(jax.random.key(1), SPEC.dim, 2)
    drop = embedlab.Dropout(words=0.9)
    plain, *dropped = (
        Bag().logits(parameters, SPEC, variables, IDS, LENGTHS, dropout=dropout, key=jax.random.key(seed))
        for dropout, seed in ((None, 0), (drop, 0), (drop, 0), (drop, 3))
    )
    np.testing.assert_array_equal(dropped[0], dropped[1])
    assert (dropped[0] != plain).any() and (dropped[0] != dropped[2]).any()
