"""Uniformity and alignment against all pairs in float64."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.spatial.distance import pdist

from embedlab.quality import alignment, uniformity


def unit(vectors: np.ndarray) -> np.ndarray:
    wide = vectors.astype(np.float64)
    return wide / np.linalg.norm(wide, axis=1, keepdims=True)


def slow_uniformity(vectors: np.ndarray, t: float) -> float:
    return float(np.log(np.exp(-t * pdist(unit(vectors), "sqeuclidean")).mean()))


@pytest.mark.parametrize("t", [0.5, 2.0, 10.0])
def test_uniformity_equals_all_pairs(table: np.ndarray, t: float) -> None:
    assert float(uniformity(table, t)) == pytest.approx(slow_uniformity(table, t), rel=1e-5, abs=1e-5)


def test_no_underflow() -> None:
    two = np.float32([[1, 0], [-1, 0]])
    assert float(uniformity(two, t=100.0)) == pytest.approx(-400)  # exp(−400) is 0 in float32


def test_zero_rows_are_left_out(normal: np.ndarray) -> None:
    padded = normal.copy()
    padded[240:] = 0
    assert float(uniformity(padded)) == pytest.approx(slow_uniformity(normal[:240], 2), abs=1e-5)


@pytest.mark.parametrize("alpha", [1.0, 2.0, 3.0])
def test_alignment_equals_numpy(table: np.ndarray, alpha: float) -> None:
    other = table + np.random.default_rng(8).normal(0, 0.5, table.shape).astype(np.float32)
    expected = (np.linalg.norm(unit(table) - unit(other), axis=1) ** alpha).mean()
    assert float(alignment(jnp.asarray(table), jnp.asarray(other), alpha)) == pytest.approx(
        expected, rel=1e-5
    )


def test_alignment_leaves_out_pairs_with_a_zero_vector() -> None:
    x, y = jnp.array([[1.0, 0], [0, 0], [0, 1]]), jnp.array([[0, 1.0], [1, 0], [0, 0]])
    assert float(alignment(x, y)) == pytest.approx(2)


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_bad_exponents_are_refused(bad: float, normal: np.ndarray) -> None:
    with pytest.raises(ValueError, match="t="):
        uniformity(normal, bad)
    with pytest.raises(ValueError, match="alpha="):
        alignment(normal, normal, bad)
