"""Runs are found where they lie, told apart, and shown as they are: finished, unfinished or damaged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from experiments.errors import Mistake
from experiments.evaluate import main as evaluate
from experiments.runs.found import found
from experiments.runs.found_run import DAMAGED, FINISHED, UNFINISHED
from experiments.runs.run import RunDirectory

NAMES = ["majority", "tfidf-logistic", "dense", "dense", "small", "small"]
DENSE = {"embedding": {"type": "dense"}, "data": {}, "seeds": [3], "rivals": {}}


@pytest.fixture
def workdir(comparison: Path, tmp_path: Path) -> Path:
    """The comparison, to be changed."""
    return Path(shutil.copytree(comparison, tmp_path / "comparison"))


def test_a_comparison_is_its_runs_in_order(comparison: Path) -> None:
    runs = found([comparison])
    assert [run.name for run in runs] == NAMES
    assert [run.is_baseline for run in runs] == [True, True, False, False, False, False]
    assert [run.seed for run in runs] == [None, None, 0, 1, 0, 1]
    assert {run.state for run in runs} == {FINISHED}
    assert {run.workdir for run in runs} == {comparison}
    dense = runs[2]
    assert dense.label == "comparison: dense, seed 0"
    assert dense.path == comparison / "dense" / "seed-0"
    assert dense.config["embedding"]["type"] == "dense" and dense.config["seeds"] == [0]
    assert dense.summary["seed"] == 0 and dense.data["classes"] == dense.summary["classes"]
    assert {line["split"] for line in dense.metrics} == {"train", "valid", "embedding", "test", "final"}
    assert dense.predictions["test"].shape == (dense.data["test"], len(dense.data["classes"]))
    assert dense.vectors is not None and dense.counts is not None
    assert dense.vectors.matrix.shape == (298, 8) and (np.diff(dense.counts) <= 0).all()
    assert dense.labels is not None and set(dense.labels.tolist()) <= {0, 1, 2}
    assert dense.targets is not None and dense.targets.groups.shape == (dense.data["test"],)
    guessed = dense.predictions["test"].argmax(1)
    assert np.mean(guessed == dense.targets.targets) == pytest.approx(dense.summary["test"]["accuracy"])


def test_each_run_is_there_once(comparison: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = found([comparison.parent, comparison, comparison / "dense" / "seed-0"])
    assert [run.name for run in runs] == NAMES
    monkeypatch.chdir(comparison / "small" / "seed-1")
    (one,) = found(["."])
    assert (one.name, one.seed, one.workdir) == ("small", 1, comparison)


def test_what_is_not_finished_or_damaged_is_told(workdir: Path) -> None:
    (workdir / "dense" / "seed-1" / "summary.json").unlink()
    (workdir / "small" / "seed-0" / "metrics.jsonl").write_text('{"step": 1}\n')
    (workdir / "small" / "seed-1" / "config.json").write_text("{")
    (workdir / "baselines" / "majority" / "predictions.npz").write_bytes(b"")
    states = {(run.name, run.seed): run for run in found([workdir])}
    assert states["dense", 0].state == FINISHED and states["dense", 0].damage is None
    assert states["dense", 1].state == UNFINISHED and states["dense", 1].summary == {}
    assert states["small", 0].state == DAMAGED and "line 1" in (states["small", 0].damage or "")
    assert states["small", 0].metrics == []
    assert states["small", 1].state == DAMAGED and "config.json" in (states["small", 1].damage or "")
    assert states["small", 1].config == {}
    assert states["majority", None].state == DAMAGED and states["majority", None].predictions == {}


def test_one_run_of_a_workdir_is_the_workdir(tmp_path: Path) -> None:
    (tmp_path / "seed-3").mkdir()
    RunDirectory(tmp_path / "seed-3").write("config.json", DENSE)
    (run,) = found([tmp_path])
    assert (run.path, run.workdir, run.name, run.seed) == (tmp_path / "seed-3",) * 2 + ("dense", 3)
    assert run.state == UNFINISHED and run.vectors is None and run.counts is None


def test_baselines_beside_the_only_run_are_of_its_workdir(tmp_path: Path) -> None:
    (tmp_path / "w" / "baselines" / "bag" / "seed-3").mkdir(parents=True)
    (tmp_path / "w" / "baselines" / "majority").mkdir()
    for place in ("w", "w/baselines/bag/seed-3"):
        RunDirectory(tmp_path / place).write("config.json", DENSE)
    RunDirectory(tmp_path / "w" / "baselines" / "majority").write("summary.json", {"test": {"accuracy": 0.5}})
    runs = found([tmp_path / "w"])
    assert [(run.name, run.seed, run.is_baseline) for run in runs] == [
        ("bag", 3, True),
        ("majority", None, True),
        ("dense", 3, False),
    ]
    assert {run.workdir for run in runs} == {tmp_path / "w"}


def test_folds_modes_and_baselines_that_are_trained(tmp_path: Path) -> None:
    top = {**DENSE, "folds": 2, "transfer": {"vectors": "x.vec", "mode": "static", "beside": ["random"]}}
    RunDirectory(tmp_path / "w").path.mkdir()
    RunDirectory(tmp_path / "w").write("config.json", top)
    for part in ("fold-1/random", "fold-1/static", "fold-0/static", "fold-0/baselines/bag"):
        (folder := tmp_path / "w" / part / "seed-3").mkdir(parents=True)
        RunDirectory(folder).write("config.json", {**DENSE, "folds": 2})
    runs = [(run.name, run.fold, run.seed, run.is_baseline) for run in found([tmp_path])]
    assert runs == [
        ("bag", 0, 3, True),
        ("static", 0, 3, False),
        ("static", 1, 3, False),
        ("random", 1, 3, False),
    ]
    (bag,) = found([tmp_path / "w" / "fold-0" / "baselines"])
    assert bag.workdir == tmp_path / "w" and bag.is_baseline


def test_trials_stand_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for number in (10, 9):
        (folder := tmp_path / "trials" / str(number)).mkdir(parents=True)
        RunDirectory(folder).write("config.json", DENSE)
    assert [run.trial for run in found([tmp_path])] == [9, 10]


def test_cells_of_a_comparison_of_budgets_have_their_rate_in_their_name(tmp_path: Path) -> None:
    for place in ("trec/dense/full/rate-0.01/seed-3", "mr/fold-1/hashed/1-16/rate-0.003/seed-3"):
        (folder := tmp_path / place).mkdir(parents=True)
        RunDirectory(folder).write("config.json", DENSE)
        (tmp_path / place.partition("/")[0] / "data.json").write_text('{"name": "texts"}')
    runs = [(run.workdir.name, run.name, run.seed, run.fold) for run in found([tmp_path])]
    assert runs == [("mr", "hashed 1/16, rate 0.003", 3, 1), ("trec", "dense, rate 0.01", 3, None)]
    assert found([tmp_path])[0].data == {"name": "texts"}


def test_other_programs(tmp_path: Path) -> None:
    words = tmp_path / "words.vec"
    words.write_text("2 2\ncat 1 0\ndog 0 1\n")
    assert evaluate([str(words), "--workdir", str(tmp_path / "measured")]) == 0
    (tmp_path / "made").mkdir()
    pretraining = {"embedding": {"type": "subword"}, "method": {"type": "cbow"}, "corpus": {}, "seed": 5}
    RunDirectory(tmp_path / "made").write("config.json", pretraining)
    runs = found([tmp_path])
    assert [(run.program, run.name, run.seed, run.state) for run in runs] == [
        ("pretrain", "subword", 5, UNFINISHED),
        ("evaluate", "measured", None, FINISHED),
    ]


def test_no_run_is_a_mistake_that_names_the_nearest(comparison: Path, tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=f"comparisn: there is no such folder.*{comparison.name}"):
        found([comparison.parent / "comparisn"])
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "summary.json").write_text(json.dumps({"test": 1}))
    with pytest.raises(Mistake, match=r"no run lies in it\. Give the --workdir"):
        found([tmp_path / "other"])
