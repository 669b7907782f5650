"""Which classes are taken for which; of labels how well each is told, of values how far they are off."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.page.section import Options, Section
from experiments.page.works import Given, Kind
from experiments.runs.found_run import FoundRun
from experiments.sampling import even_sample
from experiments.tasks import Classes, Rmse, Value

_MOST_CLASSES = 24  # of a matrix; above it the most frequent mistakes are listed
_MOST_PAIRS = 30
_MOST_POINTS = 600
_SHADES = 10


def section(given: Given, options: Options) -> Section | None:
    """One part for each kind that says something of test rows."""
    found = [each for kind in given.kinds if kind.work.is_judged for each in _of(kind)]
    return Section("confusion", "Mistakes", "confusion.html.j2", {"kinds": found}) if found else None


def _of(kind: Kind) -> list[dict[str, Any]]:
    known = [pair for run in kind.finished if (pair := _judged(run)) is not None]
    names = list(next((run.summary["classes"] for run in kind.finished if "classes" in run.summary), ()))
    names = (names or _names_beside(kind)) if isinstance(kind.work.task, Classes) else []
    told = {"label": kind.label, **_parts(kind), "runs": len(known)}
    if not known:
        return [told] if told["by_name"] else []
    predicted, targets = (np.concatenate([sides[place] for sides in known]) for place in (0, 1))
    if targets.ndim == 1 and np.issubdtype(targets.dtype, np.integer) and len(names) == predicted.shape[1]:
        return [told | _matrix(predicted, targets, names)]
    if targets.ndim == 1 and isinstance(kind.work.task, Value | Rmse):
        return [told | _values(predicted[:, 0].astype(np.float64), targets)]
    return [told] if told["by_name"] else []


def _judged(run: FoundRun) -> tuple[np.ndarray, np.ndarray] | None:
    """Predictions and targets of the test rows; None of runs of earlier versions, which kept no targets."""
    predicted, known = run.predictions.get("test"), run.targets
    if predicted is None or known is None or len(known.targets) != len(predicted):
        return None
    return predicted, known.targets


def _names_beside(kind: Kind) -> list[str]:
    """The classes, of a baseline, whose summary does not name them: those of the runs beside it."""
    for run in kind.work.runs:
        if run.summary.get("classes"):
            return list(run.summary["classes"])
    return []


def _matrix(predicted: np.ndarray, targets: np.ndarray, names: list[str]) -> dict[str, Any]:
    """Counts by true class and the class named; all seeds and folds together."""
    counts = np.zeros((len(names), len(names)), np.int64)
    np.add.at(counts, (targets.astype(np.int64), predicted.argmax(1)), 1)
    if len(names) > _MOST_CLASSES:
        return {"pairs": _pairs(counts, names), "of": int(counts.sum())}
    rows = counts.sum(1, keepdims=True)
    shades = np.ceil(_SHADES * counts / np.maximum(rows, 1)).astype(int)
    lines = [
        {
            "name": name,
            "cells": [
                {"count": int(count), "shade": int(shade), "right": column == row}
                for column, (count, shade) in enumerate(zip(counts[row], shades[row], strict=True))
            ],
            "rows": int(rows[row, 0]),
            "recall": _share(counts[row, row], counts[row].sum()),
            "precision": _share(counts[row, row], counts[:, row].sum()),
        }
        for row, name in enumerate(names)
    ]
    return {"names": names, "lines": lines, "pairs": _pairs(counts, names)[:5], "of": int(counts.sum())}


def _pairs(counts: np.ndarray, names: list[str]) -> list[dict[str, Any]]:
    """The mistakes that are made most."""
    wrong = counts - np.diag(np.diag(counts))
    order = np.argsort(-wrong, axis=None, kind="stable")[:_MOST_PAIRS]
    places = [np.unravel_index(place, wrong.shape) for place in order]
    return [
        {"true": names[row], "named": names[column], "count": int(wrong[row, column])}
        for row, column in places
        if wrong[row, column]
    ]


def _values(predicted: np.ndarray, targets: np.ndarray) -> dict[str, Any]:
    """Each value and what was told of it, on a square."""
    kept = even_sample(len(targets), _MOST_POINTS)
    low = float(min(predicted.min(), targets.min()))
    span = float(max(predicted.max(), targets.max())) - low or 1.0

    def place(value: float) -> float:
        return round(40 + 250 * (float(value) - low) / span, 1)

    dots = [(place(targets[row]), round(300 - place(predicted[row]), 1)) for row in kept]
    return {
        "dots": dots,
        "shown": len(kept),
        "of": len(targets),
        "low": f"{low:.4g}",
        "high": f"{low + span:.4g}",
    }


def _parts(kind: Kind) -> dict[str, Any]:
    """F1 and rows of each class or label, means over the runs; of other parts the metric that judges."""
    found: dict[str, list[dict[str, float]]] = {}
    for run in kind.finished:
        for name, numbers in (run.summary.get("by_name") or {}).items():
            found.setdefault(name, []).append(numbers)
    main = kind.work.task.headline
    of_classes = all("f1" in each for numbers in found.values() for each in numbers)
    key, factor, digits = ("f1", 100, 1) if of_classes else (main.key, main.factor, main.digits)
    by_name = [
        {
            "name": name,
            "value": f"{factor * float(np.mean([each[key] for each in numbers])):.{digits}f}",
            "rows": sum(int(each["rows"]) for each in numbers),
        }
        for name, numbers in found.items()
    ]
    if of_classes:
        return {"by_name": by_name, "metric": "F1", "unit": " %", "part": "class"}
    return {"by_name": by_name, "metric": main.name, "unit": f" {main.unit}".rstrip(), "part": "name"}


def _share(part: Any, whole: Any) -> str:
    return f"{100 * part / whole:.0f} %" if whole else ""
