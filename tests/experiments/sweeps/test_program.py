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
    assert "--workers -1: expected a number of workers" in command(*words, "--workers", -1)[1]
    assert not (tmp_path / "none").exists()


def test_a_missing_ray(
    command: Command, write_sweep: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    status, told = command(write_sweep(), "--workdir", tmp_path / "none", "--executor", "ray")
    assert status == 2 and "pip install 'embedlab[ray]'" in told and "Traceback" not in told
    assert not (tmp_path / "none").exists()
