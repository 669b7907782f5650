"""Sounds from a user's own files by flags alone: a run, its table, new recordings, what is wrong."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

import embedlab
from embedlab.text import Vocabulary
from experiments.config import Train
from experiments.encoders import Bag
from experiments.predict import main as predict
from experiments.sounds.application import APPLICATION
from experiments.sounds.config import SoundStudy
from experiments.sounds.files import Table
from experiments.sounds.sets import spoken_digits, spoken_words
from experiments.sounds.split import SoundSplit
from experiments.study.application import Stored
from experiments.study.codebook import Codes
from experiments.study.program import main
from tests.experiments.sounds.drawn import sweep, written

COLUMNS = ("--data.file", "clip", "--data.label", "direction")
QUICK = (
    *("--embedding.type", "dense", "--embedding.vocabulary", "42", "--embedding.dim", "8"),
    *("--codes.codes", "40", "--encoder.widths", "3", "--encoder.maps", "8"),
    *("--train.steps", "60", "--train.evaluate_every", "20", "--train.rate", "0.02"),
)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("sounds"))


@pytest.fixture(scope="module")
def run(table: Path) -> Path:
    """A finished run, by flags alone."""
    workdir = table.parent / "run"
    flags = ("--workdir", workdir, "--data.path", table, *COLUMNS, *QUICK)
    assert main("sounds", [str(word) for word in flags]) == 0
    return workdir


def test_a_finished_run_is_asked_for_new_recordings(run: Path, tmp_path: Path, capfd: Any) -> None:
    for number in (500, 501):
        (tmp_path / f"{number}.wav").write_bytes(sweep(number))
    asked = tmp_path / "asked.txt"
    asked.write_text("".join(f"{tmp_path / str(number)}.wav\n" for number in (500, 501)))
    capfd.readouterr()
    assert predict([str(run), str(asked)]) == 0
    answers = [line.split("\t") for line in capfd.readouterr().out.splitlines()]
    assert [(label, Path(path).name) for label, _, path in answers] == [
        ("up", "500.wav"),
        ("down", "501.wav"),
    ]
    with asked.open("a") as file:
        file.write("none.wav\n")
    assert predict([str(run), str(asked)]) == 2
    assert "asked.txt, line 3: none.wav: cannot be read" in " ".join(capfd.readouterr().err.split())


def accuracy(folder: Path) -> float:
    return json.loads((folder / "summary.json").read_text())["test"]["accuracy"]


def test_the_order_of_frames_is_learnt_which_their_mean_does_not_hold(run: Path) -> None:
    assert accuracy(run) > 0.9
    assert accuracy(run / "baselines" / "frames") > 0.9
    assert accuracy(run / "baselines" / "nearest-centroid") < 0.8
    shown = (run / "table.md").read_text()
    assert all(name in shown for name in ("nearest-centroid", "mean-logistic", "frames", "dense"))
    words = embedlab.load(run).words
    assert set(words) <= {f"s{code}" for code in range(40)} and len(words) > 20


def config(table: Path, **settings: Any) -> SoundStudy:
    own = {
        "data": Table(str(table), file="clip", label="direction"),
        "train": Train(steps=1, evaluate_every=1),
        "codes": Codes(codes=20),
    }
    return SoundStudy(embedlab.Dense(42, 8), **{**own, **settings})


def read(study: SoundStudy) -> list[SoundSplit]:
    return list(APPLICATION.read(study, lambda done, whole: None))  # type: ignore[arg-type]


def test_a_codebook_knows_training_alone(table: Path, tmp_path: Path) -> None:
    (split,) = read(config(table))
    for row in [*split.sides.valid, *split.sides.test]:
        name = split._clips.names[row]
        (tmp_path / "clips").mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(sweep(1000 + row))
    for name in (split._clips.names[row] for row in split.sides.train):
        (tmp_path / name).write_bytes((table.parent / name).read_bytes())
    (tmp_path / table.name).write_text(table.read_text())
    (other,) = read(config(tmp_path / table.name))
    assert (split.sides.test == other.sides.test).all()
    tested = split.sides.test[0]
    assert not np.array_equal(split.frames[tested], other.frames[tested])
    assert all((a == b).all() for a, b in zip(split.book.centres, other.book.centres, strict=True))
    assert (split.book.mean == other.book.mean).all()
    assert [split.documents[row] for row in split.sides.train] == [
        other.documents[row] for row in other.sides.train
    ]


VARIETIES: dict[str, dict[str, Any]] = {
    "one book": {},
    "pairs": {"encoder": Bag(), "bigrams": True},
    "no repeats": {"repeats": False},
    "three books": {"codes": Codes(codes=10, books=3)},
    "frames": {"reads": "frames"},
}


@pytest.mark.parametrize("kind", ["dense", "hashed"])
@pytest.mark.parametrize("variety", VARIETIES)
def test_a_stored_model_answers_as_the_run_predicts(table: Path, variety: str, kind: str) -> None:
    spec: Any = embedlab.Dense(500, 8) if kind == "dense" else embedlab.Hashed(None, 8, buckets=50)
    study = dataclasses.replace(config(table, **VARIETIES[variety]), embedding=spec)
    (split,) = read(study)
    learning: Any = split.learning(spec, "embedding")
    parameters = learning.learner.init(jax.random.key(0), learning.buffers)
    tested = learning.tested(parameters)
    assert tested.shape == (len(split.targets), 2) and np.allclose(tested.sum(1), 1, atol=1e-5)
    answering = APPLICATION.answering(Stored(study, learning.vocabulary, split.names, learning.kept()))
    lines = [str(table.parent / split._clips.names[row]) for row in split.sides.test]
    answered = list(answering.answers(parameters, lines))
    assert [label for label, _ in answered] == [split.names[place] for place in tested.argmax(1)]
    told = np.array([float(probability) for _, probability in answered])
    assert np.abs(told - tested.max(1)).max() < 1e-3
    with pytest.raises(ValueError, match=r"line 2: none\.wav: cannot be read"):
        list(answering.answers(parameters, [lines[0], "none.wav"]))


def test_frames_are_words_for_columns(table: Path) -> None:
    (split,) = read(config(table, reads="frames"))
    learning: Any = split.learning(embedlab.Dense(41, 8), "embedding")
    assert learning.vocabulary.words[:4] == (*Vocabulary.SPECIAL, "mfcc0", "mfcc1")
    assert len(learning.vocabulary) == 41 and "frames" not in split.baselines()
    with pytest.raises(ValueError, match=r"vocabulary=40: frames have 39 columns, .* give 41"):
        split.learning(embedlab.Dense(40, 8), "embedding")


def test_codes_that_training_lacks_are_unknown_or_hashed(table: Path) -> None:
    (split,) = read(config(table, min_count=1))
    split.documents = [
        words if row in split.sides.train else ["s999"] for row, words in enumerate(split.documents)
    ]
    for spec in (embedlab.Dense(42, 8), embedlab.Hashed(None, 8, buckets=20)):
        learning = split.learning(spec, "embedding")
        tested = learning.tested(learning.learner.init(jax.random.key(0), learning.buffers))
        assert np.isfinite(tested).all()
    assert learning.covered()["coverage_by_token"] == 0


def test_speakers_are_left_out_in_turn(table: Path) -> None:
    by = Table(str(table), "speaker", file="clip", label="direction", speaker="voice")
    splits = read(config(table, data=by, folds=3, only_folds=(0, 2)))
    assert [split.fold for split in splits] == [0, 2]
    assert all(split.doubts[0] == "None of the voices tested is heard in training." for split in splits)


@pytest.mark.parametrize(
    ("change", "flags", "told"),
    [
        (None, ("--data.speaker", "voce"), "has no column of this name; its columns are 'voice'"),
        (None, ("--data.lable", "direction"), "did you mean --data.label?"),
        (None, ("--bigrams", "true"), "bigrams=True: the encoder reads the order"),
        (None, ("--embedding.type", "dense", "--reads", "frames", "--embedding.vocabulary", "9"), "give 41"),
        (None, ("--data.by", "speaker", "--folds", "3"), "it is not known who speaks"),
        (None, ("--data.by", "speaker", "--data.speaker", "voice"), "there are 3 speakers; give --folds 3"),
        (None, ("--cepstra.rate", "10"), "cepstra.rate=10"),
        ("clip,direction\n", (), "holds no row"),
        ("", (), "the file is empty"),
        ("clip,direction\n" + "clips/0.wav,up\n" * 30, (), "every row is of class 'up'"),
        ("clip,direction\nclips/0.wav,up\nclips/none.wav,up\n", (), "line 3, column 'clip'"),
        ("clip,direction\nclips/0.wav,\n", (), "line 2, column 'direction'"),
    ],
)
def test_mistakes_are_told_in_a_paragraph(
    tmp_path: Path, table: Path, change: str | None, flags: tuple[str, ...], told: str, capfd: Any
) -> None:
    path = table
    if change is not None:
        path = table.parent / f"{tmp_path.name}.csv"
        path.write_text(change)
    words = ("--workdir", tmp_path / "run", "--data.path", path, *COLUMNS, *flags)
    assert main("sounds", [str(word) for word in words]) == 2
    said = " ".join(capfd.readouterr().err.split())
    assert told in said and "Traceback" not in said


def test_sets_that_others_measured_are_as_they_say(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDLAB_DATA", str(data_dir))
    words = APPLICATION.default().cepstra
    clips = spoken_words().clips(words, lambda done, whole: None)
    assert len(clips.names) == 5188 and set(clips.labels) == {"bed", "cat", "happy"}
    assert clips.frames[0].shape == (11, 20)
    digits = spoken_digits()
    names = [digits.pattern.search(f"recordings/{name}.wav") for name in ("7_theo_4", "7_theo_5")]
    assert [match and match.groupdict() for match in names] == [
        {"label": "7", "speaker": "theo", "index": number} for number in "45"
    ]
