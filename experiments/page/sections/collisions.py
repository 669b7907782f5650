"""How many words, or n-grams, share their rows in a hashed table: seen, and as chance would have it."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.page.section import Options, Section
from experiments.page.works import Given, Kind

_FIELDS = {
    "whole": "{what} that share all of their rows with another",
    "partial": "share of {what} with a row in common with another",
    "empty": "rows that none of the {what} has",
}


def section(given: Given, options: Options) -> Section | None:
    """A row for each kind whose table is filled by a hash."""
    rows = [row for kind in given.kinds for row in _rows(kind)]
    return Section("collisions", "Collisions", "collisions.html.j2", {"rows": rows}) if rows else None


def _rows(kind: Kind) -> list[dict[str, Any]]:
    found = [run.summary["embedding"] for run in kind.finished if "embedding" in run.summary]
    made = []
    for prefix, what in (("collisions", "words"), ("ngram_collisions", "n-grams")):
        names = {name for each in found for name in each if name.startswith(f"{prefix}_")}
        for field, said in _FIELDS.items():
            name = f"{prefix}_{field}"
            if name in names:
                seen, expected = _mean(found, name), _mean(found, f"{name}_predicted")
                told = said.format(what=what)
                made.append({"label": kind.label, "what": told, "seen": seen, "expected": expected})
    return made


def _mean(found: list[dict[str, float]], name: str) -> str:
    values = [each[name] for each in found if name in each]
    if not values:
        return ""
    mean = float(np.mean(values))
    return f"{mean:,.0f}" if abs(mean) >= 100 or mean == round(mean) else f"{mean:,.3g}"
