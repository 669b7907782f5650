"""Every config of a graph of nodes loads, and its first lines name its command, its result and its time."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from experiments.graph.config import GraphStudy
from experiments.settings import codec
from experiments.settings.config_file import load

CONFIGS = sorted((Path(__file__).resolve().parents[4] / "configs/graph").glob("c*.py"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_config_loads_and_says_what_it_gives(path: Path) -> None:
    config = load(str(path), GraphStudy)
    assert codec.decode(codec.encode(config), GraphStudy) == config
    told = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    command = f"python -m experiments.graph configs/graph/{path.name} --workdir runs/{path.stem}"
    assert command in " ".join(told.replace("\\\n", "").split())
    assert "\nResult: " in told and "\nTime: " in told


def test_there_are_some() -> None:
    assert len(CONFIGS) >= 6
