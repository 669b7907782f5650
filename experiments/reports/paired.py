"""What a summary says of baselines and folds, and of each pair of rows: differences, not bare means."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from experiments.reports.described import described
from experiments.reports.row import Row
from experiments.reports.table import Table
from experiments.reports.units import in_metric
from experiments.runs.outcome import Outcome
from experiments.tasks import Headline, Judge


def compared(made: Table, baselines: Sequence[Outcome], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The part of a summary that stands on more than one run.

    Returns:
        `verdict`, in words. `baselines`: by name, `what` each is and its `test` metrics, means over seeds.
        `paired`: by an embedding's name and another's or a baseline's, `difference` (the one's headline minus
        the other's) with `low` and `high`, its 95 % interval, and whether it is `not_below`: no worse by more
        than the headline's margin, a point of shares; where both have one seed `mcnemar`: on how many groups
        of rows the `first` and the `second` does better, and `p`. `folds`: by name, the `scores` of each
        fold, with `mean` and standard deviation `sd`, null for one fold; without folds, none. `data`: what is
        doubtful in them (see `experiments.reports.doubts`).
    """
    rows, headline = {row.name: row for row in made.rows}, made.task.headline
    found: dict[str, Any] = {
        "verdict": made.verdict(),
        "data": dict(made.facts),
        "baselines": {each.name: _baseline(each, outcomes[0].name, made.task) for each in baselines},
        "paired": {each.name: _pairs(rows[each.name], headline) for each in outcomes if rows[each.name].over},
    }
    if made.folds:
        found["folds"] = {row.name: _folds(row, headline) for row in made.rows}
    return found


def _baseline(outcome: Outcome, main: str, task: Judge) -> dict[str, Any]:
    first, *others = (summary["test"] for summary in outcome.summaries)
    known = [name for name in first if all(name in other for other in others)]
    metrics = {name: outcome.mean("test", name) for name in known}
    return {"what": described(outcome, main, task), "test": metrics}


def _pairs(row: Row, headline: Headline) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, scores in row.over.items():
        shown = in_metric(headline, scores)
        ends = {"difference": shown.mean, "low": shown.low, "high": shown.high}
        found[name] = {**ends, "not_below": scores.not_below(headline.margin)}
        if name in row.mcnemar:
            found[name]["mcnemar"] = dataclasses.asdict(row.mcnemar[name])
    return found


def _folds(row: Row, headline: Headline) -> dict[str, Any]:
    mean, spread = row.over_folds or (None, None)
    shown = None if mean is None else headline.metric(mean)
    return {"scores": [headline.metric(score) for score in row.by_fold], "mean": shown, "sd": spread}
