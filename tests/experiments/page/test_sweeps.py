"""A sweep on the page: of a study whose trials are told and not run, and of one that the program has run."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from embedlab import Dense, Hashed
from experiments.config import Config
from experiments.data import Csv
from experiments.page.page import MAKERS, render
from experiments.page.program import main
from experiments.page.searched import sweeps as searches
from experiments.page.section import Options
from experiments.page.sections import sweeps
from experiments.page.works import gather
from experiments.runs.run import RunDirectory
from experiments.sweeps import Choice, LogFloat, Random, Sweep, output, plan
from experiments.sweeps.ledger import Ledger
from experiments.sweeps.store import Store
from tests.experiments.page.conftest import LABELS, Opened, open_page
from tests.experiments.sweeps.conftest import SWEEP, swept

PHONE = {"width": 390, "height": 844}
TRIALS = 24
TITLES = (None, *LABELS.values())
SPACE = {
    "train.rate": LogFloat(1e-4, 1.0),
    "embedding": Choice(Dense(90, 4), Hashed(90, 4, buckets=7), Hashed(90, 4, buckets=9)),
    "data.title": Choice(*TITLES),
}
REASON = LABELS["optax"]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a study: a rate near 0.01 is good, one above 0.3 fails, one below 0.001 is pruned."""
    folder = tmp_path_factory.mktemp("told") / "<b onclick=x>"
    folder.mkdir()
    base = Config(Dense(90, 4), data=Csv(path="rows.csv"))
    own = plan.made(Sweep(base, SPACE, Random(), trials=TRIALS), "told")
    ledger = Ledger(Store(folder / "study.db"), own, "here")
    while claim := ledger.claim():
        rate = math.log10(claim.params["train.rate"])
        ledger.report(claim, 5, 0.9 - 0.1 * abs(rate + 2))
        if rate > -0.5:
            ledger.fail(claim, REASON)
        elif rate < -3:
            ledger.prune(claim)
        else:
            ledger.complete(claim, 0.9 - 0.1 * abs(rate + 2))
    assert output.finish(own, folder, ledger, "here", Console(file=io.StringIO())) == 0
    begin(folder, range(TRIALS))
    return folder


def begin(folder: Path, numbers: Iterable[int]) -> None:
    """Makes runs of some trials, which have a config and no more."""
    for number in numbers:
        trial = folder / "trials" / str(number)
        trial.mkdir(parents=True)
        RunDirectory(trial).write("config.json", {"embedding": {"type": "dense"}, "seeds": [0]})


@pytest.fixture(scope="module")
def record(told: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((told / "sweep.json").read_text("utf-8"))
    assert {trial["state"] for trial in found["trials"]} == {"complete", "pruned", "failed"}
    return found


@pytest.fixture(scope="module")
def page(told: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("swept") / "report.html"
    assert main([str(told), "-o", str(path)]) == 0
    return path


@pytest.fixture
def opened(browser: Any, page: Path) -> Iterator[Opened]:
    found = open_page(browser, page)
    yield found
    found.page.context.close()


def part(folder: Path) -> dict[str, Any]:
    """What the sweep's part is filled with."""
    made = sweeps.section(gather([folder]), Options())
    assert made is not None
    (found,) = made.values["sweeps"]
    return found


def values(record: dict[str, Any], state: str = "complete") -> dict[int, float]:
    return {trial["number"]: trial["value"] for trial in record["trials"] if trial["state"] == state}


def test_runs_are_those_of_the_best_trials_alone(told: Path, record: dict[str, Any]) -> None:
    scores = values(record)
    best = sorted(scores, key=lambda number: -scores[number])[:4]
    given = gather([told])
    assert [work.title for work in given.works] == [f"trial {number}" for number in best]
    assert part(told)["shown"] == best
    (one,) = gather([told / "trials" / "7"]).works  # which was asked for by itself
    assert one.path.name == "7" and gather([told / "trials" / "7"]).sweeps == ()


def test_trials_stand_the_best_first(told: Path, record: dict[str, Any]) -> None:
    rows = part(told)["rows"]
    states = [row["state"] for row in rows]
    assert states == sorted(states, key=("complete", "pruned", "failed").index)
    for state in ("complete", "pruned"):
        shown = [float(row["value"]) for row in rows if row["state"] == state]
        assert shown == sorted((round(value, 4) for value in values(record, state).values()), reverse=True)
    assert {row["reason"] for row in rows if row["state"] == "failed"} == {REASON}
    names = {row["params"][1] for row in rows}
    assert names <= {"dense", "hashed, buckets 7", "hashed, buckets 9"} and len(names) == 3
    by_number = {trial["number"]: trial["params"]["train.rate"] for trial in record["trials"]}
    assert all(float(row["params"][0]) == pytest.approx(by_number[row["number"]], rel=1e-3) for row in rows)


def test_the_best_so_far_only_rises(told: Path, record: dict[str, Any]) -> None:
    found = part(told)["history"]
    points = [tuple(map(float, point.split(","))) for point in found["best"].split()]
    heights = [y for _, y in points]
    assert heights == sorted(heights, reverse=True) and len(found["marks"]) == TRIALS  # SVG counts downwards
    assert heights[-1] == min(mark["y"] for mark in found["marks"] if mark["state"] == "complete")


def test_importance_is_that_of_the_study(told: Path, record: dict[str, Any]) -> None:
    found = part(told)["importance"]
    assert found["methods"] == ["fANOVA", "PED-ANOVA"] and found["rows"][0][0] == "train.rate"
    for name, parts in found["rows"]:
        for (shown, wide), method in zip(parts, ("fanova", "ped_anova"), strict=True):
            assert float(shown) == pytest.approx(100 * record["importance"][method][name], abs=0.06)
            assert wide == pytest.approx(1.2 * float(shown), abs=0.2)


def test_a_sweep_on_its_way_says_so(told: Path, tmp_path: Path) -> None:
    begin(tmp_path, (3, 11, 2, 5, 4))
    (tmp_path / "folder.json").write_text("{}", "utf-8")
    told_first = {"title": tmp_path.name, "shown": [2, 3, 4, 5], "is_done": False, "is_ranked": False}
    assert part(tmp_path) == told_first
    given = gather([tmp_path])
    sections = [made for maker in MAKERS if (made := maker(given, Options())) is not None]
    assert "the first are shown below: 2, 3, 4, 5" in render(given, sections, Options())


def test_of_a_sweep_on_its_way_the_best_are_shown(tmp_path: Path) -> None:
    begin(tmp_path, range(8))
    losses = {0: 0.9, 3: 0.2, 4: 0.7, 5: 0.1, 7: 0.4}
    for number, loss in losses.items():
        summary = {"valid": {"log_loss": loss}}
        RunDirectory(tmp_path / "trials" / str(number)).write("summary.json", summary)
    settings = {"program": "classify", "metric": "log_loss", "direction": "minimise"}
    RunDirectory(tmp_path).write("folder.json", settings)
    (searched,) = searches([tmp_path])
    assert searched.shown(range(8)) == [5, 3, 7, 4] and searched.shown([0, 1]) == [0]
    RunDirectory(tmp_path).write("folder.json", {**settings, "direction": "maximise"})
    (searched,) = searches([tmp_path])
    assert searched.shown(range(8)) == [0, 4, 7, 3]


def test_a_sweep_whose_runs_lie_elsewhere(told: Path, tmp_path: Path, browser: Any) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "sweep.json").write_bytes((told / "sweep.json").read_bytes())
    assert main([str(folder), "-o", str(tmp_path / "report.html")]) == 0
    found = open_page(browser, tmp_path / "report.html")
    assert "nothing else of it on this page" in found.page.locator("#sweeps").inner_text()
    assert found.page.locator("main > section").evaluate_all("all => all.map(each => each.id)") == [
        "sweeps",
        "repeat",
    ]
    assert found.errors == []
    found.page.context.close()


def shown(page: Any) -> set[int]:
    """The trials that the table shows, which are those whose lines stand out."""
    rows = page.locator("[data-row]:visible").evaluate_all("rows => rows.map(row => +row.dataset.row)")
    lines = page.locator("[data-line]:not(.faded)").evaluate_all("all => all.map(line => +line.dataset.line)")
    assert sorted(rows) == sorted(lines)
    return set(rows)


def said(page: Any) -> str:
    page.wait_for_timeout(250)
    return str(page.locator(".chosen").text_content())


def test_hostile_choices_and_reasons_are_text(opened: Opened, page: Path) -> None:
    found = opened.page
    assert found.title().endswith("embedlab") and opened.requests == [page.as_uri()]
    assert opened.errors == opened.dialogs == []
    assert found.locator("img, iframe, b, [onerror], [onclick]").count() == 0
    cells = set(found.locator("#sweeps tbody td").all_text_contents())
    assert set(LABELS.values()) <= cells | {REASON} and REASON in found.locator(".reason").all_text_contents()
    assert {"none", *LABELS.values()} == set(
        found.locator("[data-name='data.title'] g g title").all_text_contents()
    )


def test_a_range_is_chosen_by_keys(opened: Opened, record: dict[str, Any]) -> None:
    found = opened.page
    everything = set(range(TRIALS))
    assert shown(found) == everything and said(found) == ""
    found.get_by_role("slider", name="train.rate, from").focus()
    for _ in range(10):
        found.keyboard.press("ArrowUp")
    wanted = {trial["number"] for trial in record["trials"] if trial["params"]["train.rate"] >= 0.01}
    assert shown(found) == wanted != everything
    assert said(found) == f"{len(wanted)} of {TRIALS} trials: train.rate from 0.01 to 1."
    assert found.locator("[data-end='lower']").first.get_attribute("aria-valuetext") == "0.01"
    found.get_by_role("slider", name="embedding, to").focus()
    found.keyboard.press("Home")
    wanted &= {
        trial["number"] for trial in record["trials"] if trial["params"]["embedding"]["type"] == "dense"
    }
    assert shown(found) == wanted and said(found).endswith("embedding dense.")
    found.keyboard.press("Escape")
    found.get_by_role("button", name="Choose all trials").click()
    assert shown(found) == everything and said(found) == ""


def test_a_range_is_chosen_by_pointer_and_by_touch(
    browser: Any, page: Path, opened: Opened, record: dict[str, Any]
) -> None:
    scores = values(record) | values(record, "pruned")
    strip = opened.page.locator("[data-name='accuracy'] .strip")
    strip.scroll_into_view_if_needed()
    box = strip.bounding_box()
    x, middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    opened.page.mouse.move(x, box["y"] + 1)
    opened.page.mouse.down()
    opened.page.mouse.move(x, middle, steps=3)
    opened.page.mouse.up()
    half = (max(scores.values()) + min(scores.values())) / 2
    near = {number for number, value in scores.items() if abs(value - half) < 0.01}
    upper = {number for number, value in scores.items() if value > half}
    assert upper - near <= shown(opened.page) <= upper | near and upper - near  # of those that failed none
    opened.page.mouse.click(x, middle)
    assert shown(opened.page) == set(range(TRIALS))
    phone = open_page(browser, page, viewport=PHONE, has_touch=True, reduced_motion="reduce")
    strip = phone.page.locator("[data-name='train.rate'] .strip")
    strip.scroll_into_view_if_needed()
    box = strip.bounding_box()
    fingers = phone.page.context.new_cdp_session(phone.page)
    for kind, y in (("touchStart", 0.02), ("touchMove", 0.3), ("touchMove", 0.5), ("touchEnd", None)):
        points = [] if y is None else [{"x": box["x"] + 16, "y": box["y"] + y * box["height"]}]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    rates = {trial["number"]: trial["params"]["train.rate"] for trial in record["trials"]}
    assert {number for number, rate in rates.items() if 0.02 < rate < 0.6} <= shown(phone.page)
    assert shown(phone.page) <= {number for number, rate in rates.items() if rate > 0.005}
    phone.page.context.close()


def test_states_are_hidden_by_a_box(opened: Opened) -> None:
    found = opened.page
    assert found.locator("polyline.failed[data-kind]").first.is_visible()
    found.get_by_label("failed").focus()
    found.keyboard.press("Space")
    assert found.locator("[data-kind='failed']:visible").count() == 0
    assert found.locator("polyline[data-kind='pruned']").first.is_visible()


@pytest.mark.slow
@pytest.mark.parametrize(("theme", "width"), [("light", 390), ("dark", 1280)])
def test_everyone_can_use_it(browser: Any, page: Path, theme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    found = open_page(browser, page, color_scheme=theme, viewport={"width": width, "height": 844})
    assert found.page.evaluate("document.documentElement.scrollWidth") <= width
    result = axe.Axe().run(found.page)
    grave = [x["id"] for x in result.response["violations"] if x["impact"] in ("serious", "critical")]
    assert grave == [] and len(result.response["passes"]) > 20
    found.page.context.close()


@pytest.mark.slow  # six real trials
def test_a_sweep_that_the_program_has_run(root: Path, prose: Path, tmp_path: Path, browser: Any) -> None:
    space = '{"train.rate": Choice(0.01, 0.03, 0.06), "data.label": Choice("label", "nowhere")}'
    file, workdir = tmp_path / "tiny.py", tmp_path / "swept"
    file.write_text(SWEEP.format(data=str(prose), space=space, more="Grid()"), "utf-8")
    swept(root, file, "--workdir", workdir, "--workers", 1)
    assert main([str(workdir), "-o", str(tmp_path / "report.html")]) == 0
    found = open_page(browser, tmp_path / "report.html")
    ended = json.loads((workdir / "sweep.json").read_text("utf-8"))
    assert shown(found.page) == set(range(6)) and found.errors == []
    complete = values(ended)
    maps = found.page.locator("#left option").all_text_contents()
    assert len(maps) == len(complete) == 3 and maps[0].startswith(f"trial {ended['best']['number']}")
    assert found.page.locator("#curves polyline").count() > 0
    found.page.context.close()
