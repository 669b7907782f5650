"""Every program that is told to be typed is there."""

from __future__ import annotations

import importlib.util

import pytest

from experiments.page.sections.repeat import command
from experiments.study import program, registry


@pytest.mark.parametrize("name", [*registry.NAMES, "classify", "pretrain", "evaluate"])
def test_what_is_told_to_be_typed_is_a_program(name: str) -> None:
    module = registry.module(name)
    spec = importlib.util.find_spec(module)
    assert spec is not None and (
        not spec.submodule_search_locations or importlib.util.find_spec(f"{module}.__main__")
    )
    if name != "evaluate":
        assert command({}, name) == f"python -m {module} repeat.py --workdir runs/again"


def test_the_usage_names_the_program_as_it_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main("triples", ["--help"]) == 0
    assert "usage: python -m experiments.graph.triples [CONFIG.py]" in capsys.readouterr().out
