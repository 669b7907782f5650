"""The baselines of a comparison, run once."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import embedlab
from experiments.comparisons import baseline_runs
from experiments.comparisons.baseline_runs import run_baselines
from experiments.config import Config
from experiments.data import Csv
from experiments.documents.material import Material, read
from experiments.errors import Mistake, RunFailure
from experiments.reports.progress import progress
from experiments.reports.report import strongest
from experiments.training.lexicon import Lexicon


def fitted(workdir: Path, material: Material) -> tuple[list, str]:
    file = io.StringIO()
    with progress(2, Console(file=file, width=100)) as shown:
        return run_baselines(workdir, material, unused, shown), file.getvalue()


def unused() -> Lexicon:
    raise AssertionError("no bag is to be trained where the encoder is one")


def test_they_are_fitted_once(tmp_path: Path, prose: Path) -> None:
    material = read(Config(embedlab.Dense(300, 8), data=Csv(path=str(prose))))
    (largest, linear), told = fitted(tmp_path, material)
    assert "[2/2] tfidf-logistic: starts" in told
    assert largest.scores.shape == linear.scores.shape == (1, len(material.splits.test))
    assert linear.mean("test", "accuracy") == linear.scores.mean() > largest.scores.mean() + 0.2
    assert largest.mean("parameters") == 0 < linear.mean("parameters")
    assert "Strongest features of the linear baseline (a leak would show here): " in strongest(
        [largest, linear]
    )
    again, told = fitted(tmp_path, material)
    assert told.count("finished before") == 2
    for first, second in zip((largest, linear), again, strict=True):
        np.testing.assert_array_equal(first.scores, second.scores)


def test_texts_that_have_no_word_in_common_are_fitted(tmp_path: Path) -> None:
    rows = [f"w{number},{'xy'[number % 2]}\n" for number in range(200)]
    (tmp_path / "data.csv").write_text("text,label\n" + "".join(rows))
    material = read(Config(embedlab.Dense(300, 8), data=Csv(path=str(tmp_path / "data.csv"))))
    (_, linear), _ = fitted(tmp_path, material)
    assert linear.mean("parameters") > 100  # every word, though each is in one document alone


def test_what_cannot_be_fitted_is_refused(
    tmp_path: Path, prose: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(material: Material) -> None:
        raise ValueError("no word")

    monkeypatch.setattr(baseline_runs, "_linear", refuse)
    material = read(Config(embedlab.Dense(300, 8), data=Csv(path=str(prose))))
    with pytest.raises(Mistake, match=r"tfidf-logistic: no word; .* the same --workdir: --baselines false"):
        fitted(tmp_path, material)


def test_what_memory_is_too_small_for_is_told_with_the_way_on(
    tmp_path: Path, prose: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(material: Material) -> None:
        raise MemoryError("Unable to allocate 8 TiB")

    monkeypatch.setattr(baseline_runs, "_linear", refuse)
    material = read(Config(embedlab.Dense(300, 8), data=Csv(path=str(prose))))
    with pytest.raises(RunFailure, match=r"tfidf-logistic: out of memory \(Unable .*: --baselines false"):
        fitted(tmp_path, material)


def test_without_baselines_there_are_no_features() -> None:
    assert strongest([]) == ""
