"""What a sweep comes to, of a study whose trials are not run."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import embedlab
from experiments.settings import config_file
from experiments.sweeps import Choice, Int, LogFloat, Random, output
from experiments.sweeps.ledger import Ledger
from experiments.sweeps.plan import Plan
from experiments.sweeps.store import Store
from tests.experiments.sweeps.conftest import small

SPACE: dict[str, Any] = {
    "train.rate": LogFloat(0.001, 0.1),
    "embedding": Choice(embedlab.Dense(90, 4), embedlab.Hashed(90, 4, buckets=7)),
    "train.clip": Choice(None, 1.0),
}


def finished(folder: Path, own: Plan, trials: int) -> tuple[dict[str, Any], str, int]:
    """The results where a trial's value follows from its rate alone; what is shown; the status."""
    ledger = Ledger(Store(folder / "study.db"), own, "here")
    for _ in range(trials):
        claim = ledger.claim()
        assert claim is not None
        ledger.report(claim, 5, claim.params["train.rate"])
        ledger.complete(claim, claim.params["train.rate"])
    out = io.StringIO()
    status = output.finish(own, folder, ledger, "here", Console(file=out, width=100))
    return json.loads((folder / "sweep.json").read_text("utf-8")), out.getvalue(), status


def test_the_field_that_matters_is_told(tmp_path: Path) -> None:
    own = small(space=SPACE, sampler=Random(), trials=16)
    began = time.process_time()
    found, out, status = finished(tmp_path, own, 16)
    assert status == 0 and time.process_time() - began < 30
    assert found["importance"].keys() == {"fanova", "ped_anova"}
    for fields in found["importance"].values():
        assert fields.keys() == SPACE.keys() and sum(fields.values()) == pytest.approx(1, abs=1e-4)
        assert fields["train.rate"] > 0.5
    assert "Importance (fanova): train.rate" in out
    best = max(found["trials"], key=lambda trial: trial["value"])
    assert found["best"]["number"] == best["number"] and best["params"]["embedding"]["type"] in (
        "dense",
        "hashed",
    )
    config: Any = config_file.load(str(tmp_path / "best.py"))
    assert config.train.rate == best["params"]["train.rate"] == best["value"]
    assert output.is_written(tmp_path, own) and not output.is_written(tmp_path, small(space=SPACE, trials=17))


def test_the_least_loss_is_best(tmp_path: Path) -> None:
    found, _, _ = finished(tmp_path, small(space=SPACE, trials=3, metric="loss"), 3)
    assert found["best"]["value"] == min(trial["value"] for trial in found["trials"])
    assert found["settings"]["direction"] == "minimise"


def test_of_one_trial_no_field_is_told_to_matter(tmp_path: Path) -> None:
    found, out, _ = finished(tmp_path, small(space=SPACE, trials=1), 1)
    assert found["importance"] == {} and "Importance" not in out


def test_a_field_of_more_values_than_memory_holds(tmp_path: Path) -> None:
    space = {"train.rate": LogFloat(0.001, 0.1), "split_seed": Int(0, 2**32 - 1)}
    found, _, _ = finished(tmp_path, small(space=space, trials=2), 2)
    config: Any = config_file.load(str(tmp_path / "best.py"))
    assert config.split_seed == found["best"]["params"]["split_seed"]


def test_a_sweep_without_an_end_of_any_trial(tmp_path: Path) -> None:
    own = small(trials=1)
    ledger = Ledger(Store(tmp_path / "study.db"), own, "here")
    claim = ledger.claim()
    assert claim is not None
    ledger.fail(claim, "a reason")
    assert output.finish(own, tmp_path, ledger, "here", Console(quiet=True)) == 1
    found = json.loads((tmp_path / "sweep.json").read_text("utf-8"))
    assert found["best"] is None and found["trials"][0]["reason"] == "a reason"
    assert not (tmp_path / "best.py").exists() and found["importance"] == {}
