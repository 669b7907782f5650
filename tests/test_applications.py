"""What every application of an embedding layer keeps to: small files, none of another's, a page, a config."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from experiments.config import Study
from experiments.study import registry
from experiments.study.application import Application
from tests.test_imports import imports, sources

ROOT = Path(__file__).resolve().parent.parent
_MOST_LINES = 200


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("name", registry.NAMES)
def test_it_is_a_folder_of_small_files(name: str) -> None:
    found = sorted((ROOT / "experiments" / name).rglob("*.py"))
    assert found
    large = {str(path.relative_to(ROOT)): lines_of(path) for path in found if lines_of(path) > _MOST_LINES}
    assert not large, f"more than {_MOST_LINES} lines: {large}"


@pytest.mark.parametrize("name", registry.NAMES)
def test_it_imports_no_other(name: str) -> None:
    others = tuple(f"experiments.{other}" for other in registry.NAMES if other != name)
    for module, tree in sources("experiments").items():
        if f"{module}.".startswith(f"experiments.{name}."):
            foreign = {
                each
                for each in imports(module, tree)
                if f"{each}.".startswith(tuple(f"{o}." for o in others))
            }
            assert not foreign, f"{module} imports {foreign}"


def test_shared_code_imports_none() -> None:
    """But by name, through the registry."""
    packages = tuple(f"experiments.{name}." for name in registry.NAMES)
    for module, tree in sources("experiments").items():
        if not f"{module}.".startswith(packages):
            foreign = {each for each in imports(module, tree) if f"{each}.".startswith(packages)}
            assert not foreign, f"{module} imports {foreign}"


@pytest.mark.parametrize("name", registry.NAMES)
def test_it_says_what_it_is(name: str) -> None:
    application = registry.application(name)
    assert isinstance(application, Application) and application.name == name
    made = application.default()
    assert type(made) is application.kind and isinstance(made, Study)
    assert application.judge(made).headline.key
    assert registry.application_of(made) is application
    assert registry.decode(registry.encode(application, made)) == (application, made)


@pytest.mark.parametrize("name", registry.NAMES)
def test_it_has_a_page_and_configs_that_tell_their_command(name: str) -> None:
    assert (ROOT / "docs" / "applications" / f"{name}.md").is_file()
    places = ROOT / "configs"
    found = [path for path in places.rglob("*.py") if path.is_relative_to(places / name)]
    found += sorted(places.glob(f"{name}*.py"))
    assert found
    for path in found:
        head = path.read_text(encoding="utf-8")
        command = rf"python -m experiments\.{name} {re.escape(path.relative_to(ROOT).as_posix())}"
        assert re.search(command, head), f"{path}: its first lines tell no command"
