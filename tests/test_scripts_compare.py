"""Scripts that hold embedlab against other programs, and modes of pretrained vectors against each other."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent


def started(*words: object, script: str = "compare_fasttext") -> subprocess.CompletedProcess[str]:
    """A script in a process of its own."""
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / f"{script}.py"), *map(str, words)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        timeout=600,
    )


@pytest.mark.slow
def test_fasttext_and_gensim_load_what_is_written() -> None:
    peers = {name: os.environ.get(f"EMBEDLAB_{name.upper()}") for name in ("fasttext", "gensim")}
    if not peers["fasttext"]:
        pytest.skip("EMBEDLAB_FASTTEXT names no interpreter that has the package")
    words = [word for name, python in peers.items() if python for word in (f"--{name}", python)]
    run = started(*words, "--words", 2000)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Written again: the same bytes" in run.stdout and "NOT AS" not in run.stdout
    counts = r"and n-grams of 2,000 of 2,000 unseen ones \((1,[0-9]{3}) not ASCII\) the same"
    assert len(re.findall(counts, run.stdout)) == 2
    for told in ("trained on by gensim", "vectors, the same bits"):
        assert run.stdout.count(told) == (3 if peers["gensim"] else 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("python", "message"),
    [("no-such-python", "it can't be started, No such file"), (sys.executable, "No module named 'fasttext'")],
)
def test_what_it_needs(python: str, message: str) -> None:
    run = started("--fasttext", python)
    assert run.returncode == 2 and run.stdout == "" and "Traceback" not in run.stderr
    told = " ".join(run.stderr.split())
    assert f"--fasttext {python}: " in told and message in told
    assert "Give a Python that can import fasttext" in told


@pytest.mark.slow
def test_modes_are_compared_with_settings_chosen_on_validation(tmp_path: Path) -> None:
    tried = ["--try", "train.rate=0.003,0.01", "--try", "train.table_rate=0.01"]
    few = ["--train.steps=30", "--train.evaluate_every=10", "--rivals=none", "--seeds=0,1"]
    words = ["configs/quickstart.py", "--vectors", "glove-6b-50d", "--modes", "random,static", *tried, *few]
    run = started(*words, "--workdir", tmp_path, script="compare_modes")
    assert run.returncode == 0, run.stdout + run.stderr
    found = json.loads((tmp_path / "modes.json").read_text("utf-8"))
    assert list(found) == ["random", "static"] and found["random"]["against"] is None
    assert found["static"]["settings"].keys() == {"train.rate"} and found["static"]["trials"] == 2
    for mode, facts in found.items():
        trials = [
            json.loads(path.read_text("utf-8")) for path in tmp_path.glob(f"trials/{mode}/*/summary.json")
        ]
        assert facts["valid_loss"] == min(trial["valid"]["loss"] for trial in trials)
        rate = json.loads((tmp_path / "final" / mode / "config.json").read_text("utf-8"))["train"]["rate"]
        assert rate == float(facts["settings"]["train.rate"])
        assert np.mean(facts["by_seed"]) == pytest.approx(facts["score"]["mean"])
    means = [np.mean(found[mode]["by_seed"]) for mode in ("static", "random")]
    assert found["static"]["against"]["mean"] == pytest.approx(means[0] - means[1])
    table = (tmp_path / "table.md").read_text("utf-8")
    assert "| static | " in table and table.strip() in run.stdout
    again = started(*words, "--workdir", tmp_path, script="compare_modes")
    assert again.returncode == 0 and table.strip() in again.stdout
    assert (
        started(*words[:3], "--modes", "frozen", "--workdir", tmp_path, script="compare_modes").returncode
        == 2
    )
