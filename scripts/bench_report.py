"""The page of a large table: how long it takes, how large it is, how soon a browser has it open.

    PYTHONPATH=. python scripts/bench_report.py [--rows 50000] [--dim 100] [--layout pca]

The table is generated: vectors around 40 directions, words `word-000000` and so on; no text is behind it.
Needs Chromium, playwright and axe-playwright-python. Prints seconds of the whole command and of PCA alone,
the size, seconds until the page is open and its map is drawn, requests other than for the file itself, errors
of its console, whether searched words show their true nearest neighbours (held against all cosines in
float64), and grave violations that axe-core finds, in light and dark.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from embedlab.vectors import Vectors, save
from experiments.page.layouts import pca
from experiments.runs.run import RunDirectory, commit, versions

_CENTRES = 40
_SEARCHED = 20


def generated(folder: Path, rows: int, dim: int) -> Vectors:
    """A finished run of a generated table."""
    draw = np.random.default_rng(0)
    centres = 2 * draw.normal(size=(_CENTRES, dim))
    matrix = centres[draw.integers(0, _CENTRES, rows)] + draw.normal(size=(rows, dim))
    vectors = Vectors(tuple(f"word-{row:06d}" for row in range(rows)), matrix.astype(np.float32))
    directory = RunDirectory(folder)
    folder.mkdir(parents=True)
    kind = {"type": "dense", "vocabulary": rows, "dim": dim}
    directory.write("config.json", {"embedding": kind, "method": {"type": "generated"}, "seed": 0})
    save(folder / "vectors", vectors)
    told = {"words": rows, "dim": dim, "seconds": {"total": 0.0}, "versions": versions(), "commit": commit()}
    directory.finish(told, "vectors")
    return vectors


def watched(page: Any) -> dict[str, list[str]]:
    """What a page asks for, and what its console is told as an error."""
    seen: dict[str, list[str]] = {"requests": [], "errors": []}
    page.on("request", lambda asked: seen["requests"].append(asked.url))
    page.on("pageerror", lambda error: seen["errors"].append(str(error)))
    page.on("console", lambda told: seen["errors"].append(told.text) if told.type == "error" else None)
    return seen


def opened(browser: Any, path: Path, vectors: Vectors) -> None:
    """Opens the page, searches, and prints what came of it."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    seen = watched(page)
    began = time.perf_counter()
    page.goto(path.as_uri())
    loaded = time.perf_counter() - began
    page.locator(".stage canvas").first.wait_for()
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    print(f"open in {loaded:.2f} s, map drawn after {time.perf_counter() - began:.2f} s")
    units = vectors.matrix.astype(np.float64)
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    asked = np.random.default_rng(1).choice(len(units), _SEARCHED, replace=False)
    right = sum(_is_right(page, vectors, units, int(row)) for row in asked)
    print(f"{right} of {_SEARCHED} searched words show their 10 true nearest neighbours, in order")
    others = [url for url in seen["requests"] if url != path.as_uri()]
    print(f"{len(others)} requests beside the file's own, {len(seen['errors'])} errors {seen['errors']}")
    page.context.close()


def _is_right(page: Any, vectors: Vectors, units: np.ndarray, row: int) -> bool:
    page.fill("#word", vectors.words[row])
    page.press("#word", "Enter")
    shown = page.locator(".near tbody td:first-child > :first-child").all_text_contents()
    cosines = units @ units[row]
    cosines[row] = -np.inf
    return bool(shown == [vectors.words[best] for best in np.argsort(-cosines)[:10]])


def judged(browser: Any, path: Path) -> None:
    """Prints what axe-core finds of a grave kind."""
    from axe_playwright_python.sync_playwright import Axe

    for theme in ("light", "dark"):
        page = browser.new_context(color_scheme=theme).new_page()
        page.goto(path.as_uri())
        found = Axe().run(page).response
        grave = [each["id"] for each in found["violations"] if each["impact"] in ("serious", "critical")]
        print(f"axe, {theme}: {len(grave)} serious or critical {grave}, {len(found['passes'])} rules passed")
        page.context.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--dim", type=int, default=100)
    parser.add_argument("--layout", default="pca", help="pca, tsne or umap")
    parser.add_argument("--keep", type=Path, help="where the page is kept (nowhere)")
    given = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder:
        vectors = generated(Path(folder) / "generated", given.rows, given.dim)
        pca(vectors.matrix[:100], 2)  # which imports scikit-learn
        began = time.perf_counter()
        pca(vectors.matrix, 2)
        took = time.perf_counter() - began
        print(f"a generated table of {given.rows:,} × {given.dim}; PCA alone {took:.1f} s", flush=True)
        path = Path(folder) / "report.html"
        script = Path(__file__).parent / "report.py"
        words = [str(Path(folder) / "generated"), "-o", str(path), "--layout", given.layout]
        began = time.perf_counter()
        subprocess.run([sys.executable, str(script), *words], check=True)
        print(f"page made in {time.perf_counter() - began:.1f} s, {path.stat().st_size / 1e6:.2f} MB")
        with sync_playwright() as playwright:
            where = shutil.which("chromium") or shutil.which("chromium-browser")
            browser = playwright.chromium.launch(executable_path=where, args=["--no-sandbox"])
            opened(browser, path, vectors)
            judged(browser, path)
            browser.close()
        if given.keep:
            shutil.copy(path, given.keep)


if __name__ == "__main__":
    main()
