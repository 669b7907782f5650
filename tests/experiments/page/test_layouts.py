"""Words in the plane."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from experiments.errors import Mistake
from experiments.page import layouts
from experiments.page.packed import coordinates


def silent(done: int, whole: int) -> None:
    pass


def test_pca_is_that_of_the_singular_values() -> None:
    rows = np.random.default_rng(0).normal(size=(200, 7)) * np.arange(7, 0, -1)
    left, values, _ = np.linalg.svd(rows - rows.mean(0), full_matrices=False)
    found = layouts.pca(rows, 2)
    np.testing.assert_allclose(np.abs(found), np.abs(left[:, :2] * values[:2]), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("sample", "steps"), [(10_000, 750), (45, 1000)])
def test_tsne_keeps_groups_together_and_says_how_far_it_is(
    sample: int, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("experiments.page.sampled.SAMPLE", sample)  # 15 of 60 are placed among the others
    draw = np.random.default_rng(0)
    rows = np.repeat(10 * draw.normal(size=(3, 60)), 20, axis=0) + draw.normal(size=(60, 60))
    told: list[tuple[int, int]] = []
    places = layouts.lay_out(rows, "tsne", seed=0, tell=lambda done, whole: told.append((done, whole)))
    assert told[0] == (0, steps) and told[-1] == (steps, steps) and np.isfinite(places).all()
    groups = places.reshape(3, 20, 2)
    apart = np.linalg.norm(groups.mean(1)[:, None] - groups.mean(1)[None], axis=-1)[
        np.triu_indices(3, 1)
    ].min()
    assert apart > 2 * np.linalg.norm(groups - groups.mean(1, keepdims=True), axis=-1).mean()


@pytest.mark.parametrize("sample", [10_000, 30])
def test_umap_where_it_is_installed(
    sample: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("experiments.page.sampled.SAMPLE", sample)
    if importlib.util.find_spec("umap") is None:
        with pytest.raises(
            Mistake, match=r"needs umap, which is not installed; pip install 'embedlab\[umap\]'"
        ):
            layouts.require_layout("umap")
        return
    draw = np.random.default_rng(0)
    rows = np.repeat(30 * draw.normal(size=(2, 6)), 20, axis=0) + draw.normal(size=(40, 6))  # wide apart
    places, again = (layouts.lay_out(rows, "umap", seed=0, tell=silent) for _ in range(2))
    assert places.shape == (40, 2) and np.isfinite(places).all()
    assert places.tobytes() == again.tobytes() and capsys.readouterr().out == ""


@pytest.mark.parametrize("shape", [(1, 1), (1, 3), (2, 1), (4, 2), (9, 1), (9, 60)])
@pytest.mark.parametrize("layout", ["pca", "tsne"])
def test_the_smallest_tables(shape: tuple[int, int], layout: str) -> None:
    places = layouts.lay_out(np.ones(shape, np.float32), layout, seed=0, tell=silent)
    assert places.shape == (shape[0], 2) and np.isfinite(places).all()
    assert coordinates(places).tolist() == [[0, 0]] * shape[0]


def test_tsne_of_a_single_number() -> None:
    places = layouts.lay_out(np.arange(12, dtype=np.float32)[:, None] ** 2, "tsne", seed=0, tell=silent)
    assert len(np.unique(places, axis=0)) == 12 and np.isfinite(places).all()
