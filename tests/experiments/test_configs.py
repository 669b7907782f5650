"""Every config is ready to run: it loads, and its first lines name its command, its result and its time."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from experiments.settings import codec
from experiments.settings.config_file import load

CONFIGS = sorted((Path(__file__).resolve().parent.parent.parent / "configs").glob("*.py"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_config_loads_and_says_what_it_gives(path: Path) -> None:
    config = load(str(path))
    assert codec.decode(codec.encode(config)) == config
    told = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    assert f"python -m experiments.classify configs/{path.name} --workdir runs/{path.stem}" in told
    assert re.search(r"^Result: .*\d", told, re.MULTILINE) and re.search(r"^Time: \d", told, re.MULTILINE)


def test_the_readme_names_every_config(root: Path) -> None:
    text = (root / "README.md").read_text("utf-8")
    assert len(CONFIGS) >= 4 and not [path.name for path in CONFIGS if f"configs/{path.name}" not in text]
