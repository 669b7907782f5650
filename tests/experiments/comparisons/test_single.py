"""One run: what it writes, in which order, and that it goes on after whatever stopped it."""

from __future__ import annotations

import dataclasses
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import embedlab
from experiments.comparisons import single
from experiments.comparisons.single import Prepared, prepare, run_one
from experiments.config import Config, Quality, Text, Train
from experiments.data import Csv
from experiments.documents.material import read
from experiments.reports.progress import progress
from experiments.runs.run import RunDirectory
from experiments.training.lexicon import lexicon


@pytest.fixture(scope="module")
def prepared(prose: Path) -> Prepared:
    config = Config(
        embedlab.Hashed(100, 4, buckets=30),
        data=Csv(path=str(prose)),
        text=Text(max_length=8),
        train=Train(steps=4, evaluate_every=2, batch=16),
        quality=Quality(rows=40, every=1),
    )
    material = read(config)
    return prepare(lexicon(config.embedding, material, "embedding"), material)


def go(folder: Path, prepared: Prepared) -> tuple[dict[str, Any], str]:
    directory, file = RunDirectory(folder), io.StringIO()
    directory.path.mkdir(exist_ok=True)
    with progress(1, Console(file=file, width=100)) as shown:
        return run_one(directory, prepared, "hashed", 5, shown), file.getvalue()


def lines(folder: Path) -> list[tuple[int, str]]:
    return [(x["step"], x["split"]) for x in map(json.loads, (folder / "metrics.jsonl").open())]


def test_what_a_run_writes(prepared: Prepared, tmp_path: Path) -> None:
    summary, told = go(tmp_path, prepared)
    assert "[1/1] hashed · seed 5: starts, 4 steps at most" in told and "test accuracy" in told
    losses = r"loss \d\.\d{3}, valid loss \d\.\d{3}, valid accuracy 0\.\d{3}, [\d.]+ [kM]? ?tokens/s\n"
    assert re.search(rf"\[1/1\] hashed · seed 5: trained, step 4/4, {losses}", told), told
    assert json.loads((tmp_path / "summary.json").read_text()) == summary
    assert (summary["seed"], summary["steps"], summary["parameters"]) == (5, 4, 120)
    assert summary["encoder_parameters"] == 4 * 3 + 3
    each = [(step, split) for step in (2, 4) for split in ("train", "valid", "embedding")]
    assert lines(tmp_path) == [*each, (summary["best_step"], "test"), (summary["best_step"], "final")]
    assert len(embedlab.load(tmp_path)) == 98
    tokens = [word for doc in prepared.material.side(prepared.material.splits.test) for word in doc]
    known = [word in prepared.lexicon.vocabulary for word in tokens]
    assert summary["embedding"]["coverage_by_token"] == pytest.approx(sum(known) / len(known))


@pytest.mark.parametrize(("every", "looks"), [(0, []), (2, [4]), (5, [])])
def test_the_embedding_is_looked_at_now_and_then(
    prepared: Prepared, tmp_path: Path, every: int, looks: list[int]
) -> None:
    material = prepared.material
    own = dataclasses.replace(material.config, quality=Quality(rows=40, every=every))
    seldom = dataclasses.replace(prepared, material=dataclasses.replace(material, config=own))
    summary, _ = go(tmp_path, seldom)
    assert [step for step, split in lines(tmp_path) if split == "embedding"] == looks
    assert summary["embedding"]["effective_rank"] > 1  # at the end in any case


@pytest.mark.parametrize("name", ["save_predictions", "save_vectors", "_sizes"])
def test_a_stop_after_training_costs_no_training(
    prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    whole, _ = go(tmp_path / "whole", prepared)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(single, name, stop)
        go(tmp_path / "run", prepared)
    steps: list[int] = []
    monkeypatch.setattr(single._Log, "evaluation", lambda self, step, *_: steps.append(step))
    rest, told = go(tmp_path / "run", prepared)
    assert steps == [] and "resumes at step 4" in told and "trained" not in told
    for part in ("test", "valid", "embedding", "best_step"):
        assert rest[part] == whole[part]
    assert lines(tmp_path / "run") == lines(tmp_path / "whole")
    vectors = [(tmp_path / run / "vectors" / "vectors.npy").read_bytes() for run in ("run", "whole")]
    assert vectors[0] == vectors[1]
