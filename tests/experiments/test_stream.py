"""A set that is read from disk gives what one in memory gives, to the same bits."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import embedlab
from experiments.comparisons import baseline_runs, comparison
from experiments.config import Config, Text, Train
from experiments.data import Csv
from experiments.documents.material import read
from experiments.encoders import Cnn


def config(prose: Path, **fields: object) -> Config:
    start = Config(
        embedlab.Dense(300, 4),
        data=Csv(str(prose)),
        text=Text(max_length=30),
        train=Train(steps=12, evaluate_every=4, batch=16, evaluate_rows=20),
        quality=dataclasses.replace(Config(embedlab.Dense(4, 2)).quality, rows=50),
        seeds=(0,),
    )
    return dataclasses.replace(start, **fields)  # type: ignore[arg-type]


def test_the_same_splits_and_words(prose: Path, tmp_path: Path) -> None:
    held, kept = (read(config(prose, stream=stream), folder=tmp_path) for stream in (False, True))
    assert os.listdir(tmp_path) == []
    assert isinstance(kept.corpus.tokens, np.memmap) and isinstance(held.dataset.texts, tuple)
    assert tuple(kept.dataset.texts) == held.dataset.texts
    np.testing.assert_array_equal(kept.dataset.groups, held.dataset.groups)
    for side in ("train", "valid", "test"):
        np.testing.assert_array_equal(getattr(kept.splits, side), getattr(held.splits, side))
    assert kept.learnt_counts == held.learnt_counts


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param(
            {"rivals": {"sub": embedlab.Subword(300, 4, buckets=200)}, "baselines": True},
            marks=pytest.mark.slow,
        ),
        {"encoder": Cnn(widths=(2, 3), maps=4), "baselines": False},
    ],
    ids=["bag", "by length"],
)
def test_the_same_metrics_to_the_bit(
    prose: Path, tmp_path: Path, fields: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, tests = [], []
    for stream in (False, True):
        workdir = tmp_path / str(stream)
        comparison.run(config(prose, stream=stream, **fields), workdir, Console(quiet=True))
        lines.append((workdir / "metrics.jsonl").read_text())
        summary = json.loads((workdir / "summary.json").read_text())
        tests.append((summary["test"], summary.get("baselines")))
    assert lines[0] == lines[1] and lines[0].count("valid") >= 3
    assert tests[0] == tests[1]


def test_a_sample_of_a_large_set_is_enough_for_tfidf(
    prose: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baseline_runs, "_MOST_READ", 100)
    comparison.run(config(prose, stream=True), tmp_path / "w", Console(quiet=True))
    told = json.loads((tmp_path / "w" / "summary.json").read_text())["baselines"]["tfidf-logistic"]["what"]
    assert "learns from 100 of 36" in told
