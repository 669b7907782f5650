"""Isotropy against all pairs and against NumPy's eigenvectors."""

from __future__ import annotations

import numpy as np
import pytest

from embedlab.quality import mean_cosine, partition_isotropy


def slow_partition(vectors: np.ndarray) -> float:
    wide = vectors.astype(np.float64)
    directions = np.linalg.eigh(wide.T @ wide)[1].T
    z = [np.exp(sign * wide @ c).sum() for c in directions for sign in (1, -1)]
    return min(z) / max(z)


def slow_cosine(vectors: np.ndarray) -> float:
    wide = vectors.astype(np.float64)
    units = wide / np.linalg.norm(wide, axis=1, keepdims=True)
    cosines = units @ units.T
    return float(cosines[~np.eye(len(wide), dtype=bool)].mean())


def test_partition_equals_numpy(table: np.ndarray) -> None:
    assert float(partition_isotropy(table)) == pytest.approx(slow_partition(table), rel=2e-4)


def test_partition_does_not_depend_on_the_sign_of_eigenvectors(table: np.ndarray) -> None:
    assert float(partition_isotropy(-table)) == pytest.approx(float(partition_isotropy(table)), rel=2e-5)


def test_all_but_the_top_makes_glove_more_isotropic(glove: np.ndarray) -> None:
    """The finding of the paper: removing the mean and the top components raises isotropy."""
    centred = glove - glove.mean(0)
    top = np.linalg.svd(centred, full_matrices=False)[2][:1]
    after = centred - centred @ top.T @ top
    assert float(partition_isotropy(glove)) < 0.2 < float(partition_isotropy(after))


def test_mean_cosine_equals_all_pairs(table: np.ndarray) -> None:
    assert float(mean_cosine(table)) == pytest.approx(slow_cosine(table), abs=2e-6)


def test_zero_rows_are_left_out(normal: np.ndarray) -> None:
    padded = normal + 1
    padded[:50] = 0
    expected = slow_cosine(padded[50:])
    assert expected > 0.3
    assert float(mean_cosine(padded)) == pytest.approx(expected, abs=1e-6)


def test_mean_cosine_of_one_row_that_is_not_zero() -> None:
    assert float(mean_cosine(np.float32([[0, 0], [1, 2], [0, 0]]))) == 0
