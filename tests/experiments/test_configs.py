"""Every config is ready to run: it loads, and its first lines name its command, its result and its time."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from experiments.config import Config
from experiments.pretraining import Pretraining
from experiments.settings import codec
from experiments.settings.config_file import load

CONFIGS = sorted((Path(__file__).resolve().parent.parent.parent / "configs").glob("*.py"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_config_loads_and_says_what_it_gives(path: Path) -> None:
    pretrains = path.stem.startswith("pretrain")
    kind = Pretraining if pretrains else Config
    config = load(str(path), kind)
    assert codec.decode(codec.encode(config), kind) == config
    told = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    program, text = ("pretrain", "--corpus.path books.txt ") if pretrains else ("classify", "")
    assert (
        f"python -m experiments.{program} configs/{path.name} {text}--workdir runs/{path.stem}"
        in " ".join(told.replace("\\\n", "").split())
    )
    assert re.search(r"^Result: .*\d", told, re.MULTILINE) and re.search(r"^Time: \d", told, re.MULTILINE)


def test_the_readme_names_every_config(root: Path) -> None:
    text = (root / "README.md").read_text("utf-8")
    assert len(CONFIGS) >= 4 and not [path.name for path in CONFIGS if f"configs/{path.name}" not in text]
