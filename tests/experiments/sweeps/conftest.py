"""What tests of sweeps share: a sweep of tiny runs, its program, and one that has been run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from experiments.sweeps import Sweep, plan
from experiments.sweeps.plan import Plan
from experiments.sweeps.program import main

#: Of its eight cells six raise: a rate that gives no number, a column that is not there, or both.
SWEEP = """
from embedlab import Dense, Hashed
from experiments.config import Config, Quality, Text, Train
from experiments.data import Csv
from experiments.sweeps import *

def sweep():
    return Sweep(
        Config(
            embedding=Dense(300, 8),
            rivals={{"hashed": Hashed(300, 8, buckets=90)}},
            data=Csv(path={data!r}),
            text=Text(max_length=16),
            train=Train(steps=20, evaluate_every=5, patience=99, batch=32, rate=0.02),
            quality=Quality(rows=50),
            seeds=(0, 1),
        ),
        {space},
        {more},
    )
"""
SPACE = """{
    "train.rate": Choice(0.03, 1e30),
    "embedding": Choice(Dense(300, 8), Hashed(300, 8, buckets=50)),
    "data.label": Choice("label", "nowhere"),
}"""


@pytest.fixture(scope="session")
def write_sweep(prose: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Writes a sweep file of tiny runs."""

    def write(more: str = "Grid()", space: str = SPACE, path: Path | None = None) -> Path:
        path = path or tmp_path_factory.mktemp("sweep") / "tiny.py"
        path.write_text(SWEEP.format(data=str(prose), space=space, more=more), "utf-8")
        return path

    return write


def start(root: Path, *words: object) -> subprocess.Popen[str]:
    """The program as a user starts it."""
    return subprocess.Popen(
        [sys.executable, str(root / "scripts" / "sweep.py"), *map(str, words)],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root), "COLUMNS": "100", "JAX_PLATFORMS": "cpu"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def swept(root: Path, *words: object) -> str:
    """Runs the program to its end; what it printed."""
    process = start(root, *words)
    out, err = process.communicate(timeout=500)
    assert process.returncode == 0, out + err
    return out + err


@pytest.fixture
def command(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Runs the program in this process, which spares its imports: status, and what it printed in one line."""

    def run(*words: object) -> tuple[int, str]:
        monkeypatch.chdir(root)
        status = main([str(word) for word in words])
        captured = capsys.readouterr()
        return status, " ".join((captured.out + captured.err).split())

    return run


@pytest.fixture(scope="session")
def finished(
    root: Path, write_sweep: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path, str]:
    """A grid that two workers have run: its file, its folder, what was printed."""
    file, workdir = write_sweep(), tmp_path_factory.mktemp("swept") / "grid"
    return file, workdir, swept(root, file, "--workdir", workdir, "--workers", 2)


def small(**more: Any) -> Plan:
    """A plan whose trials are never run."""
    import embedlab
    from experiments.config import Config
    from experiments.sweeps import Float, Int, Random

    settings: dict[str, Any] = {"sampler": Random(), "trials": 6, **more}
    space = settings.pop("space", {"train.rate": Float(0.001, 0.1), "train.batch": Int(8, 64)})
    return plan.made(Sweep(Config(embedlab.Dense(90, 4)), space, **settings), "small")
