"""Runs as data frames: a row a run, a row a logged number; without pandas, which extra to install."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import experiments
from experiments.errors import Mistake

pandas = pytest.importorskip("pandas")


def test_one_row_a_run(comparison: Path) -> None:
    frame = experiments.runs.table([comparison])
    assert list(frame.columns[:9]) == [
        *("workdir", "name", "kind", "program", "state", "seed", "fold", "trial", "data"),
    ]
    assert frame["name"].tolist() == ["majority", "tfidf-logistic", "dense", "dense", "small", "small"]
    assert frame["kind"].tolist() == ["baseline", "baseline", "dense", "dense", "hashed", "hashed"]
    assert frame["seed"].fillna(-1).tolist() == [-1, -1, 0, 1, 0, 1]
    summaries = [json.loads((Path(path) / "summary.json").read_text()) for path in frame["path"]]
    assert frame["accuracy"].tolist() == [summary["test"]["accuracy"] for summary in summaries]
    assert (frame["accuracy_low"] <= frame["accuracy"]).all()
    assert (frame["accuracy"] <= frame["accuracy_high"]).all()
    assert frame["trainable_bytes"].tolist()[-4:] == [300 * 8 * 4] * 2 + [40 * 8 * 4] * 2
    phases = summaries[2]["seconds"]
    costs = sum(took for phase, took in phases.items() if phase not in ("inspect", "finish"))
    dense = frame.iloc[2]
    assert dense["seconds"] == pytest.approx(costs) and dense["seconds_train"] == phases["train"]
    assert dense["quality_hubness"] == summaries[2]["embedding"]["hubness"]
    assert dense["version_jax"] == summaries[2]["versions"]["jax"]


def test_a_run_alone_has_the_interval_of_the_table(comparison: Path) -> None:
    linear = experiments.runs.table(comparison).set_index("name").loc["tfidf-logistic"]
    written = pandas.read_csv(comparison / "table.csv").set_index("name").loc["tfidf-logistic"]
    for column in ("accuracy", "accuracy_low", "accuracy_high"):
        assert linear[column] == written[column]


def test_fields_that_differ_or_all(comparison: Path) -> None:
    frame = experiments.runs.table(comparison)
    fields = [name for name in frame.columns if name.startswith("config.")]
    assert "config.embedding.type" in fields and "config.embedding.buckets" in fields
    assert "config.train.steps" not in fields and "config.seeds" not in fields
    every = experiments.runs.table(comparison, all_fields=True)
    assert every["config.train.steps"].dropna().unique().tolist() == [20]


def test_unfinished_runs_have_no_results(comparison: Path, tmp_path: Path) -> None:
    workdir = Path(shutil.copytree(comparison, tmp_path / "w"))
    (workdir / "dense" / "seed-1" / "summary.json").unlink()
    (workdir / "targets.npz").unlink()
    frame = experiments.runs.table(workdir)
    assert frame["state"].tolist().count("unfinished") == 1
    assert frame["accuracy"].isna().tolist() == [False, False, False, True, False, False]
    assert "accuracy_low" not in frame


def test_curves_are_what_was_logged(comparison: Path) -> None:
    frame = experiments.runs.curves(comparison)
    own = frame[(frame["name"] == "small") & (frame["seed"] == 1)]
    losses = own[(own["split"] == "valid") & (own["metric"] == "loss")]
    lines = (comparison / "small" / "seed-1" / "metrics.jsonl").read_text().splitlines()
    logged = [line for line in map(json.loads, lines) if line["split"] == "valid"]
    assert losses["step"].tolist() == [line["step"] for line in logged] == [10, 20]
    assert losses["value"].tolist() == [line["loss"] for line in logged]
    assert set(frame["name"]) == {"dense", "small"}


def test_without_pandas_the_extra_is_named(comparison: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(Mistake, match=r"pandas, which is not installed.*embedlab\[report\]"):
        experiments.runs.table(comparison)


def test_writers_of_runs_do_not_wait_for_it(root: Path) -> None:
    code = "import sys, experiments; experiments.runs; assert not {'pandas', 'jax'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True)
