"""What the summary of one run alone says of the baselines beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from experiments.documents.material import read
from experiments.reports.bootstrap import Interval, paired_difference
from experiments.settings import codec

Inside = Callable[..., tuple[int, str, str]]


def test_a_run_alone_is_held_against_the_baselines(inside: Inside, small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "w"
    status, out, err = inside(small, "--workdir", folder)
    assert status == 0, err
    summary = json.loads((folder / "summary.json").read_text())
    assert {"seed", "test", "valid", "best_step", "seconds", "classes"} <= set(summary)  # it is the run's own
    assert list(summary["baselines"]) == ["majority", "tfidf-logistic"]  # the run is a bag itself
    material = read(codec.decode(json.loads((folder / "config.json").read_text())))
    test = material.splits.test

    def scores(place: str) -> np.ndarray:
        predicted = np.load(folder / place / "predictions.npz")["test"]
        return (predicted.argmax(1) == material.dataset.labels[test])[None].astype(float)

    found = summary["paired"]["dense"]["tfidf-logistic"]
    groups = material.dataset.groups[test]
    expected = paired_difference(scores("."), scores("baselines/tfidf-logistic"), groups)
    assert Interval(found["difference"], found["low"], found["high"]) == expected
    assert found["mcnemar"]["first"] - found["mcnemar"]["second"] == pytest.approx(expected.mean * len(test))
    assert summary["verdict"] in " ".join((folder / "table.md").read_text().split())
    assert "folds" not in summary
    assert "vs dense" in out and "the baseline tfidf-logistic is" in " ".join(out.split())
    before = (folder / "summary.json").read_bytes()
    assert inside(small, "--workdir", folder)[0] == 0 and (folder / "summary.json").read_bytes() == before


def test_a_run_alone_without_baselines_has_no_pairs(inside: Inside, small: Path, tmp_path: Path) -> None:
    words = ["--baselines", "false", "--train.steps", "10"]
    assert inside(small, "--workdir", tmp_path / "w", *words)[0] == 0
    summary = json.loads((tmp_path / "w" / "summary.json").read_text())
    assert summary["paired"] == summary["baselines"] == {}
    assert summary["verdict"].startswith("dense gets")
