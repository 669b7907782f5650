"""A comparison at matched bytes: its own tables with their verdicts, and score against trainable bytes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from experiments.errors import Mistake
from experiments.page.charts import ticks
from experiments.page.markdown import Grid, parts
from experiments.page.section import Options, Section
from experiments.page.works import Given
from experiments.reports.sizes import size
from experiments.runs.run import RunDirectory

_FILE = "compare.json"
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 404, 12, 208


def section(given: Given, options: Options) -> Section | None:
    """One part for each comparison of which the runs are a part."""
    folders = dict.fromkeys(folder for work in given.works for folder in (work.path, work.path.parent))
    found = [_of(folder) for folder in folders if (folder / _FILE).is_file()]
    return Section("budgets", "At the same bytes", "budgets.html.j2", {"works": found}) if found else None


def _of(folder: Path) -> dict[str, Any]:
    directory = RunDirectory(folder)
    file = folder / "compare.md"
    written = parts(file.read_text("utf-8", errors="replace")) if file.is_file() else []
    blocks = [{"grid": _reordered(each)} if isinstance(each, Grid) else _text(each) for each in written]
    record = directory.read(_FILE) or {}
    try:
        plots = [
            plot(str(name), record["cells"], factor=about.get("factor", 100), digits=about.get("digits", 1))
            for name, about in record["data"].items()
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Mistake(
            f"{folder / _FILE}: it is no record of a comparison ({type(error).__name__}: {error}). Put it "
            "back as it was, or give the command of the comparison again, which writes it anew."
        ) from None
    return {
        "title": folder.resolve().name,
        "blocks": blocks,
        "plots": [each for each in plots if each["points"]],
    }


def _reordered(grid: Grid) -> Grid:
    """Score, difference and verdict before what a narrow screen can do without."""
    late = ("size", "rate", "index", "s", "p, adj.")
    order = sorted(range(len(grid.head)), key=lambda place: grid.head[place] in late)

    def moved(cells: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(cells[place] for place in order)

    return Grid(moved(grid.head), tuple(moved(row) for row in grid.rows), moved(grid.right))


def _text(text: str) -> dict[str, str]:
    bold = text.startswith("**") and text.endswith("**")
    return {"title": text.strip("*")} if bold else {"text": text}


def plot(data: str, cells: list[dict[str, Any]], *, factor: float = 100, digits: int = 1) -> dict[str, Any]:
    """Where each cell of a data set lies: its bytes across, logarithmic, and its score up, with its interval.

    Args:
        data: name of the data set.
        cells: of `compare.json`; those that failed are left out.
        factor: what scores are shown times.
        digits: after the point.

    Example:
        >>> score = {"mean": 0.5, "low": 0.4, "high": 0.6}
        >>> cell = {"data": "a", "kind": "dense", "budget": 1, "trainable_bytes": 1000, "score": score}
        >>> [(each["label"], each["y"], each["low"], each["high"]) for each in plot("a", [cell])["points"]]
        [('dense', 110.0, 208.0, 12.0)]
    """
    kept = [cell for cell in cells if cell["data"] == data and cell["score"] is not None]
    kinds = list(dict.fromkeys(cell["kind"] for cell in kept))
    if not kept:
        return {"data": data, "points": []}
    sizes = [math.log10(max(cell["trainable_bytes"], 1)) for cell in kept]
    ends = [cell["score"][end] for cell in kept for end in ("low", "high")]
    left, right, bottom, top = min(sizes), max(sizes), min(ends), max(ends)

    def up(value: float) -> float:
        return round(_BOTTOM - (value - bottom) / ((top - bottom) or 1.0) * (_BOTTOM - _TOP), 1)

    def across(width: float) -> float:
        return round(_LEFT + 24 + (width - left) / ((right - left) or 1.0) * (_RIGHT - _LEFT - 48), 1)

    def shown(cell: dict[str, Any], end: str) -> str:
        return f"{factor * cell['score'][end]:.{digits}f}"

    points = [
        {
            "label": cell["kind"],
            "number": kinds.index(cell["kind"]),
            # Cells of one budget have about the same bytes: a little apart, none hides another.
            "x": across(width) + 5 * (kinds.index(cell["kind"]) - (len(kinds) - 1) / 2),
            "y": up(cell["score"]["mean"]),
            "low": up(cell["score"]["low"]),
            "high": up(cell["score"]["high"]),
            "told": f"{cell['kind']} at {size(cell['trainable_bytes'])}: {shown(cell, 'mean')} "
            f"({shown(cell, 'low')} to {shown(cell, 'high')})",
        }
        for cell, width in zip(kept, sizes, strict=True)
    ]
    return {
        "data": data,
        "points": points,
        "kinds": list(enumerate(kinds)),
        "y_ticks": [(up(tick), f"{factor * tick:.3g}") for tick in ticks(bottom, top)],
        "x_ticks": [
            (across(width), size(cell["trainable_bytes"]))
            for cell, width in {
                round(width, 1): (cell, width) for cell, width in zip(kept, sizes, strict=True)
            }.values()
        ],
    }
