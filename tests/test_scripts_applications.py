"""The script that runs every application, and the README's table that it makes."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from experiments.errors import Mistake

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def script() -> Any:
    """The two modules of the script beside it."""
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        yield importlib.import_module("applications_rows"), importlib.import_module("applications_table")
    finally:
        sys.path.remove(str(ROOT / "scripts"))


def test_every_config_of_an_application_is_a_row(script: Any) -> None:
    rows, _ = script
    assert len({measure.name for measure in rows.MEASURES}) == len(rows.MEASURES)
    listed = {measure.config: measure for measure in rows.MEASURES}
    programs = {measure.program for measure in rows.MEASURES}
    for path in (ROOT / "configs").rglob("*.py"):
        place = path.relative_to(ROOT / "configs").as_posix()
        module = re.search(r"python -m experiments\.(\S+)", path.read_text("utf-8"))
        if module and module[1] in programs - {"classify"}:
            assert listed[place].program == module[1]
    assert all((ROOT / "configs" / place).is_file() for place in listed)


def test_the_readme_has_every_row_with_the_figures_of_its_config(script: Any) -> None:
    rows, made = script
    text = (ROOT / "README.md").read_text("utf-8")
    table = text.partition(made.BEGINS)[2].partition(made.ENDS)[0]
    found = re.findall(r", `([^`]+\.py)` \|", table)
    assert found == [measure.config for measure in rows.MEASURES]
    figures = re.findall(r", `([^`]+\.py)` \| [^|*]*\*\*([\d.]+) \[([\d.]+), ([\d.]+)\]\*\*", table)
    assert [config for config, *_ in figures] == found
    for config, *interval in figures:
        told = ast.get_docstring(ast.parse((ROOT / "configs" / config).read_text("utf-8"))) or ""
        result = told.partition("Result:")[2]
        assert all(number in result for number in interval), (config, interval)
    pages = re.findall(r"\]\((docs/applications/[^)]+)\)", table)
    assert pages and all((ROOT / page).is_file() for page in pages)


def test_a_table_takes_the_place_of_the_one_before(script: Any) -> None:
    _, made = script
    page = f"before\n{made.BEGINS}\nold\n{made.ENDS}\nafter\n"
    once = made.replaced(page, ["| a |", "| b |"])
    assert once == f"before\n{made.BEGINS}\n\n| a |\n| b |\n\n{made.ENDS}\nafter\n"
    assert made.replaced(once, ["| a |", "| b |"]) == once
    with pytest.raises(ValueError, match="a later one"):
        made.replaced("no marks\n", ["| a |"])


def test_the_time_of_a_row_is_that_of_all_its_runs(script: Any, tmp_path: Path) -> None:
    """A row whose last call trained one rival alone took what the calls before it took as well."""
    _, made = script
    told = {
        ".": {"seconds": {"data": 2.0, "total": 30.0}},
        "dense/seed-0": {"seconds": {"train": 600.0, "evaluate": 5.0}},
        "hashed/seed-0": {"seconds": {"train": 20.0}},
        "baselines/majority": {"seconds": 3.0},
    }
    for name, summary in told.items():
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / name / "summary.json").write_text(json.dumps(summary))
    assert sum(made._seconds(tmp_path)) == 630.0


def test_a_row_tells_metric_hashed_baselines_and_time(script: Any, tmp_path: Path, monkeypatch: Any) -> None:
    """Of a real run of the toy, as the script would make it."""
    import io

    from rich.console import Console

    from experiments.study import comparison
    from tests.experiments.study import toy

    rows, made = script
    toy.registered(monkeypatch)
    comparison.run(toy.APPLICATION, toy.APPLICATION.default(), tmp_path / "sums", Console(file=io.StringIO()))
    measure = rows.Measure("sums", "toy", "toy.py", "sums", ("largest",), "nothing")
    absent = rows.Measure("absent", "toy", "toy.py", "not run", ())
    head, _, line = made.table(tmp_path, (measure, absent))
    number = r"−?\d+\.\d"
    span = rf"{number} \[{number}, {number}\]"
    sign = r"[+−]\d+\.\d"
    apart = rf"{sign} \[{sign}, {sign}\]"
    assert re.fullmatch(
        r"\| \[toy\]\(docs/applications/toy\.md\) `toy` \| sums, `toy\.py` "
        rf"\| accuracy % \*\*{span}\*\*, 1 seed \| {span}: {apart} "
        rf"\| largest {span}, so {apart} \| nothing \| \d+ s \|",
        line,
    ), line
    assert head.count("|") == line.count("|")
    shutil.rmtree(tmp_path / "sums/baselines/largest")
    also = dataclasses.replace(measure, also="average_precision")
    with pytest.raises(Mistake, match=r"sums: there is nothing of largest, .*; give sums without --table"):
        made.table(tmp_path, (also,))
