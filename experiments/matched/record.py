"""compare.json: all that a comparison found, for programs; docs/compare.md says what its fields are."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.config import Config
from experiments.matched.comparison import Comparison
from experiments.matched.results import Found, Made, Result
from experiments.reports.bootstrap import LEVEL, Interval
from experiments.reports.units import in_metric
from experiments.runs.run import commit, versions
from experiments.settings import codec
from experiments.tasks import Headline


def record(comparison: Comparison, found: Sequence[Found], workdir: Path) -> dict[str, Any]:
    """All results as JSON values.

    Args:
        comparison: what was compared.
        found: the results by data set.
        workdir: to which paths of runs are relative.
    """
    return {
        "reference": comparison.reference,
        "budgets": list(comparison.budgets),
        "seeds": list(comparison.seeds),
        "rates": list(comparison.rates),
        "tolerance": comparison.tolerance,
        "level": LEVEL,
        "data": {
            one.data: {
                "title": one.title,
                "metric": one.headline.key,
                "margin": one.headline.margin,
                "factor": one.headline.factor,
                "digits": one.headline.digits,
                "test_rows": one.test_rows,
                "test_groups": one.test_groups,
                "folds": one.folds,
                "words": one.words,
            }
            for one in found
        },
        "cells": [_cell(one, each, workdir) for one in found for each in one.results],
        "versions": versions(),
        "commit": commit(),
    }


def _cell(found: Found, result: Result, workdir: Path) -> dict[str, Any]:
    made, cell, against = result.made, result.made.cell, result.against
    scored = result.score is not None
    return {
        "data": found.data,
        "kind": cell.kind,
        "budget": cell.budget,
        "is_reference": cell.is_reference,
        "embedding": codec.encode(Config(cell.solved.spec))["embedding"],
        "solved": {cell.solved.field: cell.solved.size} if cell.solved.field else {},
        "wanted_bytes": cell.solved.wanted,
        "trainable_bytes": made.trainable_bytes,
        "index_bytes": made.index_bytes,
        "parameters": round(made.mean("parameters")) if scored else None,
        "tuning": [_tuning(made, place) for place in range(len(made.tuned))],
        "edge": any(each.edge for each in made.tuned),
        "score": _interval(found.headline, result.score),
        "difference": _interval(found.headline, against.interval if against else None),
        "simultaneous": _interval(found.headline, against.simultaneous if against else None),
        "p": against.p if against else None,
        "p_adjusted": against.p_adjusted if against else None,
        "p_margin_adjusted": against.p_margin_adjusted if against else None,
        "verdict": result.verdict,
        "failed": made.reason,
        "seconds": made.seconds if scored else None,
        "runs": [str(run.path.relative_to(workdir)) for each in made.tuned for run in each.runs],
    }


def _tuning(made: Made, place: int) -> dict[str, Any]:
    tuned = made.tuned[place]
    trials = [dataclasses.asdict(trial) for trial in tuned.trials]
    return {"fold": tuned.fold, "rate": tuned.rate, "edge": tuned.edge, "trials": trials}


def _interval(headline: Headline, scores: Interval | None) -> dict[str, float] | None:
    return None if scores is None else dataclasses.asdict(in_metric(headline, scores))
