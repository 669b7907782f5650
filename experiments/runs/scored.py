"""Scores of positives, as runs have them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from experiments.runs.found_run import FoundRun


def scored(runs: Iterable[FoundRun]) -> list[tuple[np.ndarray, np.ndarray]]:
    """The scores of test rows, and which rows are positive, of each run that kept both.

    Args:
        runs: judged by scores of positives, as by `Auc`.

    Returns:
        Of each run float64 [rows] and bool [rows].

    Example:
        See `experiments.figures.rates`.
    """
    found = []
    for run in runs:
        predicted, known = run.predictions.get("test"), run.targets
        if predicted is not None and known is not None and len(known.targets) == len(predicted):
            found.append((predicted[:, 0].astype(np.float64), known.targets > 0))
    return found
