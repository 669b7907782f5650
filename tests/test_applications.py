"""What every application of an embedding layer keeps to: small files, none of another's, a page, a config."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import embedlab
from experiments.config import Study
from experiments.study import registry
from experiments.study.application import Application
from tests.test_imports import imports, module_name, sources

ROOT = Path(__file__).resolve().parent.parent
_MOST_LINES = 200


def package(name: str) -> str:
    """Where an application lies, as `graph.triples`."""
    return registry._PLACES.get(name, f"experiments.{name}").removeprefix("experiments.")


def owner(module: str) -> str:
    """The application that a module is of: that of the innermost package; empty for shared code."""
    own = [name for name in registry.NAMES if f"{module}.".startswith(f"experiments.{package(name)}.")]
    return max(own, key=lambda name: len(package(name)), default="")


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("name", registry.NAMES)
def test_it_is_a_folder_of_small_files(name: str) -> None:
    found = [path for path in (ROOT / "experiments").rglob("*.py") if owner(module_name(path)) == name]
    assert found
    large = {str(path.relative_to(ROOT)): lines_of(path) for path in found if lines_of(path) > _MOST_LINES}
    assert not large, f"more than {_MOST_LINES} lines: {large}"


def test_none_imports_another_and_shared_code_imports_none() -> None:
    """But by name, through the registry."""
    for module, tree in sources("experiments").items():
        owners = {each: owner(each) for each in imports(module, tree)}
        foreign = {each for each, name in owners.items() if name and name != owner(module)}
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


def test_what_a_config_may_choose_is_known_without_more_imports() -> None:
    """In a process of its own, where nothing else has imported a kind of data or of model."""
    program = """
import importlib, pkgutil, draccus
from experiments.study import registry

def choices():
    bases = [each for each in below(draccus.ChoiceRegistry) if draccus.ChoiceRegistry in each.__bases__]
    return {each.__qualname__ + " in " + each.__module__: sorted(each.get_known_choices()) for each in bases}

def below(kind):
    return [found for each in kind.__subclasses__() for found in (each, *below(each))]

for name in registry.NAMES:
    registry.application(name)
known = choices()
for name in registry.NAMES:
    package = importlib.import_module(registry._PLACES.get(name, f"experiments.{name}"))
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
late = {place: found for place, found in choices().items() if known.get(place) != found}
assert known and not late, late
"""
    found = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize("name", registry.NAMES)
def test_the_default_embeddings_are_taken(name: str) -> None:
    """Flags alone name the files; the rest, and the hashed rival, come from the default."""
    made = registry.application(name).default()
    assert made.fitted and isinstance(made.rivals["hashed"], embedlab.Hashed)


@pytest.mark.parametrize("name", registry.NAMES)
def test_it_has_a_page_and_configs_that_tell_their_command(name: str) -> None:
    assert (ROOT / "docs" / "applications" / f"{name}.md").is_file()
    heads = [path.read_text(encoding="utf-8") for path in (ROOT / "configs").rglob("*.py")]
    assert any(f"python -m experiments.{package(name)} configs/" in head for head in heads)


def test_configs_of_applications_tell_their_command_and_their_result() -> None:
    for path in sorted((ROOT / "configs").rglob("*.py")):
        head = path.read_text(encoding="utf-8")
        used = re.findall(r"^from experiments\.(\S+)\.config import", head, re.MULTILINE)
        known = [name for name in used if name in map(package, registry.NAMES)]
        for name in known:
            place = path.relative_to(ROOT).as_posix()
            command = " ".join(head.replace("\\\\\n", " ").split())
            assert f"python -m experiments.{name} {place} --workdir" in command, place
            assert "Result: " in head and "Time: " in head, place
