"""`embedlab.lookup.unique` beside NumPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from embedlab.base import ABSENT
from embedlab.lookup.unique import unique


@pytest.mark.parametrize("backend", ["cpu", "gpu"])  # the way of each, on whatever there is
@pytest.mark.parametrize("x64", [False, True])
@pytest.mark.parametrize("number", [0, 1, 2, 257, 5000])
@pytest.mark.parametrize("largest", [3, pytest.param(1000, marks=pytest.mark.slow), 2**31 - 2])
def test_as_numpy(monkeypatch, backend, x64, number, largest):
    ids = np.random.default_rng(number).integers(0, largest, number, np.int32, endpoint=True)
    ids[::5] = ABSENT
    monkeypatch.setattr(jax, "default_backend", lambda: backend)
    with jax.enable_x64(x64):
        distinct, places, count = map(np.asarray, unique(jnp.asarray(ids)))
    expected = np.unique(ids[ids != ABSENT])
    assert int(count) == len(expected)
    np.testing.assert_array_equal(distinct[: len(expected)], expected)
    assert (distinct[len(expected) :] == ABSENT).all()
    there = ids != ABSENT
    np.testing.assert_array_equal(distinct[places[there]], ids[there])
    assert (places[~there] == ABSENT).all()
    assert {array.dtype for array in (distinct, places, count)} == {np.dtype(np.int32)}
