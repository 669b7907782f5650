"""Configs of triples load, are told as JSON and back, and say their command, result and time."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from experiments.graph.triples.config import TripleStudy
from experiments.settings import codec
from experiments.settings.config_file import load

FOLDER = Path(__file__).resolve().parents[4] / "configs" / "graph"
CONFIGS = sorted(FOLDER.glob("wn18rr_*.py"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_config_loads_and_says_what_it_gives(path: Path) -> None:
    config = load(str(path), TripleStudy)
    assert codec.decode(codec.encode(config), TripleStudy) == config
    told = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    command = f"python -m experiments.graph.triples configs/graph/{path.name} --workdir runs/{path.stem}"
    assert command in " ".join(told.replace("\\\n", "").split())
    assert re.search(r"^Result: .", told, re.MULTILINE) and re.search(r"^Time: .", told, re.MULTILINE)


def test_there_are_configs_of_every_score() -> None:
    scores = {type(load(str(path), TripleStudy).model.score).__name__ for path in CONFIGS}
    assert scores == {"ComplEx", "DistMult", "TransE", "RotatE"}


def test_rivals_have_as_many_bytes() -> None:
    config = load(str(FOLDER / "wn18rr_bytes.py"), TripleStudy)
    sizes = {
        name: 4 * sum(rows * width for rows, width in spec.table_shapes.values())
        for name, spec in {"dense": config.embedding, **config.rivals}.items()
    }
    assert max(sizes.values()) <= 1.001 * min(sizes.values())
