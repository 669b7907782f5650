"""A sweep over an application, by flags and files of a user's own: its trials, its best config, its page."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from experiments.columns.config import Columns
from experiments.page.program import main as report
from experiments.settings import config_file
from tests.experiments.sweeps.conftest import swept

SWEEP = """
from embedlab import Dense
from experiments.columns.config import Columns
from experiments.config import Train
from experiments.study.tabular.rows import TableData
from experiments.sweeps import *

def sweep():
    data = TableData(path={path!r}, target="clicked", positive="yes")
    base = Columns(Dense(60, 4), Train(batch=32, steps=40, evaluate_every=20), data=data)
    return Sweep(base, {{"train.rate": Choice(0.02, 1e-7)}}, Grid())
"""


@pytest.mark.slow
def test_a_sweep_of_an_application(root: Path, tmp_path: Path) -> None:
    draw = random.Random(0)
    lines = ["job,town,clicked"]
    for _ in range(600):
        job, town = draw.choice(["cook", "clerk", "nurse"]), draw.choice("abcdefghijklmnop")
        clicked = (job == "cook") / 2 + (town < "h") / 3 + draw.random() > 0.9
        lines.append(f"{job},{town},{'yes' if clicked else 'no'}")
    (tmp_path / "clicks.csv").write_text("\n".join(lines) + "\n")
    file, workdir = tmp_path / "clicks.py", tmp_path / "swept"
    file.write_text(SWEEP.format(path=str(tmp_path / "clicks.csv")))
    out = swept(root, file, "--workdir", workdir, "--workers", 1)
    found = json.loads((workdir / "sweep.json").read_text("utf-8"))
    asked = found["settings"]
    assert (asked["program"], asked["metric"], asked["direction"]) == ("columns", "auc", "maximise")
    assert [trial["state"] for trial in found["trials"]] == ["complete"] * 2, out
    first, second = found["trials"]
    assert first["value"] > second["value"] + 0.1
    best = config_file.load(str(workdir / "best.py"), Columns)
    assert best.train.rate == first["params"]["train.rate"] == 0.02
    assert "python -m experiments.columns" in (workdir / "best.py").read_text()
    assert swept(root, file, "--workdir", workdir, "--workers", 1)  # it is finished, and says so
    page = tmp_path / "page.html"
    assert report([str(workdir), "-o", str(page)]) == 0
    assert "AUC" in page.read_text() and "parallel" in page.read_text().lower()
