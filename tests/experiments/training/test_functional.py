"""Modules as functions of named arrays."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from experiments.training import functional


class Two(nnx.Module):
    def __init__(self, rngs: nnx.Rngs) -> None:
        self.layers = nnx.List([nnx.Linear(3, 3, rngs=rngs), nnx.Linear(3, 2, rngs=rngs)])

    def __call__(self, x: jax.Array) -> jax.Array:
        for layer in self.layers:
            x = layer(x)
        return x


def test_arrays_have_the_names_of_their_places_and_the_module_is_the_same() -> None:
    arrays = functional.init(Two, jax.random.key(0))
    assert sorted(arrays) == ["layers.0.bias", "layers.0.kernel", "layers.1.bias", "layers.1.kernel"]
    x = jnp.ones((4, 3))
    expected = Two(nnx.Rngs(params=jax.random.key(0)))(x)
    np.testing.assert_array_equal(functional.module(Two, arrays)(x), expected)


def test_gradients_come_by_name_under_jit() -> None:
    arrays = functional.init(Two, jax.random.key(0))
    found = jax.jit(jax.grad(lambda arrays: functional.module(Two, arrays)(jnp.ones((4, 3))).sum()))(arrays)
    np.testing.assert_allclose(found["layers.1.bias"], [4.0, 4.0])


def test_a_module_with_streams_of_its_own_is_refused() -> None:
    with pytest.raises(TypeError, match=r"Dropout holds rngs\.count, rngs\.key"):
        functional.init(lambda rngs: nnx.Dropout(0.5, rngs=nnx.Rngs(dropout=0)), jax.random.key(0))
