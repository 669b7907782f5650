"""Every config can be written as the file that makes it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from experiments.pretraining.looks import Looks
from experiments.settings import config_file
from experiments.sweeps import source

CONFIGS = sorted((Path(__file__).parents[3] / "configs").glob("*.py"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_it_is_the_same_config(path: Path, tmp_path: Path) -> None:
    config: Any = config_file.load(str(path), object)
    written = tmp_path / "written.py"
    written.write_text(source.of(config, "One of the configs", "…"), "utf-8")
    again: Any = config_file.load(str(written), object)
    assert again == config and type(again) is type(config)


def test_whatever_its_heading_says(tmp_path: Path) -> None:
    config = Looks(times=3)
    written, told, command = tmp_path / "written.py", 'The best of """quotes"""', r"python 'a\N new.py'"
    written.write_text(source.of(config, told, command), "utf-8")
    assert config_file.load(str(written), Looks) == config
    heading = ast.get_docstring(ast.parse(written.read_text("utf-8")), clean=False)
    assert heading == f"{told}.\n\n    {command}\n"
    assert source.in_a_line((float("inf"), 0.5)) == "(float('inf'), 0.5)"


def test_there_are_configs() -> None:
    assert len(CONFIGS) > 10
