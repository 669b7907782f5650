"""Tracks from a user's own file by flags alone: a run, its table, new rows, what is wrong with a command."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

import embedlab
from experiments.config import Train
from experiments.predict import main as predict
from experiments.study.application import Stored
from experiments.study.codebook import Codes
from experiments.study.program import main
from experiments.video.application import APPLICATION
from experiments.video.config import VideoStudy
from experiments.video.sets import finger_tracks, hand_poses
from experiments.video.split import VideoSplit
from experiments.video.tracks import TrackFile
from experiments.video.windows import moved_on
from tests.experiments.video.drawn import FRAMES, walks, written

COLUMNS = ("--data.label", "turn", "--data.clip", "recording", "--data.coordinates", "across,up")
QUICK = (
    *("--embedding.type", "dense", "--embedding.vocabulary", "42", "--embedding.dim", "8"),
    *("--codes.codes", "40", "--encoder.widths", "3", "--encoder.maps", "8"),
    *("--train.steps", "60", "--train.evaluate_every", "20", "--train.rate", "0.02"),
    *("--frames_beside", "false"),
)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("video") / "turns.csv", walks())


@pytest.fixture(scope="module")
def run(table: Path) -> Path:
    """A finished run, by flags alone."""
    workdir = table.parent / "run"
    flags = ("--workdir", workdir, "--data.path", table, *COLUMNS, *QUICK)
    assert main("video", [str(word) for word in flags]) == 0
    return workdir


def test_a_finished_run_is_asked_for_new_rows(run: Path, tmp_path: Path, capfd: Any) -> None:
    rows = walks(10, 2, seed=7)
    asked = written(tmp_path / "new.csv", rows)
    capfd.readouterr()
    assert predict([str(run), str(asked)]) == 0
    answers = [line.split("\t") for line in capfd.readouterr().out.splitlines()]
    right = [label == known for (label, _, _), (_, known, _) in zip(answers, rows, strict=True)]
    assert np.mean(right) > 0.75  # of ten clips that it never saw
    asked.write_text(asked.read_text().replace("across_3", "across_x"))
    assert predict([str(run), str(asked)]) == 2
    assert "new.csv, line 2: across3 is missing" in " ".join(capfd.readouterr().err.split())


def accuracy(folder: Path) -> float:
    return json.loads((folder / "summary.json").read_text())["test"]["accuracy"]


def test_a_run_by_flags_alone_learns_and_is_compared(run: Path) -> None:
    assert accuracy(run) > 0.9
    shown = (run / "table.md").read_text()
    assert all(name in shown for name in ("flat-logistic", "flat-forest", "dense"))
    assert "0 have half of their frames in common" in " ".join(shown.split())
    assert re.search(r"test rows in \d+ groups of tracks of one clip, ", shown)
    assert set(embedlab.load(run).words) <= {f"v{code}" for code in range(40)}


def config(table: Path, **settings: Any) -> VideoStudy:
    own = {
        "data": TrackFile(str(table), label="turn", clip="recording"),
        "train": Train(steps=1, evaluate_every=1),
        "codes": Codes(codes=20),
    }
    return VideoStudy(embedlab.Dense(42, 8), **{**own, **settings})


def read(study: VideoStudy) -> list[VideoSplit]:
    return list(APPLICATION.read(study, lambda done, whole: None))  # type: ignore[arg-type]


@pytest.mark.parametrize("reads", ["codes", "frames"])
def test_a_stored_model_answers_as_the_run_predicts(table: Path, reads: Any) -> None:
    study = config(table, reads=reads)
    (split,) = read(study)
    learning: Any = split.learning(study.embedding, "embedding")
    parameters = learning.learner.init(jax.random.key(0), learning.buffers)
    tested = learning.tested(parameters)
    answering = APPLICATION.answering(Stored(study, learning.vocabulary, split.names, learning.kept()))
    assert answering.has_header
    header, *lines = table.read_text().splitlines()
    answered = list(answering.answers(parameters, [lines[row] for row in split.sides.test], header))
    assert [label for label, _ in answered] == [split.names[place] for place in tested.argmax(1)]
    alone = ";".join(header.split(";")[1:-1])  # without clip and class
    few = [";".join(lines[row].split(";")[1:-1]) for row in split.sides.test[:3]]
    assert list(answering.answers(parameters, few, alone)) == answered[:3]
    with pytest.raises(ValueError, match=r"line 2: 3 values for 18 columns"):
        list(answering.answers(parameters, [lines[0], "1;2;3"], header))
    with pytest.raises(ValueError, match=r"line 1: it, line 1, column 'across_0': 'x' is no finite number"):
        list(answering.answers(parameters, [lines[0].replace("0.000000", "x", 1)], header))


def test_a_codebook_knows_training_alone(table: Path, tmp_path: Path) -> None:
    (split,) = read(config(table))
    rows = [
        row if place in split.sides.train else (row[0], row[1], row[2] * 50 + 7)
        for place, row in enumerate(walks())
    ]
    (other,) = read(config(written(tmp_path / "turns.csv", rows)))
    assert (split.sides.test == other.sides.test).all()
    assert (split.book.centres[0] == other.book.centres[0]).all()
    assert not np.array_equal(split.frames[split.sides.test[0]], other.frames[split.sides.test[0]])


def test_without_clips_sides_are_blocks_with_a_gap(table: Path) -> None:
    data = TrackFile(str(table), label="turn", coordinates=("across", "up"), gap=FRAMES)
    splits = read(config(table, data=data, folds=4, only_folds=(1, 3)))
    assert [split.fold for split in splits] == [1, 3]
    assert all("0 have half of their frames in common" in split.doubts[0] for split in splits)
    assert "93.3% of the rows are the row before, moved on by a frame" in splits[0].doubts[0]
    assert len(np.unique(splits[0].groups)) < len(splits[0].targets) / 5
    assert all(split.groups_across for split in splits)
    assert not set(splits[0].groups) & set(
        splits[1].groups
    )  # of all rows: runs of one block are none of another


def test_columns_are_found_by_their_numbers() -> None:
    names = ["x0", "x1", "y0", "y1", "speed", "z_0", "z_1", "x10"]
    data = TrackFile("a.csv", coordinates=("x", "y"))
    with pytest.raises(ValueError, match="x2 is missing: frames are 0 … 10"):
        data.numbered(names)
    assert data.numbered(names[:-1]) == (("x", "y"), [["x0", "y0"], ["x1", "y1"]])
    every = TrackFile("a.csv")
    assert every.numbered(names[:-1])[0] == ("x", "y", "z")
    assert every.numbered(names[:-1])[1][1] == ["x1", "y1", "z_1"]
    assert TrackFile("a.csv", coordinates=("x",), frames=1).numbered(names)[1] == [["x0"]]


def test_a_file_without_a_header_is_read(tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    path.write_text("\n".join(f"{row % 2},{row},1,2,3,4,5" for row in range(6)))
    data = TrackFile(str(path), header=("label", "x", "y"), coordinates=("x", "y"), frames=3)
    tracks = data.tracks()
    assert tracks.coordinates[2].tolist() == [[2, 1], [2, 3], [4, 5]]
    assert tracks.names == ("x", "y") and tracks.labels == tuple("010101")


def test_what_frames_hold() -> None:
    track = np.array([[0.0, 1], [2, 1], [3, 5]])
    held = {which: config(Path("a"), features=which) for which in ("positions", "velocities", "both")}
    assert held["velocities"].frames(track).tolist() == [[0, 0], [2, 0], [1, 4]]
    assert held["positions"].frames(track).tolist() == track.tolist()
    assert held["both"].frames(track).shape == (3, 4)
    assert held["both"].columns(("x", "y")) == ("x", "y", "d_x", "d_y")


@pytest.mark.parametrize(
    ("change", "flags", "told"),
    [
        (None, ("--data.label", "tern"), "--data.label='tern': "),
        (None, ("--data.label", "turn", "--data.clip", "record"), "--data.clip='record': "),
        (None, ("--data.label", "tern"), "; name one of them with --data.label"),
        (None, ("--data.label", "turn", "--data.clip", "record"), "; name one of them with --data.clip"),
        (None, ("--data.label", "turn", "--data.coordinates", "acros"), "there are no columns called acros0"),
        (None, ("--data.label", "turn", "--data.frames", "9"), "--data.frames=9: there are 8 frames"),
        (None, ("--data.label", "turn", "--features", "speed"), "features"),
        (None, ("--data.label", "turn", "--data.gap", "90"), "a smaller --data.gap (it is 90)"),
        ("turn,x0\n", ("--data.label", "turn"), "holds no row"),
        ("", ("--data.label", "turn"), "the file is empty"),
        ("turn,x0\n" + "a,1\n" * 30, ("--data.label", "turn"), "every row is of class 'a'"),
        ("turn,x0\na,1\nb,y\n", ("--data.label", "turn"), "line 3, column 'x0'"),
        ("turn,x0\na,1\n,2\n", ("--data.label", "turn"), "line 3, column 'turn'"),
        ("turn,speed\na,1\nb,2\n", ("--data.label", "turn"), "there are no columns called x0"),
    ],
)
def test_mistakes_are_told_in_a_paragraph(
    tmp_path: Path, table: Path, change: str | None, flags: tuple[str, ...], told: str, capfd: Any
) -> None:
    path = table
    if change is not None:
        path = tmp_path / "bad.csv"
        path.write_text(change)
    words = ("--workdir", tmp_path / "run", "--data.path", path, *flags)
    assert main("video", [str(word) for word in words]) == 2
    said = " ".join(capfd.readouterr().err.split())
    assert told in said and "Traceback" not in said


def test_tracks_that_others_recorded_are_as_they_say(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDLAB_DATA", str(data_dir))
    fingers, poses = finger_tracks().tracks(), hand_poses().tracks()
    assert fingers.coordinates.shape == (5296, 16, 2) and len(set(fingers.labels)) == 4
    assert poses.coordinates.shape == (4450, 21, 2) and len(set(poses.labels)) == 3
    assert abs(moved_on(fingers.coordinates).mean() - 0.959) < 0.0005
    study = dataclasses.replace(config(Path("a")), data=finger_tracks(), folds=5, only_folds=(0,))
    (split,) = read(study)
    assert "0 have half of their frames in common" in split.doubts[0]
