"""The configs of recommenders: they load, come back from JSON, and say what they give."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from experiments.recommend import APPLICATION
from experiments.recommend.config import Recommend
from experiments.settings.config_file import load
from experiments.study import registry

CONFIGS = sorted((Path(__file__).resolve().parents[3] / "configs/recommend").glob("*.py"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_config_loads_and_says_what_it_gives(path: Path) -> None:
    config = load(str(path), Recommend)
    assert registry.decode(registry.encode(APPLICATION, config)) == (APPLICATION, config)
    told = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    command = f"python -m experiments.recommend configs/recommend/{path.name} --workdir runs/{path.stem}"
    assert command in " ".join(told.replace("\\\n", "").split())
    assert re.search(r"^Result: .*\d", told, re.MULTILINE) and re.search(r"^Time: .*\d", told, re.MULTILINE)


def test_rivals_have_as_many_bytes() -> None:
    import jax

    for path in CONFIGS:
        config = load(str(path), Recommend)
        sizes = {
            sum(
                table.size
                for table in jax.eval_shape(lambda spec=spec: spec.init(jax.random.key(0)).tables).values()
            )
            for spec in (config.embedding, *config.rivals.values())
        }
        assert len(sizes) == 1 and config.rivals, path.stem
