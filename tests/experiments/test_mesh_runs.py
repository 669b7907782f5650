"""The real program on a mesh, and the same on one device: tasks, pairs, folds, streams, encoders; and on."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.experiments.test_mesh import result, start

Run = Callable[..., tuple[int, str, str]]
MESH = ("--mesh.batch=2", "--mesh.rows=4")
COMMON = ("--train.update=sparse", "--train.evaluate_every=4", "--baselines=false")
FEW = "--train.steps=12"


@pytest.fixture(scope="module")
def flags(prose: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What is beside the common flags, by name: documentation strings, and what can be told of them."""
    folder = tmp_path_factory.mktemp("told")
    with prose.open(encoding="utf-8", newline="") as file:
        rows = [(row["text"], row["label"]) for row in csv.DictReader(file)]
    _write(
        folder / "labels.jsonl", [{"text": text, "label": _labels(text, package)} for text, package in rows]
    )
    _write(folder / "values.jsonl", [{"text": text, "label": np.log1p(len(text))} for text, _ in rows])
    halves = [(text[: len(text) // 2], text[len(text) // 2 :]) for text, _ in rows]
    seconds = [halves[(place * (1 + place % 2)) % len(halves)][1] for place in range(len(halves))]
    pairs = zip(halves, seconds, strict=True)
    _write(
        folder / "pairs.jsonl",
        [{"one": one, "two": two, "label": "same" if two == own else "other"} for (one, own), two in pairs],
    )

    def of(name: str) -> list[str]:
        return ["--data.type=jsonl", f"--data.path={folder / name}.jsonl"]

    learned = ["--encoder.type=transformer", "--encoder.heads=2", "--encoder.positions.type=learned"]
    return {
        "labels": [*of("labels"), "--task.type=labels", "--encoder.type=rnn", "--encoder.hidden=4"],
        "value, folds": [*of("values"), "--task.type=value", "--folds=2"],
        "pairs": [*of("pairs"), "--data.text=one", "--data.second=two", *learned],
        "cnn": ["--encoder.type=cnn", "--encoder.maps=4"],
        "vectors": [
            "--vectors=glove-6b-50d",
            "--transfer.mode=multichannel",
            "--transfer.freeze_pretrained=true",
        ],
        "stream": ["--encoder.type=cnn", "--encoder.maps=4", "--stream=true"],
    }


def _labels(text: str, package: str) -> list[str]:
    return [package] * (package != "rich") + [name for name in ("Returns", "Args") if name in text]


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def lines(workdir: Path) -> dict[tuple[str, int, str], dict[str, float]]:
    """All metrics of a workdir, by run, step and split."""
    found = {}
    for run in sorted(path.parent for path in workdir.rglob("checkpoints")):
        for line in map(json.loads, (run / "metrics.jsonl").read_text().splitlines()):
            key = (str(run.relative_to(workdir)), line.pop("step"), line.pop("split"))
            assert key not in found
            found[key] = line
    return found


def require_alike(one: Path, other: Path) -> None:
    """Losses and probabilities within the tolerance that the documentation states."""
    found, others = lines(one), lines(other)
    assert found.keys() == others.keys() and len(found) >= 9
    for key, metrics in found.items():
        assert metrics.keys() == others[key].keys()
        if "loss" in metrics:
            assert others[key]["loss"] == pytest.approx(metrics["loss"], abs=1e-5), key
    for path in one.rglob("predictions.npz"):
        with np.load(path) as stored, np.load(other / path.relative_to(one)) as others_stored:
            for side in ("valid", "test"):
                np.testing.assert_allclose(others_stored[side], stored[side], atol=1e-5)


@pytest.mark.slow
def test_each_task_and_encoder(flags: dict[str, list[str]], small: Path, inside: Run, tmp_path: Path) -> None:
    commands = {
        name: [str(small), *COMMON, FEW, *given, "--workdir", str(tmp_path / f"{name} meshed"), *MESH]
        for name, given in flags.items()
    }
    statuses, _ = result(start("programs", *map(json.dumps, commands.values())))
    assert statuses == [0] * len(flags)
    for name, given in flags.items():
        if name != "stream":
            alone = tmp_path / f"{name} alone"
            assert inside(small, *COMMON, FEW, *given, "--workdir", alone)[0] == 0
            require_alike(alone, tmp_path / f"{name} meshed")
    require_goes_on(small, flags["pairs"], inside, tmp_path / "pairs alone", tmp_path / "pairs meshed")
    # What is read while the devices work is what lies in memory: the same bits.
    assert lines(tmp_path / "stream meshed") == lines(tmp_path / "cnn meshed")


def require_goes_on(small: Path, given: list[str], inside: Run, alone: Path, meshed: Path) -> None:
    """A run takes more steps on fewer devices, and more again on one, as one that never saw a mesh."""
    more = [str(small), *COMMON, *given, "--train.steps=16", "--workdir", str(meshed), "--mesh.rows=2"]
    statuses, out = result(start("programs", json.dumps(more), devices=2))
    assert statuses == [0]
    assert "over 2 devices (1 × 2) in place of 8 (2 × 4)" in " ".join(out.split())
    for workdir in (alone, meshed):
        assert inside(small, *COMMON, *given, "--train.steps=20", "--workdir", workdir)[0] == 0
    require_alike(alone, meshed)
    assert max(step for _, step, _ in lines(meshed)) == 20
