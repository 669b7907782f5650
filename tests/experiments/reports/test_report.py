"""What a comparison says and writes over its runs, end to end on a few made-up lines."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.classify import main
from experiments.reports import report
from experiments.runs.outcome import Outcome

CONFIG = """
from embedlab import Dense
from experiments.config import Config, Quality, Train
from experiments.data import FastText

def config():
    return Config(
        embedding=Dense(200, 4),
        rivals={"cut": Dense(50, 4)},
        data=FastText(path=TRAIN, test_path=TEST),
        train=Train(steps=20, evaluate_every=10, batch=16),
        quality=Quality(rows=30, neighbours=3, every=1),
        seeds=(0, 1),
    )
"""


def lines(count: int, seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    stems = [f"{first}{second}um" for first in "bdfg" for second in "aeiou"]
    words = [*stems, *(f"{stem}s" for stem in stems)]
    label = [f"__label__{'ab'[number % 2]} {'yes' if number % 2 else 'no'}" for number in range(count)]
    return [f"{start} {' '.join(rng.choice(words, 6))}" for start in label]


class Ran:
    """A run's folder, and what it printed."""

    def __init__(self, folder: Path, out: str) -> None:
        self.folder, self.out = folder, " ".join(out.split())

    def logged(self, split: str) -> list[dict[str, Any]]:
        found = (json.loads(line) for line in (self.folder / "metrics.jsonl").read_text().splitlines())
        return [line for line in found if line["split"] == split]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Ran:
    folder = tmp_path_factory.mktemp("report")
    train, test = lines(120, 0), lines(30, 1)
    (folder / "train.txt").write_text("\n".join(train))
    (folder / "test.txt").write_text("\n".join([*test, *train[:7]]))
    text = CONFIG.replace("TRAIN", repr(str(folder / "train.txt")))
    (folder / "small.py").write_text(text.replace("TEST", repr(str(folder / "test.txt"))))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setenv("COLUMNS", "100")
        out = io.StringIO()
        patch.setattr("sys.stdout", out)
        assert main([str(folder / "small.py"), "--workdir", str(folder / "run")]) == 0
    return Ran(folder / "run", out.getvalue())


@pytest.mark.slow
def test_rows_that_the_test_set_holds_are_counted(ran: Ran) -> None:
    assert "without 7 whose text the test set holds, valid" in ran.out


def test_churn_and_alignment_are_logged_at_every_evaluation(ran: Ran) -> None:
    looks = ran.logged("embedding")
    assert [(look["run"], look["seed"], look["step"]) for look in looks] == [
        (run, seed, step) for run in ("dense", "cut") for seed in (0, 1) for step in (10, 20)
    ]
    assert all(0 <= look["neighbour_overlap"] <= 1 and 0 < look["alignment"] < 4 for look in looks)


def test_a_run_keeps_its_last_churn_in_its_summary(ran: Ran) -> None:
    summary = json.loads((ran.folder / "cut" / "seed-1" / "summary.json").read_text())
    assert summary["embedding"]["neighbour_overlap"] == ran.logged("embedding")[-1]["neighbour_overlap"]


def test_all_are_measured_on_the_same_words(ran: Ran) -> None:
    summary = json.loads((ran.folder / "summary.json").read_text())
    shared = ran.logged("shared")
    assert [(line["run"], line["seed"]) for line in shared] == [
        (run, seed) for run in ("dense", "cut") for seed in (0, 1)
    ]
    assert all(line["neighbour_overlap_seeds"] >= 0 for line in shared)
    mean = np.mean([line["effective_rank"] for line in shared[:2]])
    assert summary["quality"]["dense"]["effective_rank"] == pytest.approx(mean)
    assert f"{summary['quality_words']:,} most frequent" in ran.out


def test_the_table_knows_of_groups_words_and_steps(ran: Ran) -> None:
    page = " ".join((ran.folder / "table.md").read_text().split())
    assert "37 test rows, 2 classes. Documents are read up to 64 tokens, by the baselines too; no " in page
    assert "37 test rows are few" in page
    assert "were still improving when they stopped" in page
    assert "bytes are not what limits them" in page


def test_strongest_features_are_printed_with_their_class(ran: Ran) -> None:
    features = [["optax", "tree", 6.94], ["jax", "args x", 5.72]]
    linear = Outcome("tfidf", np.ones((1, 1), bool), [{"strongest": features, "C": 10.0, "C_at_edge": False}])
    assert report.strongest([linear]).endswith("show here): 'tree' → optax (+6.9), 'args x' → jax (+5.7)")
    linear.summaries[0] |= {"C": 1000.0, "C_at_edge": True}
    assert report.strongest([linear]).endswith(". Its C, 1000, is the largest tried")
    assert report.strongest([]) == ""
    assert "'yes' → b (+" in ran.out
