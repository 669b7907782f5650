"""Event files and folders for the Projector, of real runs, read back: what is in them, and nothing twice."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import embedlab
from experiments.runs.run import RunDirectory
from tests.experiments.started import saved, start, wait_for
from tests.experiments.tracking.events import events, scalars

Inside = Callable[..., tuple[int, str, str]]


def expected(run: Path) -> list[tuple[int, str, float]]:
    """What `metrics.jsonl` has, as an event file holds it: in 32 bits."""
    return [
        (line["step"], f"{line['split']}/{name}", float(np.float32(value)))
        for line in RunDirectory(run).metrics()
        for name, value in line.items()
        if name not in ("step", "split")
    ]


def shows(folder: Path, run: Path) -> None:
    """The Projector's files are the words and vectors of a run."""
    vectors = embedlab.load(run)
    matrix = np.loadtxt(folder / "vectors.tsv", np.float32, delimiter="\t", comments=None)
    assert tuple((folder / "metadata.tsv").read_text("utf-8").splitlines()) == tuple(vectors.words)
    assert np.array_equal(matrix, vectors.matrix)


@pytest.mark.parametrize("seed", [0, 1])
def test_every_number_of_a_run_is_an_event(tracked: Path, seed: int) -> None:
    name = f"dense/seed-{seed}"
    found = scalars(tracked / "tensorboard" / name)
    assert found == expected(tracked / name)
    assert {tag.partition("/")[0] for _, tag, _ in found} == {"train", "valid", "embedding", "test", "final"}


def test_the_config_is_shown(tracked: Path) -> None:
    texts = [
        value.tensor.string_val[0].decode()
        for event in events(tracked / "tensorboard/dense/seed-1")
        for value in event.summary.value
        if value.tag.startswith("config")
    ]
    assert len(texts) == 1 and '     "seeds": [' in texts[0]


def test_the_projector_has_the_words(tracked: Path) -> None:
    folder = tracked / "tensorboard/dense/seed-0"
    shows(folder, tracked / "dense/seed-0")
    assert 'tensor_path: "vectors.tsv"' in (folder / "projector_config.pbtxt").read_text()


def test_more_steps_go_on_and_stand_once(tracked: Path, small: Path, inside: Inside, tmp_path: Path) -> None:
    workdir = tmp_path / "w"
    shutil.copytree(tracked, workdir)
    config = json.loads((workdir / "config.json").read_text())
    seeds = ["--seeds", "0,1", "--baselines", "false", "--data.path", config["data"]["path"]]
    status, out, err = inside(small, "--workdir", workdir, *seeds, "--train.steps", 30, "--tensorboard")
    assert status == 0 and "resumes at step 20" in out, out + err
    found = scalars(workdir / "tensorboard/dense/seed-0")
    assert found == expected(workdir / "dense/seed-0")
    assert len({each[:2] for each in found}) == len(found)
    assert {step for step, name, _ in found if name == "train/loss"} == {10, 20, 30}


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_in_a_folder_elsewhere(
    root: Path, small: Path, inside: Inside, tmp_path: Path
) -> None:
    often = ["--train.steps", 60, "--train.checkpoint_seconds", "0", "--train.patience", 99]
    words = [small, *often, "--baselines", "false", "--quality.every", 0, "--workdir", tmp_path / "w"]
    words += ["--tensorboard", tmp_path / "events"]
    process = start(root, *words)
    wait_for(process, lambda: saved(tmp_path / "w"))
    process.kill()
    process.communicate(timeout=100)
    assert not (tmp_path / "w/summary.json").exists()
    (tmp_path / "events/events.out.tfevents.1.of.another").write_bytes(b"")
    status, out, err = inside(*words)
    assert status == 0 and "resumes at step" in out, out + err
    assert scalars(tmp_path / "events") == expected(tmp_path / "w")
    assert (tmp_path / "events/events.out.tfevents.1.of.another").exists()
    assert not (tmp_path / "w/tensorboard").exists()


PRETRAINING = """
from embedlab import Dense
from experiments.pretraining import Corpus, Looks, Pretraining, Schedule, SkipGram

def config():
    corpus = Corpus(({text!r},), split="words", min_count=3, phrases=1)
    return Pretraining(Dense(500, 8), corpus, SkipGram(), Schedule(batch=64, epochs=2), Looks(times=0))
"""


def test_a_pretraining(prose: Path, tmp_path: Path) -> None:
    from experiments.pretrain import main as pretrain

    (tmp_path / "text").write_text(prose.read_text("utf-8")[:40_000], "utf-8")
    (tmp_path / "small.py").write_text(PRETRAINING.format(text=str(tmp_path / "text")), "utf-8")
    workdir = tmp_path / "w"
    words: list[Any] = [tmp_path / "small.py", "--workdir", workdir, "--tensorboard"]
    assert pretrain([str(word) for word in words]) == 0
    found = scalars(workdir / "tensorboard")
    assert found == expected(workdir) and found[0][:2] == (1, "train/loss")
    shows(workdir / "tensorboard", workdir)
