"""What came of all folds together: one outcome over all rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from experiments.runs.outcome import Outcome, predictions
from experiments.tasks import Judge, folds


def pooled(parts: Sequence[Outcome], targets: Sequence[np.ndarray], task: Judge) -> Outcome:
    """The outcome over the test rows of all folds, one fold's after the other's.

    In each seed a row is predicted once, by the model that was not trained on its fold; metrics are those of
    all these predictions, as `experiments.tasks.folds` makes them. What is no metric of the test rows is a
    mean over folds.

    Args:
        parts: of one embedding or baseline, an outcome for each fold.
        targets: of each fold's test rows.
        task: what is learnt.

    Returns:
        The only part, where there is one split.

    Raises:
        RunFailure: predictions are missing or damaged.

    Reference: Forman and Scholz, "Apples-to-apples in cross-validation studies", 2010.
    """
    first = parts[0]
    if first.fold is None:
        return first
    summaries, scores = [], []
    for place in range(len(first.summaries)):
        predicted = [
            predictions(part.directories[place], len(rows)) for part, rows in zip(parts, targets, strict=True)
        ]
        mean = _mean([part.summaries[place] for part in parts])
        metrics = folds.metrics(task, predicted, targets)
        judged = {metric.key for metric in task.columns}  # which may be undefined of all rows together
        rest = {name: value for name, value in mean["test"].items() if name not in judged}
        summaries.append(mean | {"test": rest | metrics})
        scores.append(folds.scores(task, predicted, targets))
    return Outcome(first.name, np.stack(scores), summaries, parts=tuple(parts))


def _mean(found: Sequence[Any]) -> Any:
    """What is alike, as it is; the mean of numbers; dicts by key. Nothing of what else differs."""
    first = found[0]
    if all(each == first for each in found):
        return first
    if all(isinstance(each, int | float) and not isinstance(each, bool) for each in found):
        return float(np.mean(found))
    if not all(isinstance(each, dict) for each in found):
        return None
    common = [key for key in first if all(key in each for each in found)]
    merged = {key: _mean([each[key] for each in found]) for key in common}
    return {key: value for key, value in merged.items() if value is not None}
