"""The program on a user's own files, by flags alone: its run directory, what it says, what it refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from experiments import predict
from tests.experiments.recommend import drawn


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn.write(tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="module")
def ratings(folder: Path) -> Path:
    """Ratings, by matrix factorisation of the ids."""
    status, said = drawn.ran(*drawn.flags(folder), *drawn.QUICK, "--workdir", str(folder / "ratings"))
    assert status == 0, said
    assert "840 interactions of 60 users with 40 items" in said and "test RMSE" in said
    return folder / "ratings"


def test_it_beats_what_knows_no_tastes(ratings: Path) -> None:
    """Tastes were drawn: factors find them, biases can't."""
    summary = json.loads((ratings / "summary.json").read_text())
    tables = (ratings / "table.md").read_text()
    assert "| mean " in tables and "| biases " in tables
    biases = json.loads((ratings / "baselines/biases/summary.json").read_text())
    assert summary["test"]["rmse"] < 0.9 * biases["test"]["rmse"]
    assert biases["penalty"] in (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


def test_what_it_predicts_is_on_the_scale(ratings: Path) -> None:
    with np.load(ratings / "predictions.npz") as found:
        test = found["test"]
    assert test.shape == (168, 1) and test.min() >= 1 and test.max() <= 5


def test_the_quality_of_its_vectors_is_measured(ratings: Path) -> None:
    summary = json.loads((ratings / "summary.json").read_text())
    assert {"effective_rank", "coverage_by_user", "coverage_by_item"} <= summary["embedding"].keys()
    assert summary["embedding"]["coverage_by_user"] == 1.0


def test_it_is_asked(ratings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = tmp_path / "asked.txt"
    lines.write_text("u7\nnobody\nu7\talbum 3\n")
    assert predict.main([str(ratings), str(lines)]) == 0
    known, unknown, rating = (line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert len(known) == len(unknown) == 21 and known[:-1] != unknown[:-1]
    assert len(set(known[0:20:2])) == 10 and known[-1] == "u7"
    assert 1 <= float(rating[0]) <= 5 and rating[1:] == ["u7", "album 3"]
    lines.write_text("a\tb\tc\n")
    assert predict.main([str(ratings), str(lines)]) == 2
    assert "line 1: 3 fields" in " ".join(capsys.readouterr().err.split())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--model.type", "machine", "--folds", "2"), "(2 folds)"),
        (("--model.type", "biases", "--holdout.by", "users"), "whole users are parted at random"),
        (("--model.type", "bpr", "--liked", "4"), "all items that a user had no row with before are ranked"),
        (("--model.type", "two_tower", "--model.hidden", "16", "--holdout.by", "moment"), "after a moment"),
    ],
)
def test_every_model_and_holdout(folder: Path, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    given = (*drawn.flags(folder, features=True), *drawn.QUICK, "--workdir", str(tmp_path))
    status, told = drawn.ran(*given, *words)
    assert status == 0 and said.lower() in told.lower(), told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--data.user", "listner"), "--data.user='listner': .* its columns are 'listener'"),
        (
            ("--data.rating", "when", "--data.time", "stars", "--liked", "3"),
            "liked=3.0: this is for rankings",
        ),
        (("--data.rating", "album"), "rating='album': this is the column of item already"),
        (("--model.type", "brp"), "did you mean|brp"),
        (("--holdout.by", "weeks"), "expected one of"),
        (("--embedding.vocabulary", "3"), "of 100 words 1 would have an id"),
    ],
)
def test_a_mistake_is_told_in_a_paragraph(
    folder: Path, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    given = [*drawn.flags(folder), *drawn.QUICK, "--workdir", str(tmp_path / "run")]
    for flag, value in zip(words[::2], words[1::2], strict=True):
        if flag in given:
            given[given.index(flag) + 1] = value
        else:
            given += [flag, value]
    status, told = drawn.ran(*given)
    assert status == 2 and "Traceback" not in told
    assert re.search(said, told), told


def test_a_file_of_one_rating_and_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    for text, said in (("", "the file is empty"), ("user,item,stars\na,x,3\nb,y,3\n", "all 2 ratings are 3")):
        path.write_text(text)
        words = ("--data.path", str(path), "--data.rating", "stars", "--workdir", str(tmp_path / "run"))
        status, told = drawn.ran(*words)
        assert status == 2 and said in told, told
