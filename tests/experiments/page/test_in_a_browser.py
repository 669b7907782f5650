"""The page in a real browser: what it asks for, what it does with hostile text, how it is used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedlab.vectors import load
from tests.experiments.page.conftest import LABELS, WORDS, Opened, Runs, open_page

pytestmark = pytest.mark.slow

LEFT, RIGHT = ".view:nth-child(1)", ".view:nth-child(2)"


def find(page: Any, word: str) -> None:
    page.fill("#word", word)
    page.press("#word", "Enter")


def nearest(page: Any, view: str) -> list[tuple[str, float]]:
    """The neighbours that a view shows."""
    words = page.locator(f"{view} .near tbody td:first-child > :first-child").all_text_contents()
    cosines = page.locator(f"{view} .near tbody td.number").all_text_contents()
    return [(word, float(cosine.replace("−", "-"))) for word, cosine in zip(words, cosines, strict=True)]


def drawn(page: Any, view: str = LEFT) -> str:
    """What a map shows, as data."""
    page.wait_for_timeout(150)
    found: str = page.locator(f"{view} canvas").first.evaluate("canvas => canvas.toDataURL()")
    return found


def test_it_asks_for_nothing_but_itself(opened: Opened, report: Path) -> None:
    find(opened.page, "the")
    assert opened.requests == [report.as_uri()] and opened.errors == []
    # Nor could it: what tries is refused before it reaches any network.
    refused = """async () => {
        const told = new Promise(
            done => addEventListener("securitypolicyviolation", e => done(e.violatedDirective)));
        try { await fetch("https://example.org/"); return "fetched"; } catch { return await told; }
    }"""
    assert opened.page.evaluate(refused).startswith("connect-src")


def test_hostile_text_is_text(opened: Opened, runs: Runs) -> None:
    page = opened.page
    known = [word for word in WORDS if word in load(runs.pretrained)]
    assert len(known) >= 8
    page.select_option("#left", label=next(filter(lambda x: x.startswith("words"), options(page, "#left"))))
    for word in known:
        find(page, word)
        assert page.locator(f"{LEFT} .near caption").text_content() == f"Nearest to “{word}”"
    for way in page.locator("#colour option").all():
        page.select_option("#colour", way.get_attribute("value"))
    page.wait_for_timeout(200)
    assert page.title().endswith("embedlab") and opened.dialogs == [] and opened.errors == []
    assert page.locator("img, iframe, object, embed, b").count() == 0
    assert (
        page.evaluate("document.scripts.length") == 2
        and page.locator("[onerror], [onload], [onclick]").count() == 0
    )
    shown = page.locator("body").inner_text()
    assert "49" not in page.locator("h1").inner_text() and "{{7*7}}" in page.locator("h1").inner_text()
    cells = page.locator(".matrix tbody th").all_text_contents()
    assert set(LABELS.values()) <= set(cells) and "onerror=document.title" in shown


def options(page: Any, select: str) -> list[str]:
    found: list[str] = page.locator(f"{select} option").all_text_contents()
    return found


def test_neighbours_are_the_true_ones(opened: Opened, runs: Runs) -> None:
    vectors = load(runs.classified / "dense" / "seed-0")
    units = vectors.matrix.astype(np.float64)
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    for word in (*vectors.words[:5], *vectors.words[-3:]):
        find(opened.page, word)
        cosines = units @ units[vectors.row(word)]
        cosines[vectors.row(word)] = -np.inf
        best = np.argsort(-cosines)[:10]
        found = nearest(opened.page, LEFT)
        assert [each for each, _ in found] == [vectors.words[row] for row in best]
        np.testing.assert_allclose([cosine for _, cosine in found], cosines[best], atol=6e-4)


def test_two_maps_are_linked(opened: Opened, runs: Runs) -> None:
    page = opened.page
    both = [load(runs.classified / name / "seed-0") for name in ("dense", "hashed")]
    word = both[0].words[7]
    find(page, word)
    found = [nearest(page, view) for view in (LEFT, RIGHT)]
    for side, vectors in zip(found, both, strict=True):
        assert [each for each, _ in side] == [each for each, _ in vectors.neighbours(word)]
    shared = {each for each, _ in found[0]} & {each for each, _ in found[1]}
    assert f"{len(shared)} of 10 neighbours are the same" in page.locator("#told").text_content()
    assert page.locator(f"{LEFT} .both").count() == page.locator(f"{RIGHT} .both").count() == len(shared)
    other = found[1][0][0]
    page.locator(f"{RIGHT} .near button").first.click()
    for view in (LEFT, RIGHT):
        assert page.locator(f"{view} .near caption").text_content() == f"Nearest to “{other}”"
    page.select_option("#right", "none")
    assert page.locator(".view").count() == 1 and page.input_value("#word") == other


def test_a_map_is_moved_by_keys(opened: Opened) -> None:
    page = opened.page
    page.locator(f"{LEFT} .stage").focus()
    seen = [drawn(page)]
    for key in ("ArrowRight", "ArrowDown", "+", "+"):
        page.keyboard.press(key)
        seen.append(drawn(page))
    assert len(set(seen)) == len(seen)
    page.keyboard.press("0")
    assert drawn(page) == seen[0]
    page.keyboard.press("Enter")
    assert page.locator(f"{LEFT} .near").count() == 1 and page.input_value("#word") != ""
    page.keyboard.press("Escape")
    assert page.locator(".near").count() == 0


def test_a_map_is_moved_by_pointer_and_wheel(opened: Opened) -> None:
    page = opened.page
    stage = page.locator(f"{LEFT} .stage")
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    before = drawn(page)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 60, middle[1] + 20)
    page.mouse.up()
    after = drawn(page)
    assert after != before and page.locator(".near").count() == 0  # a drag selects nothing
    page.mouse.wheel(0, -300)
    assert drawn(page) != after
    page.get_by_role("button", name="Show all, left map").click()
    assert drawn(page) == before


def test_two_fingers_zoom_where_they_are(browser: Any, report: Path) -> None:
    page = open_page(browser, report, viewport={"width": 390, "height": 844}, has_touch=True).page
    stage = page.locator(f"{LEFT} .stage")
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    hand = page.context.new_cdp_session(page)

    def touch(kind: str, *places: float) -> None:
        points = [{"x": place, "y": y, "id": i} for i, place in enumerate(places)]
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    before = drawn(page)
    page.evaluate(
        "() => { const draw = View.prototype.draw;"
        "View.prototype.draw = function () { seen = this.eye.zoom; draw.call(this); }; }"
    )
    page.get_by_role("button", name="Show all, left map").click()
    home = page.evaluate("seen")
    touch("touchStart", x - 20, x + 20)
    for apart in (25, 30, 35, 40):
        touch("touchMove", x - apart, x + apart)
    touch("touchEnd")
    assert drawn(page) != before and page.locator(".near").count() == 0
    assert page.evaluate("seen") == pytest.approx(2 * home, rel=0.02)
    page.get_by_role("button", name="Show all, left map").click()
    assert drawn(page) == before
    stage.scroll_into_view_if_needed()
    touch("touchStart", x)
    touch("touchMove", x + 40)
    touch("touchEnd")
    assert drawn(page) != before  # one finger moves it
    page.context.close()


def test_the_search_is_a_list_for_keys(opened: Opened) -> None:
    page = opened.page
    page.locator("#word").focus()
    page.keyboard.type("th")
    listed = page.locator("#words li").all_text_contents()
    assert listed and all("th" in word.lower() for word in listed)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.locator("#words li[aria-selected=true]").text_content() == listed[1]
    assert page.get_attribute("#word", "aria-activedescendant") == "word-1"
    page.keyboard.press("Enter")
    assert page.input_value("#word") == listed[1] and page.locator("#words").is_hidden()
    find(page, "no such word")
    assert "none of these maps" in page.locator("#told").text_content()


def test_lines_are_hidden_by_keys(opened: Opened) -> None:
    page = opened.page
    line = page.locator("#curves polyline[data-kind='1']").first
    assert line.is_visible()
    page.locator("#curves input[data-shows='1']").focus()
    page.keyboard.press("Space")
    assert line.is_hidden() and page.locator("#curves polyline[data-kind='0']").first.is_visible()
    page.keyboard.press("Space")
    assert line.is_visible()


def test_light_and_dark(browser: Any, report: Path) -> None:
    found = open_page(browser, report, color_scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    dark = found.page.evaluate(paper)
    found.page.click("#theme")
    light = found.page.evaluate(paper)
    found.page.click("#theme")
    assert light != dark == found.page.evaluate(paper)
    found.page.context.close()


@pytest.mark.parametrize(("theme", "width"), [("light", 390), ("dark", 1280)])
def test_everyone_can_use_it(browser: Any, report: Path, theme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    found = open_page(browser, report, color_scheme=theme, viewport={"width": width, "height": 844})
    find(found.page, "the")
    assert found.page.evaluate("document.documentElement.scrollWidth") <= width
    # axe is put into the page by the browser's own tools, which its policy does not bind.
    result = axe.Axe().run(found.page)
    grave = [(x["id"], x["nodes"][0]["html"]) for x in result.response["violations"] if x["impact"] in GRAVE]
    assert grave == [] and len(result.response["passes"]) > 20
    found.page.context.close()


GRAVE = ("serious", "critical")


def test_without_script_all_but_the_map_is_there(browser: Any, report: Path) -> None:
    found = open_page(browser, report, java_script_enabled=False)
    assert found.page.locator("noscript").is_visible() and found.page.locator("#atlas").is_hidden()
    assert (
        found.page.locator("#curves polyline").count() > 5 and found.page.locator("#results td").count() > 20
    )
    found.page.context.close()


def test_without_webgl_points_are_drawn_all_the_same(browser: Any, report: Path) -> None:
    page = browser.new_context().new_page()
    page.add_init_script(
        "const get = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...more) {"
        " return kind === 'webgl' ? null : get.call(this, kind, ...more); };"
    )
    page.goto(report.as_uri())
    page.wait_for_timeout(300)
    inked = """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
        .reduce((sum, value, at) => sum + (at % 4 === 3 && value > 0 ? 1 : 0), 0)"""
    assert page.locator(f"{LEFT} canvas.plain").evaluate(inked) > 300
    page.context.close()


def test_on_paper(browser: Any, report: Path, tmp_path: Path) -> None:
    found = open_page(browser, report, color_scheme="dark")
    printed = found.page.pdf()
    assert printed.startswith(b"%PDF") and len(printed) > 50_000
    found.page.emulate_media(media="print")
    assert found.page.locator("nav").is_hidden() and found.page.locator("#results table").first.is_visible()
    assert found.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    found.page.context.close()
