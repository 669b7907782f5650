"""Seeds that are trained in one program: each run is what it is by itself, to rounding, whatever stops it."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import embedlab
from experiments.comparisons.several import told
from experiments.config import Config, Train
from experiments.encoders import Cnn
from experiments.mesh import Mesh
from experiments.runs.run import RunDirectory
from tests.experiments.started import saved, start, wait_for

Inside = Callable[..., tuple[int, str, str]]
DENSE = embedlab.Dense(9, 2)

#: How far numbers lie apart: metrics of vectors, at the fourth digit or so, most.
NEAR = {"rtol": 2e-3, "atol": 2e-4}


def alike(one: Path, other: Path) -> None:
    """Two folders of finished runs: the same lines and summaries, and the same numbers to rounding."""
    lines, wanted = (RunDirectory(folder).metrics() for folder in (one, other))
    assert len(lines) == len(wanted) > 6
    for line, expected in zip(lines, wanted, strict=True):
        assert line.keys() == expected.keys()
        assert (line["step"], line["split"]) == (expected["step"], expected["split"])
        if line["split"] in ("train", "valid", "test"):
            assert line["loss" if "loss" in line else "log_loss"] > 0
            for name in line.keys() & {"loss", "log_loss"}:
                np.testing.assert_allclose(line[name], expected[name], **NEAR)
    summary, expected = (json.loads((folder / "summary.json").read_text()) for folder in (one, other))
    assert summary.keys() == expected.keys()
    for name in ("seed", "steps", "best_step", "stopped_early", "parameters", "constants"):
        assert summary[name] == expected[name]
    predicted, probabilities = (np.load(folder / "predictions.npz") for folder in (one, other))
    for name in predicted.files:
        np.testing.assert_allclose(predicted[name], probabilities[name], **NEAR)
    vectors, expected = (embedlab.load(folder) for folder in (one, other))
    assert vectors.words == expected.words
    np.testing.assert_allclose(vectors.matrix, expected.matrix, **NEAR)


@pytest.fixture
def two(write_config: Callable[..., Path]) -> Path:
    """The config of the finished workdir `comparison`."""
    return write_config("rivals={'small': Hashed(300, 8, buckets=40)}, seeds=(0, 1)")


def test_runs_are_those_of_one_after_the_other(
    comparison: Path, two: Path, inside: Inside, tmp_path: Path
) -> None:
    words = [two, "--baselines", "false", "--seeds_together", "true", "--workdir", tmp_path / "together"]
    status, out, err = inside(*words)
    assert status == 0, err
    assert "one by one" not in out
    begins = [out.index(f"dense · seed {seed}: {what}") for what in ("starts", "trained") for seed in (0, 1)]
    assert begins == sorted(begins)  # both start before one is over
    for run in ("dense/seed-0", "dense/seed-1", "small/seed-0", "small/seed-1"):
        alike(tmp_path / "together" / run, comparison / run)
    for off in ("false", "true"):  # it may change
        status, out, _ = inside(*words[:4], off, *words[5:])
        assert status == 0 and ("finished; nothing to do" in out or off == "false"), out


def test_a_loss_that_is_no_number_is_told_with_its_seed(two: Path, inside: Inside, tmp_path: Path) -> None:
    words = ["--baselines", "false", "--seeds_together", "true", "--train.rate", "1e38", "--workdir"]
    status, _, err = inside(two, *words, tmp_path / "ruined")
    assert status == 1 and "error: dense · seed 0: the training loss became " in err
    faults = [RunDirectory(tmp_path / "ruined" / "dense" / f"seed-{n}").metrics() for n in (0, 1)]
    assert [line["split"] for line in faults[0]] == ["train"] and faults[1] == []


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({}, ""),
        ({"seeds": (0,), "stream": True}, ""),
        ({"seeds_together": False, "stream": True}, ""),
        ({"stream": True}, "stream=true reads the batches of each from disk"),
        ({"encoder": Cnn()}, "encoder.type=cnn has batches of documents of like length"),
        ({"mesh": Mesh(batch=2), "train": Train(batch=8)}, "each is on all 2 devices of the mesh"),
    ],
)
def test_where_they_do_not_fit_it_is_said(more: dict[str, Any], why: str) -> None:
    found = told(Config(DENSE, **{"seeds": (0, 1), "seeds_together": True} | more))
    assert bool(found) == bool(why) and why in found


@pytest.mark.slow
def test_where_they_do_not_fit_they_run_one_by_one(
    comparison: Path, two: Path, inside: Inside, tmp_path: Path
) -> None:
    words = [
        "--baselines",
        "false",
        "--seeds_together",
        "true",
        "--stream",
        "true",
        "--rivals.small.dim",
        "8",
    ]
    status, out, err = inside(two, *words, "--workdir", tmp_path / "streamed")
    assert status == 0, err
    assert out.count("Seeds are trained one by one, for all that seeds_together is true: stream=true") == 1
    assert out.index("dense · seed 0: trained") < out.index("dense · seed 1: starts")
    for run in ("dense/seed-0", "dense/seed-1"):
        for file in ("metrics.jsonl", "predictions.npz"):
            assert (tmp_path / "streamed" / run / file).read_bytes() == (comparison / run / file).read_bytes()


#: What stops them, and of which embedding they are.
QUICK = ["--train.steps", "400", "--train.evaluate_every", "20", "--train.patience", "3"]
SMALL = ["--embedding.type", "hashed", "--embedding.vocabulary", "3200", "--embedding.buckets", "800"]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_killed_ones_go_on(number: int, root: Path, inside: Inside, tmp_path: Path) -> None:
    own = ["--embedding.dim", "16", "--train.rate", "0.1", "--train.checkpoint_seconds", "0.5"]
    words = [root / "configs" / "quickstart.py", *SMALL, *QUICK, *own, "--baselines", "false", "--workdir"]
    assert inside(*words, tmp_path / "one")[0] == 0
    process = start(root, *words, tmp_path / "both", "--seeds_together", "true")
    runs = [Path("hashed") / f"seed-{seed}" for seed in (0, 1, 2)]
    wait_for(process, lambda: all(saved(tmp_path / "both" / run) for run in runs))
    process.send_signal(number)
    _, err = process.communicate(timeout=100)
    assert process.returncode == (-number if number == signal.SIGKILL else 128 + number), err
    steps = [saved(tmp_path / "both" / run)[-1] for run in runs]
    assert len(set(steps)) == 1 or number == signal.SIGKILL
    status, out, err = inside(*words, tmp_path / "both", "--seeds_together", "true")
    assert status == 0, err
    assert all(f"seed {seed}: resumes at step {step}" in out for seed, step in enumerate(steps))
    for run in runs:
        alike(tmp_path / "both" / run, tmp_path / "one" / run)
    ends = {json.loads((tmp_path / "one" / run / "summary.json").read_text())["steps"] for run in runs}
    assert len(ends) > 1  # they stop early, at different steps
