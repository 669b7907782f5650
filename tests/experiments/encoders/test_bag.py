"""The bag against its own formula."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

import embedlab
from experiments.encoders import Bag, Documents

SPEC = embedlab.Dense(10, 4)
IDS = jnp.array([[1, 2, 3], [4, 4, 0]])
LENGTHS = np.array([3, 2])
VARIABLES = SPEC.init(jax.random.key(0))


@pytest.mark.parametrize("mode", ["mean", "sum", "sqrtn", "max"])
def test_features_are_the_pooled_vectors(mode: str) -> None:
    encoder = Bag(mode).build(SPEC.dim, nnx.Rngs(0))  # type: ignore[arg-type]
    found = encoder(Documents(SPEC, VARIABLES, IDS, LENGTHS))
    assert encoder.width == 4
    for row, (ids, length) in enumerate(zip(IDS, LENGTHS, strict=True)):
        vectors = np.asarray(VARIABLES.tables["table"])[np.asarray(ids[:length])]
        pooled = {
            "mean": vectors.mean(0),
            "sum": vectors.sum(0),
            "sqrtn": vectors.sum(0) / np.sqrt(length),
            "max": vectors.max(0),
        }[mode]
        np.testing.assert_allclose(found[row], pooled, rtol=1e-5, atol=1e-6)


def test_dropout_takes_a_key() -> None:
    encoder = Bag().build(SPEC.dim, nnx.Rngs(0))
    drop = embedlab.Dropout(words=0.9)
    plain, *dropped = (
        encoder(Documents(SPEC, VARIABLES, IDS, LENGTHS, dropout, jax.random.key(seed)))
        for dropout, seed in ((None, 0), (drop, 0), (drop, 0), (drop, 3))
    )
    np.testing.assert_array_equal(dropped[0], dropped[1])
    assert (dropped[0] != plain).any() and (dropped[0] != dropped[2]).any()
