"""Hubness against brute force, scikit-learn and SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from embedlab.quality import hubness, k_occurrence


def slow_occurrence(vectors: np.ndarray, k: int) -> np.ndarray:
    wide = vectors.astype(np.float64)
    units = wide / np.linalg.norm(wide, axis=1, keepdims=True)
    scores = units @ units.T
    np.fill_diagonal(scores, -np.inf)
    nearest = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return np.bincount(nearest.ravel(), minlength=len(wide))


@pytest.mark.parametrize("k", [1, 10])
def test_occurrence_equals_brute_force(table: np.ndarray, k: int) -> None:
    found, expected = np.asarray(k_occurrence(table, k)), slow_occurrence(table, k)
    assert found.sum() == k * len(table)
    assert np.abs(found - expected).sum() <= 2  # a near tie may fall the other way in float32


def test_occurrence_equals_scikit_learn(glove: np.ndarray) -> None:
    sklearn = pytest.importorskip("sklearn.neighbors")
    model = sklearn.NearestNeighbors(n_neighbors=10, metric="cosine").fit(glove.astype(np.float64))
    expected = np.bincount(model.kneighbors(return_distance=False).ravel(), minlength=len(glove))
    assert np.abs(np.asarray(k_occurrence(glove, 10)) - expected).sum() <= 2


def test_hubness_equals_scipy(table: np.ndarray) -> None:
    expected = stats.skew(slow_occurrence(table, 10))
    assert float(hubness(table, 10)) == pytest.approx(expected, abs=2e-3)


def test_more_dimensions_more_hubs() -> None:
    """The finding of the paper, on independent uniform components."""
    rng = np.random.default_rng(7)
    low, high = (rng.random((1000, dim), np.float32) for dim in (3, 100))
    assert float(hubness(low)) < 1 < 2 < float(hubness(high))


def test_zero_rows_are_no_hubs(normal: np.ndarray) -> None:
    padded = normal.copy()
    padded[:100] = 0
    occurrence, expected = np.asarray(k_occurrence(padded, 10)), slow_occurrence(normal[100:], 10)
    assert occurrence[:100].sum() == 0
    assert (occurrence[100:] == expected).all()
    assert float(hubness(padded, 10)) == pytest.approx(stats.skew(expected), abs=1e-5)


def test_rows_that_are_not_finite_are_no_hubs(normal: np.ndarray) -> None:
    broken = normal.copy()
    broken[5] = np.nan
    occurrence = np.asarray(k_occurrence(broken, 10))
    assert occurrence[5] == 0 and occurrence.sum() == 10 * 299


def test_all_alike() -> None:
    ring = np.stack([np.cos(np.arange(8) * np.pi / 4), np.sin(np.arange(8) * np.pi / 4)], 1)
    assert float(hubness(ring.astype(np.float32), 7)) == 0  # each row is a neighbour of all others


def test_k_above_the_rows_is_refused(normal: np.ndarray) -> None:
    with pytest.raises(ValueError, match="k=300: give at most 299"):
        hubness(normal, 300)
