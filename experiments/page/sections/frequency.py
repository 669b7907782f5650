"""The score by how frequent the words of a test document are in the training text."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.page.section import Options, Section
from experiments.page.works import Given, Kind
from experiments.tasks import Headline

_BANDS = {
    "rare": "rare words",
    "middle": "middling words",
    "frequent": "frequent words",
    "with_oov": "unseen words",
}
_WIDTH = 100


def section(given: Given, options: Options) -> Section | None:
    """A row a kind, a column a band."""
    rows = [row for kind in given.kinds if (row := _row(kind))]
    if not rows:
        return None
    values = [cell["value"] for row in rows for cell in row["cells"] if cell]
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    for row in rows:
        for cell in row["cells"]:
            if cell:
                cell["x"] = round(4 + (_WIDTH - 8) * (cell["value"] - low) / span, 1)
    names = sorted({row["headline"] for row in rows})
    named = " or ".join(names)
    shown = {"bands": list(_BANDS.values()), "rows": rows, "headline": f"{named[0].upper()}{named[1:]}"}
    return Section("frequency", "By frequency of words", "frequency.html.j2", shown)


def _row(kind: Kind) -> dict[str, Any] | None:
    headline = kind.work.task.headline
    tests = [run.summary["test"] for run in kind.finished if "test" in run.summary]
    cells = [_cell(tests, headline, band) for band in _BANDS]
    if not any(cells):
        return None
    return {
        "label": kind.label,
        "cells": cells,
        "headline": f"{headline.name} in {headline.unit}" if headline.unit else headline.name,
    }


def _cell(tests: list[dict[str, Any]], headline: Headline, band: str) -> dict[str, Any] | None:
    """The mean over seeds and folds, each fold by its rows."""
    key = headline.key
    found = [(test[f"{key}_{band}"], test[f"rows_{band}"]) for test in tests if f"{key}_{band}" in test]
    if not found or not sum(rows for _, rows in found):
        return None
    value = float(np.average([score for score, _ in found], weights=[rows for _, rows in found]))
    return {"value": value, "shown": headline.number(value), "rows": f"{sum(rows for _, rows in found):,}"}
