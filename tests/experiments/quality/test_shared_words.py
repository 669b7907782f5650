"""Metrics of several embeddings are of the same words."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

import embedlab
from embedlab import quality
from embedlab.text import Vocabulary
from embedlab.vectors import Vectors, save
from experiments.config import Config, Quality
from experiments.data import Dataset, Splits
from experiments.documents.corpus import gathered
from experiments.documents.material import Material
from experiments.errors import RunFailure
from experiments.quality.shared_words import on_shared_words
from experiments.runs.layout import Run
from experiments.runs.run import RunDirectory

DOCUMENTS = [["array", "arrays", "shape"] * 3 + [f"word{n}" for n in range(k)] for k in (20, 40, 40)]
WORDS = Vocabulary.build(DOCUMENTS[:2]).words[2:]


@pytest.fixture
def material() -> Material:
    rows = np.arange(3, dtype=np.int32)
    dataset = Dataset("three", ("a", "b", "c"), rows % 2, ("even", "odd"), rows)
    config = Config(embedlab.Dense(50, 4), quality=Quality(rows=30, neighbours=3))
    return Material(config, dataset, Splits(rows[:2], rows[2:], rows[2:]), gathered(DOCUMENTS))


def run(folder: Path, words: tuple[str, ...], matrix: np.ndarray) -> RunDirectory:
    save(folder / "vectors", Vectors(words, matrix))
    (folder / "summary.json").write_text("{}")
    return RunDirectory(folder)


def table(seed: int, rows: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, 4)).astype(np.float32)


@pytest.mark.slow
def test_a_larger_vocabulary_is_measured_on_the_words_of_the_smallest(
    material: Material, tmp_path: Path
) -> None:
    full = table(0, len(WORDS))
    runs = {
        Run("dense", 0): run(tmp_path / "a", WORDS, full),
        Run("cut", 0): run(tmp_path / "b", WORDS[:10], full[:10]),
    }
    found = on_shared_words(runs, material)
    assert (found.words, found.sample) == (10, 10)
    assert found.metrics[Run("dense", 0)] == found.metrics[Run("cut", 0)]
    own = quality.summary(full[:10], k=3)
    assert found.metrics[Run("dense", 0)]["effective_rank"] == pytest.approx(own["effective_rank"])
    assert {"norm_frequency_correlation", "alignment"} <= set(found.metrics[Run("cut", 0)])
    assert "silhouette" not in found.metrics[Run("cut", 0)], "these ten are of one kind"
    assert "neighbour_overlap_seeds" not in found.metrics[Run("cut", 0)]


def test_words_of_two_kinds_have_a_silhouette(material: Material, tmp_path: Path) -> None:
    sides = [[f"{side}{n}" for n in range(6)] for side in ("left", "right")]
    two = dataclasses.replace(material, corpus=gathered([sides[0] * 3, sides[1] * 3, sides[0]]))
    words = Vocabulary.build(sides).words[2:]
    apart = table(0, len(words)) + [[9 if word.startswith("left") else -9] for word in words]
    found = on_shared_words({Run("dense", 0): run(tmp_path, words, apart.astype(np.float32))}, two)
    assert found.metrics[Run("dense", 0)]["silhouette"] > 0.5


@pytest.mark.slow
def test_at_most_so_many_words_are_taken_evenly(material: Material, tmp_path: Path) -> None:
    full = table(0, len(WORDS))
    found = on_shared_words({Run("dense", 0): run(tmp_path, WORDS, full)}, material)
    assert (found.words, found.sample) == (len(WORDS), 30)
    even = full[np.arange(30) * len(WORDS) // 30]
    assert found.metrics[Run("dense", 0)]["hubness"] == pytest.approx(quality.summary(even, k=3)["hubness"])


def test_seeds_are_compared_with_each_other(material: Material, tmp_path: Path) -> None:
    tables = [table(0, 30), table(1, 30), -2 * table(0, 30)]  # the third has the first's neighbours
    runs = {
        Run("dense", seed): run(tmp_path / str(seed), WORDS[:30], each) for seed, each in enumerate(tables)
    }
    found = on_shared_words(runs, material)
    between = float(quality.neighbour_overlap(tables[0], tables[1], k=3))
    overlaps = [found.metrics[Run("dense", seed)]["neighbour_overlap_seeds"] for seed in range(3)]
    assert overlaps == pytest.approx([(between + 1) / 2, between, (between + 1) / 2])
    assert found.mean("dense")["neighbour_overlap_seeds"] == pytest.approx(np.mean(overlaps))


@pytest.mark.slow
def test_folds_are_not_taken_for_seeds(material: Material, tmp_path: Path) -> None:
    runs = {
        Run("dense", seed, fold): run(
            tmp_path / f"{seed}{fold}", WORDS[fold:30], table(seed + 2 * fold, 30 - fold)
        )
        for fold in (0, 1)
        for seed in (0, 1)
    }
    found = on_shared_words(runs, material)
    assert found.words == 29  # the first fold has one more
    tables = [table(0, 30)[1:], table(1, 30)[1:], table(2, 29), table(3, 29)]
    within = [float(quality.neighbour_overlap(tables[k], tables[k + 1], k=3)) for k in (0, 2)]
    overlaps = [found.metrics[each]["neighbour_overlap_seeds"] for each in runs]
    assert overlaps == pytest.approx([within[0]] * 2 + [within[1]] * 2)
    assert found.mean("dense", 1)["neighbour_overlap_seeds"] == pytest.approx(np.mean(within))


def test_vectors_that_are_gone_are_named(material: Material, tmp_path: Path) -> None:
    directory = run(tmp_path, WORDS, table(0, len(WORDS)))
    (tmp_path / "vectors" / "vectors.npy").unlink()
    with pytest.raises(RunFailure, match=r"vectors of a finished run can't be read .* written anew"):
        on_shared_words({Run("dense", 0): directory}, material)
