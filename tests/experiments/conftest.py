"""What the experiments' tests share: real English that needs no data folder, a small config, the program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from experiments.classify import main
from scripts.prose import write

#: A tiny run: a few seconds with compilation.
CONFIG = """
from embedlab import Dense, Hashed, Subword
from experiments.config import Config, Quality, Text, Train
from experiments.data import Csv

def config():
    return Config(
        embedding=Dense(300, 8),
        data=Csv(path={data!r}),
        text=Text(max_length=16),
        train=Train(steps=20, evaluate_every=10, batch=32),
        quality=Quality(rows=100, every=1),
        {more}
    )
"""


@pytest.fixture(scope="session")
def prose(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CSV file of documentation strings of three small packages, which are the labels."""
    return write(tmp_path_factory.mktemp("prose") / "prose.csv")


@pytest.fixture(scope="session")
def write_config(prose: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Writes the config of a tiny run; by default of one embedding, one seed, on the shared prose."""

    def write(more: str = "", data: Path = prose) -> Path:
        path = tmp_path_factory.mktemp("config") / "small.py"
        path.write_text(CONFIG.format(data=str(data), more=more), "utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def small(write_config: Callable[..., Path]) -> Path:
    """A config of one embedding and one seed."""
    return write_config()


@pytest.fixture(scope="session")
def comparison(write_config: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished workdir of two embeddings, two seeds and the baselines; tests that change it copy it."""
    config = write_config("rivals={'small': Hashed(300, 8, buckets=40)}, seeds=(0, 1)")
    workdir = tmp_path_factory.mktemp("finished") / "comparison"
    assert main([str(config), "--workdir", str(workdir)]) == 0
    return workdir


@pytest.fixture
def inside(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs the program in this process, which spares its imports: (status, output, errors)."""

    def run(*words: Any) -> tuple[int, str, str]:
        monkeypatch.chdir(root)
        monkeypatch.setenv("COLUMNS", "100")
        status = main([str(word) for word in words])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run
