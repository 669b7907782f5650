"""Folds as one: metrics of all predictions at once, means of the rest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments.reports.pooled import pooled
from experiments.runs.outcome import Outcome, save_predictions, scores
from experiments.runs.run import RunDirectory
from experiments.tasks import Classes

LABELS = [np.array([0, 1, 1, 0]), np.array([1, 1])]


def part(folder: Path, fold: int, seeds: int = 2) -> Outcome:
    rng = np.random.default_rng(fold)
    summaries, directories = [], []
    for seed in range(seeds):
        directory = RunDirectory(folder / f"{fold}-{seed}")
        directory.path.mkdir()
        predicted = rng.dirichlet([1, 1], len(LABELS[fold])).astype(np.float32)
        save_predictions(directory, test=predicted)
        test = Classes().metrics(predicted, LABELS[fold]) | {"rows_rare": 2 + fold}
        seconds = {"train": 1.0 + 2 * fold, "save": 1.0}
        summaries.append(
            {"seed": seed, "test": test, "parameters": 8, "seconds": seconds, "C": fold, "x": [fold]}
        )
        directories.append(directory)
    found = np.stack([scores(directory, Classes(), LABELS[fold]) for directory in directories])
    return Outcome("dense", found, summaries, tuple(directories), fold)


def test_metrics_are_of_all_predictions_at_once(tmp_path: Path) -> None:
    parts = [part(tmp_path, fold) for fold in (0, 1)]
    found = pooled(parts, LABELS, Classes())
    assert found.fold is None and found.parts == tuple(parts)
    np.testing.assert_array_equal(found.scores, np.hstack([each.scores for each in parts]))
    for seed, summary in enumerate(found.summaries):
        files = [np.load(tmp_path / f"{fold}-{seed}" / "predictions.npz")["test"] for fold in (0, 1)]
        expected = Classes().metrics(np.concatenate(files), np.concatenate(LABELS))
        assert {name: summary["test"][name] for name in expected} == expected
        assert summary["test"]["accuracy"] == found.scores[seed].mean()
        means = [each.summaries[seed]["test"]["macro_f1"] for each in parts]
        assert summary["test"]["macro_f1"] != pytest.approx(np.mean(means))


def test_the_rest_is_a_mean_over_folds(tmp_path: Path) -> None:
    summary = pooled([part(tmp_path, fold) for fold in (0, 1)], LABELS, Classes()).summaries[1]
    assert summary["seconds"] == {"train": 2.0, "save": 1.0}
    assert (summary["seed"], summary["parameters"], summary["test"]["rows_rare"]) == (1, 8, 2.5)
    assert "x" not in summary


def test_folds_are_told_apart(tmp_path: Path) -> None:
    parts = [part(tmp_path, fold) for fold in (0, 1)]
    found = pooled(parts, LABELS, Classes())
    assert found.by_fold == tuple(float(each.scores.mean()) for each in parts)
    assert [(fold, summary["seed"], directory.path.name) for fold, summary, directory in found.runs()] == [
        (fold, seed, f"{fold}-{seed}") for fold in (0, 1) for seed in (0, 1)
    ]
    assert len(found.of_each_run) == 4


def test_one_split_stays_as_it_is(tmp_path: Path) -> None:
    only = Outcome("dense", np.ones((1, 4)), [{"test": {}}])
    assert pooled([only], LABELS[:1], Classes()) is only and only.by_fold == ()
