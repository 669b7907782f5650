"""A sweep whose trials are pretrainings, judged by similarities of words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments.data.docstrings import documents
from tests.experiments.sweeps.conftest import swept

SWEEP = """
from embedlab import Dense
from experiments.pretraining import Corpus, Pretraining, Schedule
from experiments.pretraining.looks import Looks
from experiments.sweeps import *

def sweep():
    base = Pretraining(
        Dense(2000, 8),
        Corpus(({text!r},), split="words", min_count=3),
        train=Schedule(batch=64, epochs=1),
        quality=Looks(({pairs!r},), times=2),
    )
    return Sweep(base, {{"method.window": Int(1, 4)}}, Grid())
"""
PAIRS = """array shape 7
function module 6
the of 8
value returns 5
color style 7
layer color 1
the array 2
style function 3
"""


@pytest.mark.slow
def test_a_sweep_of_pretrainings(root: Path, tmp_path: Path) -> None:
    text, pairs, file = tmp_path / "text.txt", tmp_path / "pairs.txt", tmp_path / "windows.py"
    lines = [line for name in ("flax", "optax", "rich") for line in documents(name)]
    text.write_text("\n".join(lines[:400]), "utf-8")
    pairs.write_text(PAIRS, "utf-8")
    file.write_text(SWEEP.format(text=str(text), pairs=str(pairs)), "utf-8")
    out = swept(root, file, "--workdir", tmp_path / "swept", "--workers", 1)
    found = json.loads((tmp_path / "swept" / "sweep.json").read_text("utf-8"))
    assert found["settings"]["program"] == "pretrain" and found["settings"]["metric"] == "pairs"
    assert [trial["state"] for trial in found["trials"]] == ["complete"] * 4, out
    for trial in found["trials"]:
        folder = tmp_path / "swept" / trial["path"]
        summary = json.loads((folder / "summary.json").read_text("utf-8"))
        assert trial["value"] == summary["similarity"]["pairs"]["spearman"]
        config = json.loads((folder / "config.json").read_text("utf-8"))
        assert config["method"]["window"] == trial["params"]["method.window"]
    best = max(trial["value"] for trial in found["trials"])
    assert found["best"]["value"] == best
    assert "python -m experiments.pretrain" in (tmp_path / "swept" / "best.py").read_text("utf-8")
