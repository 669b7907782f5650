"""Sentiment: its configs, a short run on real reviews of each set, and a CSV file of one's own by flags."""

from __future__ import annotations

import ast
import csv
import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import experiments
from experiments.config import Config
from experiments.runs.run import RunDirectory
from experiments.settings import codec
from experiments.settings.config_file import load

FOLDER = Path(__file__).resolve().parents[3] / "configs" / "sentiment"
CONFIGS = sorted(FOLDER.glob("*.py"))
MR = FOLDER / "mr.py"
#: A run of seconds: one fold, one seed, few steps and documents, short ones.
FEW = "--seeds 0 --train.steps 40 --train.evaluate_every 20 --train.rows 600 --quality.every 0"
SHORT = f"{FEW} --text.max_length 48"
ALONE = "--rivals none --baselines false"
Inside = Callable[..., tuple[int, str, str]]


def words_of(flags: str) -> list[str]:
    return flags.split()


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_config_compares_kinds_of_as_many_bytes(path: Path) -> None:
    config = load(str(path), Config)
    assert codec.decode(codec.encode(config)) == config
    own, hashed = config.embedding, config.rivals["hashed"]
    assert own.table_shapes["table"] == hashed.table_shapes["table"] and len(hashed.table_shapes) == 1
    told = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    command = (
        f"python -m experiments.classify configs/sentiment/{path.name} --workdir runs/sentiment-{path.stem}"
    )
    assert command in " ".join(told.replace("\\\n", "").split())
    assert re.search(r"^Result: ", told, re.MULTILINE) and re.search(r"^Time: ", told, re.MULTILINE)


def test_there_is_one_for_each_set() -> None:
    assert [path.stem for path in CONFIGS] == ["movie_reviews", "mr", "sst2"]


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        pytest.param("sst2", SHORT, marks=pytest.mark.slow),
        pytest.param("mr", f"{SHORT} --only_folds 3", marks=pytest.mark.slow),
        pytest.param("movie_reviews", f"{FEW} --text.max_length 512 --only_folds 3", marks=pytest.mark.slow),
    ],
)
def test_a_short_run_on_the_real_reviews(
    name: str, flags: str, inside: Inside, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBEDLAB_DATA", str(data_dir))
    given = words_of(f"--baselines false {flags}")
    status, out, err = inside(FOLDER / f"{name}.py", "--workdir", tmp_path / "run", *given)
    assert status == 0, err
    config = load(str(FOLDER / f"{name}.py"), Config)
    begins = "glove-6b-50d has vectors for" in " ".join(out.split())
    assert "hashed" in out and begins == bool(config.transfer.vectors)
    found = [RunDirectory(each.parent).summary for each in (tmp_path / "run").rglob("vocabulary.json")]
    accuracies = [summary["test"]["accuracy"] for summary in found if summary is not None]
    # Of two classes in equal shares; 600 reviews and naive Bayes make more than chance of them. The first
    # words of a long review tell its film and no opinion, so that more of them are read.
    assert len(accuracies) == 1 + len(config.rivals) and max(accuracies) > 0.6


@pytest.fixture(scope="module")
def goods(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CSV file of what buyers name for and against their purchases, in columns of other names."""
    path = tmp_path_factory.mktemp("goods") / "goods.csv"
    rows = [(opinion, line) for opinion in ("Pros", "Cons") for line in of_buyers(data_dir, opinion)]
    mixed = np.random.default_rng(7).permutation(len(rows))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["nr", "opinion", "comment"])
        writer.writerows([place, *rows[row]] for place, row in enumerate(mixed))
    return path


def of_buyers(data_dir: Path, opinion: str) -> list[str]:
    with zipfile.ZipFile(data_dir / "nltk" / "pros_cons.zip") as archive:
        raw = archive.read(f"pros_cons/Integrated{opinion}.txt").decode("latin-1")
    lines = re.findall(rf"<{opinion}>(.*?)</{opinion}>", raw)
    return list(dict.fromkeys(line for line in lines if len(line.split()) > 3))[:500]


def of_file(path: Path, flags: str = "") -> list[Any]:
    """MR's config on another file, with one split."""
    mine = f"--data csv:{path} --data.text comment --data.label opinion --folds 0 {ALONE} {SHORT} {flags}"
    return [MR, *words_of(mine)]


def test_a_file_of_one_s_own_by_flags_and_new_lines_predicted(
    goods: Path, inside: Inside, tmp_path: Path
) -> None:
    status, _, err = inside(*of_file(goods), "--workdir", tmp_path)
    assert status == 0, err
    summary = RunDirectory(tmp_path).summary
    assert summary is not None and summary["classes"] == ["Cons", "Pros"]
    assert summary["test"]["accuracy"] > 0.75
    model = experiments.load(tmp_path)
    answers = model.predict(["easy to use, great picture", "too expensive, poor battery life"])
    assert [answer[0] for answer in answers] == ["Pros", "Cons"]
    assert model.predictions(["xqzv wqkj"]).shape == (1, 2)


@pytest.mark.parametrize(
    ("rows", "flags", "message"),
    [
        ([["comment", "opinon"], ["good", "Pros"]], "", "no column of this name; its columns are 'opinon',"),
        ([], "", "bad.csv': the file is empty"),
        ([["comment", "opinion"], *[[f"good {n}", "Pros"] for n in range(40)]], "", "is of class 'Pros'"),
    ],
    ids=["a column of another name", "an empty file", "one class"],
)
def test_bad_files_are_told_in_a_paragraph(
    rows: Sequence[Sequence[str]], flags: str, message: str, inside: Inside, tmp_path: Path
) -> None:
    path = tmp_path / "bad.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    status, _, err = inside(*of_file(path, flags), "--workdir", tmp_path / "run")
    told = " ".join(err.split())
    assert status == 2 and message in told and "Traceback" not in err, err


def test_reviews_of_which_no_word_is_known_are_all_the_unknown_word(
    goods: Path, inside: Inside, tmp_path: Path
) -> None:
    unseen = tmp_path / "unseen.csv"
    with unseen.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["opinion", "comment"])
        writer.writerows([["Cons", "Pros"][n % 2], f"qzx{n}vw jkq{n}xz wvq{n}k"] for n in range(30))
    status, _, err = inside(*of_file(goods, f"--data.test_path {unseen}"), "--workdir", tmp_path / "run")
    assert status == 0, err
    predicted = np.load(tmp_path / "run" / "predictions.npz")["test"]
    assert predicted.shape == (30, 2) and np.isfinite(predicted).all()
    assert (predicted == predicted[0]).all()
