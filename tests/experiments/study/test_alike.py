"""Which way the embeddings of a comparison are trained, by what was begun and by the reference."""

from __future__ import annotations

from pathlib import Path

import pytest

import embedlab
from experiments.config import Study, Train, Update
from experiments.runs.run import RunDirectory
from experiments.settings import codec
from experiments.study import alike

DENSE, CUT = embedlab.Dense(100, 8), embedlab.Dense(50, 8)
CONFIG = Study(DENSE, rivals={"cut": CUT, "more": CUT}, seeds=(0, 1))


def never() -> Update:
    raise AssertionError("runs say it, or there is nothing to decide")


def begin(workdir: Path, name: str, update: Update, seed: int = 0) -> None:
    RunDirectory(workdir / name / f"seed-{seed}").claim(codec.encode(Study(CUT, train=Train(update=update))))


def ways(workdir: Path, decided: Update | None = None, config: Study = CONFIG) -> list[Update]:
    found = alike.names(workdir, config, (lambda: decided) if decided else never)
    assert list(found) == ["dense", *config.rivals]
    return [own.train.update for own in found.values()]


@pytest.mark.parametrize("decided", ["sparse", "dense"])
def test_the_reference_decides_for_all(tmp_path: Path, decided: Update) -> None:
    assert ways(tmp_path, decided) == [decided] * 3


@pytest.mark.parametrize("name", ["dense", "more"])
def test_what_was_begun_is_asked_before_the_reference(tmp_path: Path, name: str) -> None:
    begin(tmp_path, name, "dense", seed=1)
    assert ways(tmp_path) == ["dense"] * 3


def test_what_an_earlier_version_began_goes_on_as_it_was(tmp_path: Path) -> None:
    begin(tmp_path, "dense", "auto")
    assert ways(tmp_path, "sparse") == ["auto", "sparse", "sparse"]  # no rival was there yet
    begin(tmp_path, "more", "auto")
    assert ways(tmp_path) == ["auto"] * 3


@pytest.mark.parametrize(
    ("train", "kept"),
    [
        (Train(update="dense"), "dense"),
        (Train(update="sparse"), "sparse"),
        (Train(max_norm=1.0), "auto"),
        (Train(optimizer="row_adagrad"), "auto"),
    ],
)
def test_what_is_asked_for_stays(tmp_path: Path, train: Train, kept: Update) -> None:
    assert ways(tmp_path, config=Study(DENSE, rivals={"cut": CUT}, train=train)) == [kept] * 2


def test_one_embedding_decides_for_itself(tmp_path: Path) -> None:
    assert ways(tmp_path, config=Study(DENSE, seeds=(0, 1))) == ["auto"]
