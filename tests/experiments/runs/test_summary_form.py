"""A summary that somebody altered is told of, wherever and however it was altered; no page stumbles on it."""

from __future__ import annotations

import copy
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments.page.page import MAKERS, render
from experiments.page.section import Options
from experiments.page.works import gather
from experiments.runs.found import found
from experiments.runs.found_run import DAMAGED, FINISHED
from experiments.runs.summary_form import fault

VALUES = (None, "x", [], {}, -1, True, 1e30, float("nan"), float("inf"), [1, "x"], {"a": 1}, 10**400)
OPTIONS = Options("", "pca", points=20, neighbours=3, maps=1, seed=0)


@pytest.fixture
def altered(comparison: Path, tmp_path: Path) -> Path:
    """A finished workdir whose manifests, which would know of an altered byte, were taken away."""
    workdir = Path(shutil.copytree(comparison, tmp_path / "altered"))
    for file in workdir.rglob("manifest.json"):
        if "checkpoints" not in file.parts:
            file.unlink()
    return workdir


def places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield (*above, key)
        yield from places(each, (*above, key))


def put(whole: Any, place: tuple[Any, ...], value: Any) -> Any:
    made = inner = copy.deepcopy(whole)
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return made


def page(workdir: Path) -> str:
    given = gather([str(workdir)])
    return render(given, [made for maker in MAKERS if (made := maker(given, OPTIONS)) is not None], OPTIONS)


@pytest.mark.parametrize("name", ["", "dense/seed-0", "baselines/majority"])
@pytest.mark.parametrize("number", [20, pytest.param(90, marks=pytest.mark.slow)])
def test_a_page_is_made_whatever_was_altered(altered: Path, name: str, number: int) -> None:
    rng = random.Random(name)
    for file in ("summary.json", "config.json"):
        path = altered / name / file
        if not path.exists():
            continue
        text = path.read_text()
        whole = json.loads(text)
        tries = [(place, value) for place in places(whole) for value in VALUES]
        for place, value in rng.sample(tries, min(number, len(tries))):
            path.write_text(json.dumps(put(whole, place, value)))
            assert "<html" in page(altered), (file, place, value)
        path.write_text(text)


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (("test",), None, "'test' is None, where numbers by name are expected"),
        (("test", "accuracy"), "0.9", "'test' is {"),
        (("classes",), [1, 2], "'classes' is [1, 2], where a list of texts is expected"),
        (("best_step",), -1, "'best_step' is -1, where a whole number of at least 0 is expected"),
        (("seconds", "train"), float("inf"), "'seconds' is {"),
        (("update", "table"), "auto", "'update' is {'table': 'auto'}, where sparse or dense by table is"),
        (("parameters",), 10**400, "'parameters' is 1000"),
    ],
)
def test_a_run_says_what_is_wrong_with_its_summary(
    altered: Path, place: tuple[str, ...], value: Any, told: str
) -> None:
    path = altered / "dense" / "seed-0" / "summary.json"
    path.write_text(json.dumps(put(json.loads(path.read_text()), place, value)))
    run = next(each for each in found([altered]) if each.path == path.parent)
    assert run.state == DAMAGED and run.summary == {}
    assert f"{path}: {told}" in run.reason and "what is trained stays" in run.reason


def test_what_programs_write_is_well_formed(comparison: Path) -> None:
    runs = found([comparison])
    assert runs and all(run.state == FINISHED and not fault(run.summary) for run in runs)
