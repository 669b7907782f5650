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
from experiments.study import registry

CONFIGS = sorted((Path(__file__).resolve().parent.parent.parent / "configs").glob("*.py"))


def told(path: Path) -> str:
    """The first lines of a config."""
    return ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""


def is_of_an_application(path: Path) -> bool:
    return registry.application_of(load(str(path), object)) is not None


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_config_loads_and_says_what_it_gives(path: Path) -> None:
    config = load(str(path), object)
    application = registry.application_of(config)
    kind = type(config)
    assert application is not None or kind in (Config, Pretraining)
    assert codec.decode(codec.encode(config), kind) == config
    program, text = ("pretrain", "--corpus.path books.txt ") if kind is Pretraining else ("classify", "")
    program = application.name if application is not None else program
    assert (
        f"python -m experiments.{program} configs/{path.name} {text}--workdir runs/{path.stem}"
        in " ".join(told(path).replace("\\\n", "").split())
    )
    unmeasured = application is not None and "Result: not measured yet." in told(path)
    if not unmeasured:
        assert re.search(r"^Result: .*\d", told(path), re.MULTILINE)
        assert re.search(r"^Time: \d", told(path), re.MULTILINE)


def test_pages_name_every_config(root: Path) -> None:
    text = (root / "README.md").read_text("utf-8")
    pages = text + "".join(page.read_text("utf-8") for page in (root / "docs" / "applications").rglob("*.md"))
    assert len(CONFIGS) >= 4
    for path in CONFIGS:
        assert f"configs/{path.name}" in (pages if is_of_an_application(path) else text), path.name
