"""Labels and values end to end, on real text; and what is wrong with them, in one paragraph."""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments import load, predict
from experiments.classify import main

CONFIG = """
from embedlab import Dense
from experiments.config import Config, Quality, Train

def config():
    train = Train(rate=0.03, steps=60, evaluate_every=20, batch=64)
    return Config(embedding=Dense(4000, 8), train=train, quality=Quality(rows=100))
"""
_MOST = 1500  # rows of each set: enough to learn something of


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("config") / "plain.py"
    path.write_text(CONFIG)
    return path


def ran(config: Path, workdir: Path, *flags: object) -> dict[str, Any]:
    """The summary of a run of few rows."""
    assert main([str(config), "--workdir", str(workdir), *map(str, flags)]) == 0
    return json.loads((workdir / "summary.json").read_text())


@pytest.fixture(scope="module")
def values(config: Path, data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """How good sentences of film reviews find a film, from 0 to 4 (SST-1): read as numbers."""
    folder = tmp_path_factory.mktemp("values")
    lines = (data_dir / "kim2014" / "stsa.fine.train").read_text("latin-1").split("\n")[:_MOST]
    (folder / "films.txt").write_text("\n".join(lines), "utf-8")
    flags = ["--data.type", "fasttext", "--data.prefix", "", "--data.path", folder / "films.txt"]
    ran(config, folder / "run", *flags, "--task.type", "value")
    return folder / "run"


@pytest.fixture(scope="module")
def labels(config: Path, data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Which features of a product a sentence of a review speaks of: Hu and Liu's annotations.

    The features are those of twenty sentences or more; a sentence that speaks of none of them has none.
    """
    folder = tmp_path_factory.mktemp("labels")
    (folder / "products.jsonl").write_text("".join(json.dumps(row) + "\n" for row in _products(data_dir)))
    flags = ["--data.type", "jsonl", "--data.path", folder / "products.jsonl"]
    ran(config, folder / "run", *flags, "--task.type", "labels", "--task.threshold", "0.3")
    return folder / "run"


def _products(data_dir: Path) -> list[dict[str, Any]]:
    archive = zipfile.ZipFile(data_dir / "nltk" / "product_reviews_1.zip")
    names = [name for name in sorted(archive.namelist()) if name.endswith(".txt") and "README" not in name]
    found = []
    for line in (line for name in names for line in archive.read(name).decode("latin-1").splitlines()):
        features, marked, text = line.partition("##")
        if marked and text.strip():
            found.append((text.strip(), set(re.findall(r"([a-z][a-z ]+?)\s*\[[+-]\d\]", features))))
    counts: dict[str, int] = {}
    for _, features in found:
        for feature in features:
            counts[feature] = counts.get(feature, 0) + 1
    kept = {feature for feature, count in counts.items() if count >= 20}
    return [{"text": text, "label": sorted(features & kept)} for text, features in found[: 2 * _MOST]]


@pytest.mark.slow
def test_values_are_learnt_and_told_in_their_own_unit(values: Path) -> None:
    summary = json.loads((values / "summary.json").read_text())
    assert summary["constants"]["mean"] == pytest.approx(2, abs=0.2) and summary["classes"] == []
    assert {"r2", "rmse", "mae", "pearson", "spearman", "loss"} <= set(summary["valid"])
    stored = np.load(values / "predictions.npz")["test"]
    assert stored.shape[1] == 1 and 1 < stored.mean() < 3
    assert "silhouette" not in summary["embedding"]
    table = (values / "table.md").read_text()
    assert " R² % |" in table and "tfidf-ridge reads words and pairs of words" in table
    assert re.search(r"dense has an R² of -?\d+\.\d % on the \d+ test rows", table)
    ridge = json.loads((values / "baselines" / "tfidf-ridge" / "summary.json").read_text())
    assert ridge["test"]["r2"] > 0.05 and {label for label, *_ in ridge["strongest"]} == {"higher", "lower"}
    mean = json.loads((values / "baselines" / "mean" / "summary.json").read_text())
    assert mean["test"]["r2"] == pytest.approx(0, abs=0.05)


@pytest.mark.slow
def test_labels_are_learnt_any_number_of_them(labels: Path) -> None:
    summary = json.loads((labels / "summary.json").read_text())
    assert {"sample_f1", "micro_f1", "macro_f1", "mean_average_precision", "loss"} <= set(summary["test"])
    assert len(summary["classes"]) > 5 and "camera" in summary["classes"]
    assert set(summary["by_name"]) == set(summary["classes"])
    table = (labels / "table.md").read_text()
    assert " sample F1 % |" in table and "names the most frequent set of labels" in table
    assert "labels, any number of them a row" in table
    linear = json.loads((labels / "baselines" / "tfidf-logistic" / "summary.json").read_text())
    majority = json.loads((labels / "baselines" / "majority" / "summary.json").read_text())
    assert linear["test"]["micro_f1"] > 0.2 > majority["test"]["micro_f1"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("flags", "heavier"), [(["--task.balance", "0.5"], None), (["--task.weights", "camera=20"], "camera")]
)
def test_labels_that_weigh_more_are_named_more(
    flags: list[str], heavier: str | None, labels: Path, config: Path, tmp_path: Path
) -> None:
    given = ["--data.type", "jsonl", "--data.path", labels.parent / "products.jsonl", "--baselines", "false"]
    found = ran(config, tmp_path / "w", *given, "--task.type", "labels", "--task.threshold", "0.3", *flags)
    likely, before = (np.load(run / "predictions.npz")["test"].mean(0) for run in (tmp_path / "w", labels))
    more = likely - before
    if heavier is None:
        assert (more > 0).all() and found["test"]["micro_f1"] > 0
    else:
        assert found["classes"][more.argmax()] == heavier and more.max() > 0.1


@pytest.mark.slow
@pytest.mark.parametrize("which", ["values", "labels"])
def test_a_finished_run_is_a_model(
    which: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    folder = request.getfixturevalue(which)
    lines = ["a great film , a great camera", "dull"]
    model = load(folder)
    answers = model.predict(lines)
    assert len(answers) == 2 and model.predictions(lines).shape == (2, model.model.num_outputs)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("\n".join(lines).encode())))
    capsys.readouterr()  # the run's own lines, where this test is the first to ask for it
    assert predict.main([str(folder)]) == 0
    out = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    if which == "values":
        assert [float(value) for value, _ in out] == pytest.approx(answers, rel=1e-4)
        assert answers[0] > answers[1]
    else:
        assert [row[0].split(",") if row[0] else [] for row in out] == [[n for n, _ in a] for a in answers]
    assert [row[-1] for row in out] == lines


def test_a_finished_run_is_shown_again(values: Path, inside: Callable[..., Any], config: Path) -> None:
    stored = json.loads((values / "config.json").read_text())["data"]
    flags = ["--data.type", "fasttext", "--data.prefix", "", "--data.path", stored["path"]]
    status, out, _ = inside(config, "--workdir", values, *flags, "--task.type", "value")
    assert status == 0 and "is finished; nothing to do" in out and "has an R² of" in " ".join(out.split())


ROWS = "".join(f"text number {i} {'yes' if i % 2 else 'no'},{'ab'[i % 2]}\n" for i in range(60))
NUMBERS = "".join(f"text number {i},{i % 7}\n" for i in range(60))


@pytest.mark.parametrize(
    ("rows", "flags", "message"),
    [
        (ROWS, ["--task.type", "value"], "line 2: label 'a' is no finite number; write it, as 3.5 or 1e-3"),
        (
            NUMBERS,
            ["--task.type", "value", "--train.evaluate_rows", "1"],
            "train.evaluate_rows=1: the one row looked at in an evaluation has no variance to tell; look at "
            "more of the 6 validation rows, or at all: none",
        ),
        (ROWS, ["--task.type", "labels", "--task.threshold", "2"], "task.threshold=2.0: give a probability"),
        (ROWS, ["--data.classes", "a,c"], "line 3: label 'b' is none of the classes declared ('a', 'c')"),
        (ROWS, ["--task.weights", "A=2"], "task.weights='A': the data have no such name; they have 'a', 'b'"),
        (ROWS.replace(",b", ",a"), [], "every row is of class 'a'; a classifier needs two classes or more"),
        (ROWS.replace(",b", ",a"), ["--task.type", "labels"], "every row has the same labels ('a')"),
        (ROWS, ["--task.tpye", "value"], "unknown key --task.tpye; did you mean --task.type?"),
        (ROWS, ["--task.huber", "1"], "--task.huber: task is classes, which has no huber; value has it"),
    ],
)
def test_what_is_wrong_is_said_in_one_paragraph(
    tmp_path: Path,
    inside: Callable[..., tuple[int, str, str]],
    config: Path,
    rows: str,
    flags: list[str],
    message: str,
) -> None:
    (tmp_path / "data.csv").write_text(f"text,label\n{rows}")
    given = ["--data.type", "csv", "--data.path", tmp_path / "data.csv", *flags]
    status, _, err = inside(config, "--workdir", tmp_path / "run", *given)
    assert status == 2 and message in " ".join(err.split()), err
    assert "Traceback" not in err and "\n\n" not in err.strip()
    assert not (tmp_path / "run" / "config.json").exists()
