"""Whether pretrained vectors of k-mers help: the script, on drawn sequences."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.experiments.genes.drawn import sequences, written

ROOT = Path(__file__).resolve().parent.parent
CONFIG = """
from embedlab import Dense
from experiments.config import Train
from experiments.genes.config import GeneStudy
from experiments.genes.data import Genes
from experiments.genes.kmers import Kmers


def config():
    return GeneStudy(
        {embedding},
        data=Genes({path!r}, sequence="letters", label="kind"),
        kmers=Kmers(k=(6,)),
        train=Train(rate=0.05, batch=32, steps=100, evaluate_every=50),
        folds={folds},
    )
"""


def started(folder: Path, **settings: object) -> subprocess.CompletedProcess[str]:
    """The script in a process of its own."""
    table = written(folder / "own.csv", sequences(120))
    (folder / "config.py").write_text(CONFIG.format(path=str(table), **settings))
    words = ("config.py", "--workdir", "out", "--epochs", "2")
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "genes_pretrained.py"), *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_each_fold_has_vectors_of_its_own_training_sequences(tmp_path: Path) -> None:
    ended = started(tmp_path, embedding="Dense(5000, 8)", folds=2)
    assert ended.returncode == 0, ended.stderr
    text = ended.stdout[-400:]
    begun, drawn = (float(re.search(rf"{side}: ([\d.]+) \(", text)[1]) for side in ("begun", "drawn"))
    apart = re.search(r"begun − drawn: ([+−][\d.]+) \(([+−][\d.]+) to ([+−][\d.]+)\) points", text)
    mean, low, high = (float(number.replace("−", "-")) for number in apart.groups())
    assert mean == pytest.approx(begun - drawn, abs=0.11) and low <= mean <= high
    texts = [(tmp_path / f"out/fold-{fold}/kmers.txt").read_text().splitlines() for fold in (0, 1)]
    assert set(texts[0]) != set(texts[1]) and all(0 < len(each) < 120 for each in texts)
    again = started(tmp_path, embedding="Dense(5000, 8)", folds=2)
    assert again.returncode == 0 and again.stdout[-400:].splitlines()[-3:] == text.splitlines()[-3:]


def test_a_config_without_folds_is_refused(tmp_path: Path) -> None:
    ended = started(tmp_path, embedding="Dense(5000, 8)", folds=0)
    assert ended.returncode == 2 and "give one with folds and a Dense embedding" in " ".join(
        ended.stderr.split()
    )
