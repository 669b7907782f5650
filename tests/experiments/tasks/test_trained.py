"""What smoothing, balance and weights are there for: seen as the program trains on real questions, TREC.

86 of the 5,452 training questions ask what an abbreviation means (class 2), and 9 of the 500 test questions.
In few steps a model learns nothing of them.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.experiments.started import start, told

CONFIG = """
from embedlab import Dense
from experiments.config import Config, Quality, Train
from experiments.data import FastText

def config():
    data = FastText(path={train!r}, test_path={test!r}, prefix="", encoding="latin-1")
    train = Train(rate=0.02, steps=60, evaluate_every=30, batch=64)
    return Config(Dense(8000, 16), data=data, train=train, quality=Quality(rows=100), baselines=False)
"""
RARE = 2
pytestmark = pytest.mark.slow


class Trained(NamedTuple):
    """What a run made of the test questions.

    Attributes:
        summary: of the run.
        predicted: float [rows, classes].
        labels: int [rows].
    """

    summary: dict[str, Any]
    predicted: np.ndarray
    labels: np.ndarray

    @property
    def accuracy(self) -> float:
        """The share of rows that are right."""
        return float((self.predicted.argmax(1) == self.labels).mean())

    @property
    def sureness(self) -> float:
        """The mean of the largest probabilities."""
        return float(self.predicted.max(1).mean())

    def recall(self, number: int) -> float:
        """The share of a class's rows that are found."""
        return float((self.predicted.argmax(1) == number)[self.labels == number].mean())


def questions(path: Path) -> list[tuple[int, str]]:
    """The class and the words of each."""
    lines = path.read_text("latin-1").strip("\n").split("\n")
    return [(int(line.split(" ", 1)[0]), line.split(" ", 1)[1]) for line in lines]


@pytest.fixture
def trained(
    data_dir: Path, tmp_path: Path, inside: Callable[..., tuple[int, str, str]]
) -> Callable[..., Trained]:
    """Trains with some flags."""
    paths = [data_dir / "kim2014" / f"TREC.{side}.all" for side in ("train", "test")]
    (tmp_path / "trec.py").write_text(CONFIG.format(train=str(paths[0]), test=str(paths[1])))
    labels = np.array([label for label, _ in questions(paths[1])])

    def train(*flags: object) -> Trained:
        workdir = tmp_path / "-".join(["run", *(str(flag).strip("-") for flag in flags)])
        status, _, err = inside(tmp_path / "trec.py", "--workdir", workdir, *flags)
        assert status == 0, err
        summary = json.loads((workdir / "summary.json").read_text())
        return Trained(summary, np.load(workdir / "predictions.npz")["test"], labels)

    return train


def test_smoothing_makes_a_model_less_sure_and_no_worse(trained: Callable[..., Trained]) -> None:
    plain, little, much = (trained("--task.smoothing", part) for part in (0, 0.1, 0.3))
    assert plain.sureness > little.sureness + 0.01 > much.sureness + 0.05
    assert min(little.accuracy, much.accuracy) > plain.accuracy - 0.05
    least = [each.predicted.min(1).mean() for each in (plain, little, much)]
    assert least[0] < least[1] < least[2], "each class gets a part of the label"


def test_balance_makes_a_rare_class_be_found(trained: Callable[..., Trained]) -> None:
    plain, half, whole = (trained("--task.balance", power) for power in (0, 0.5, 1))
    assert plain.recall(RARE) == 0 and half.recall(RARE) > 0.3 and whole.recall(RARE) > 0.8
    assert half.summary["test"]["macro_f1"] > plain.summary["test"]["macro_f1"] + 0.05
    counts, weights = np.array([86, 1250]), np.array(whole.summary["constants"]["weights"])
    ratio = weights[RARE] / weights[1]
    assert 0.9 < ratio / (counts[1] / counts[0]) < 1.1, "of the training rows, without those for validation"
    assert plain.summary["constants"] == {}


def test_a_weight_by_name_makes_its_class_be_found(trained: Callable[..., Trained]) -> None:
    plain, weighed, lowered = (trained("--task.weights", f"{RARE}={weight}") for weight in (1, 10, 0.1))
    assert plain.recall(RARE) == 0 and weighed.recall(RARE) > 0.5
    means = [each.predicted[:, RARE].mean() for each in (lowered, plain, weighed)]
    assert means[0] < means[1] < means[2] - 0.05


def test_the_documented_command_trains(data_dir: Path, root: Path, tmp_path: Path) -> None:
    rows = questions(data_dir / "kim2014" / "TREC.train.all")
    with (tmp_path / "reviews.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("stars", "review"), *rows])
    page = (root / "docs" / "tasks.md").read_text("utf-8")
    (command,) = re.findall(
        r"^python -m experiments\.classify ([^`]*--task\.smoothing [^`]*)^```", page, re.MULTILINE
    )
    given = {"runs/classes": tmp_path / "w", "csv:reviews.csv": f"csv:{tmp_path}/reviews.csv"}
    words = [given.get(word, word) for word in command.replace("\\\n", " ").split()]
    few = ["--seeds", 0, "--train.steps", 60, "--train.evaluate_every", 30]
    process = start(root, *words, *few)
    out, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    assert "reviews: 5,452 documents, 6 classes" in told(out)
    stored = json.loads((tmp_path / "w" / "config.json").read_text())["task"]
    assert (stored["smoothing"], stored["balance"]) == (0.1, 0.5)
    summaries = [*(tmp_path / "w").glob("*/seed-0/summary.json")]
    assert len(summaries) == 5, "of every embedding"
    for made in (json.loads(summary.read_text()) for summary in summaries):
        weights = dict(zip(made["classes"], made["constants"]["weights"], strict=True))
        assert max(weights, key=weights.__getitem__) == str(RARE) and made["test"]["accuracy"] > 0.5
