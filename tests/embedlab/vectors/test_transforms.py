"""Transforms against scikit-learn, and by what they are for, on real vectors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.decomposition import PCA

from embedlab import quality
from embedlab.vectors import read
from embedlab.vectors.transforms import AllButTheTop, Normalise, Pca, Transform, Truncate


@pytest.fixture(scope="module")
def glove() -> np.ndarray:
    return read("glove-6b-50d", limit=4000).matrix


@pytest.mark.parametrize("whiten", [False, True])
def test_components_are_those_of_scikit_learn(glove: np.ndarray, whiten: bool) -> None:
    found = Pca(10, whiten)(glove)
    wanted = PCA(10, whiten=whiten, svd_solver="full").fit_transform(glove.astype(np.float64))
    signs = np.sign((found * wanted).sum(0))
    np.testing.assert_allclose(found, wanted * signs, atol=2e-3)
    assert found.dtype == np.float32 and found.shape == (4000, 10)
    if whiten:
        np.testing.assert_allclose(np.cov(found.T), np.eye(10), atol=1e-3)


def test_the_shared_part_is_taken_off(glove: np.ndarray) -> None:
    found = AllButTheTop(2)(glove)
    assert found.shape == glove.shape
    _, wanted = np.linalg.eigh(np.cov(glove.T.astype(np.float64)))
    np.testing.assert_allclose(found @ wanted[:, -2:], 0, atol=1e-3)
    np.testing.assert_allclose(found.mean(0), 0, atol=1e-4)
    # What it is for: vectors no longer point one way.
    assert quality.partition_isotropy(found) > quality.partition_isotropy(glove) + 0.2
    assert abs(float(quality.mean_cosine(found))) < abs(float(quality.mean_cosine(glove))) / 5
    # Of 50 numbers, dim / 100 rounds to no direction: one goes all the same; of 300 three do.
    np.testing.assert_array_equal(AllButTheTop()(glove), AllButTheTop(1)(glove))
    assert np.abs(AllButTheTop()(glove) @ wanted[:, -1]).max() < 1e-3
    wide = np.random.default_rng(0).normal(size=(400, 300))
    np.testing.assert_array_equal(AllButTheTop()(wide), AllButTheTop(3)(wide))


def test_unit_vectors_and_first_columns(glove: np.ndarray) -> None:
    np.testing.assert_allclose(np.linalg.norm(Normalise()(glove), axis=1), 1, rtol=1e-5)
    centred = Normalise(centre=True)(glove)
    np.testing.assert_allclose(np.linalg.norm(centred, axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(Truncate(7)(glove), glove[:, :7])
    assert not np.allclose(centred, Normalise()(glove))


@pytest.mark.parametrize("transform", [Truncate(3), Normalise(), Pca(3), Pca(2, True), AllButTheTop(1)])
def test_every_transform_keeps_rows_and_type(transform: Any) -> None:
    assert isinstance(transform, Transform) and hash(transform) == hash(type(transform)(**vars(transform)))
    for dtype in (np.float16, np.float32, np.float64):
        table = np.random.default_rng(0).normal(size=(30, 5)).astype(dtype)
        found = transform(table)
        assert len(found) == 30 and found.dtype == dtype and np.isfinite(found).all()
        np.testing.assert_array_equal(found, transform(table.copy()))


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda t: Truncate(0)(t), "dim=0: give a whole number of at least 1"),
        (lambda t: Truncate(6)(t), "dim=6: the vectors have 5 numbers"),
        (lambda t: Pca(6)(t), "dim=6: the vectors have 5 numbers"),
        (lambda t: Pca(2, True)(np.outer(np.arange(9.0), np.ones(5))), "dim=2: direction 2 has no variance"),
        (lambda t: Pca(5)(t[:5]), "dim=5: direction 5 has no variance in 5 vectors; give a smaller dim"),
        (lambda t: AllButTheTop(5)(t), "components=5: give fewer than the 5"),
        (lambda t: AllButTheTop(-1)(t), "components=-1"),
        (lambda t: Normalise(1)(t), "centre=1: give True or False"),
    ],
)
def test_what_can_not_be_done(make: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        make(np.random.default_rng(0).normal(size=(9, 5)))
