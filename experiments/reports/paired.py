"""What a summary says of baselines and folds, and of each pair of rows: differences, not bare means."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from experiments.reports.described import described
from experiments.reports.row import Row
from experiments.reports.table import Table
from experiments.runs.outcome import Outcome
from experiments.tasks import Task


def compared(made: Table, baselines: Sequence[Outcome], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The part of a summary that stands on more than one run.

    Returns:
        `verdict`, in words. `baselines`: by name, `what` each is and its `test` metrics, means over seeds.
        `paired`: by an embedding's name and another's or a baseline's, `difference` (the one's score minus
        the other's) with `low` and `high`, its 95 % interval, and whether it is `not_below` by more than a
        point; where both have one seed `mcnemar`: on how many groups of rows the `first` and the `second`
        does better, and `p`. `folds`: by name, the `scores` of each fold, with `mean` and standard deviation
        `sd`, null for one fold; without folds, none. `data`: what is doubtful in them (see
        `experiments.reports.doubts`).
    """
    rows = {row.name: row for row in made.rows}
    found: dict[str, Any] = {
        "verdict": made.verdict(),
        "data": dict(made.facts),
        "baselines": {each.name: _baseline(each, outcomes[0].name, made.task) for each in baselines},
        "paired": {each.name: _pairs(rows[each.name]) for each in outcomes if rows[each.name].over},
    }
    if made.folds:
        found["folds"] = {row.name: _folds(row) for row in made.rows}
    return found


def _baseline(outcome: Outcome, main: str, task: Task) -> dict[str, Any]:
    metrics = {name: outcome.mean("test", name) for name in outcome.summaries[0]["test"]}
    return {"what": described(outcome, main, task), "test": metrics}


def _pairs(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, interval in row.over.items():
        ends = {"difference": interval.mean, "low": interval.low, "high": interval.high}
        found[name] = {**ends, "not_below": interval.not_below()}
        if name in row.mcnemar:
            found[name]["mcnemar"] = dataclasses.asdict(row.mcnemar[name])
    return found


def _folds(row: Row) -> dict[str, Any]:
    mean, spread = row.over_folds or (None, None)
    return {"scores": list(row.by_fold), "mean": mean, "sd": spread}
