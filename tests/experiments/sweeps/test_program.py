"""The words of the command that go together, and what is missing for them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., tuple[int, str]]


def test_words_that_do_not_go_together(
    command: Command, write_sweep: Callable[..., Path], tmp_path: Path
) -> None:
    words = (write_sweep(), "--workdir", tmp_path / "none")
    assert "--ray here:1: this is for --executor ray" in command(*words, "--ray", "here:1")[1]
    for wrong in (-1, 0):
        status, told = command(*words, "--workers", wrong)
        assert status == 2 and f"--workers {wrong}: expected a number of workers, 1 or more" in told
    for more in (("--workers", "two"), ("--worker", 2), ("more.py",)):
        status, told = command(*words, *more)
        assert status == 2 and "`python scripts/sweep.py --help` lists what can be given" in told
        assert "usage" not in told
    assert not (tmp_path / "none").exists()


def test_a_missing_ray(
    command: Command, write_sweep: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    status, told = command(write_sweep(), "--workdir", tmp_path / "none", "--executor", "ray")
    assert status == 2 and "pip install 'embedlab[ray]'" in told and "Traceback" not in told
    assert not (tmp_path / "none").exists()
