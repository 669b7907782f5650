"""What a detector is measured against, learnt from the same rows: rarity, and an isolation forest.

Reference: Liu, Ting & Zhou 2008, "Isolation forest", as scikit-learn has it; Koufakou et al. 2007, "A
scalable and efficient outlier detection strategy for categorical data" (rarity: the frequencies of
values).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.study.split import Baseline, Fit

if TYPE_CHECKING:
    from experiments.detect.split import EventSplit

_SAMPLES = (256, 4096, 16_384)  # rows of a tree
_TREES = 200
_MOST_VALUES = 50  # of a column, that have a column of the forest's each


def of(split: EventSplit) -> Mapping[str, Baseline]:
    """Baselines by name, cheapest first.

    Args:
        split: of the events.
    """
    return {
        "rarity": functools.partial(_rarity, split),
        "isolation-forest": functools.partial(_forest, split),
    }


def _rarity(split: EventSplit) -> Fit:
    """How rare the values are, one column by itself: the mean of −ln p."""
    held, size = split.held, 0
    learnt = split.held_by(split.learnt)
    scores = np.zeros(len(held.places))
    for at, words in enumerate(split.columns.values()):
        counts = np.bincount(
            learnt.places[:, at].ravel(), weights=learnt.weights[:, at].ravel(), minlength=len(words)
        )
        rare = -np.log(np.maximum(counts, 0.5) / counts.sum())
        scores += (rare[held.places[:, at]] * held.weights[:, at]).sum(-1) + held.sparse[:, at]
        size += len(words)
    scores /= len(split.columns)
    test = split.decided(scores[split.sides.test], scores[split.sides.valid])
    return Fit(test, "adds up how rare the values of the columns are", size, 8 * size)


def _forest(split: EventSplit) -> Fit:
    from sklearn.ensemble import IsolationForest  # here: 2 s that a mistake need not wait for

    x, sides, key = _features(split), split.sides, split.judge.headline.key
    found: list[tuple[float, int, Any, np.ndarray]] = []
    least, *larger = _SAMPLES
    rows = len(split.learnt)
    for samples in (min(least, rows), *(each for each in larger if each <= rows)):
        model = IsolationForest(n_estimators=_TREES, max_samples=samples, random_state=0)
        model.fit(x[split.learnt])
        valid = -model.score_samples(x[sides.valid])
        score = split.judge.metrics(split.decided(valid, valid), split.valid_targets)[key]
        found.append((score, samples, model, valid))
    score, samples, model, valid = max(found, key=lambda each: each[0])
    test = split.decided(-model.score_samples(x[sides.test]), valid)
    size = sum(tree.tree_.node_count for tree in model.estimators_)
    facts = {"chosen": {"max_samples": samples}, "valid": {key: score}, "tried": [each[1] for each in found]}
    what = f"is {_TREES} isolation trees of {samples:,} rows each, numbers as they are, categories one-hot"
    return Fit(test, what, size, 8 * size, facts)


def _features(split: EventSplit) -> np.ndarray:
    """float32 [rows, features]: numbers, means for missing ones; frequent values one-hot, and counts."""
    frame, learnt, parts = split.rows.frame, split.learnt, []
    for column in frame.categorical.values():
        counts = column.counts(learnt)
        order = np.argsort(-counts, kind="stable")[:_MOST_VALUES]
        parts += [column.codes == place for place in order if counts[place]]
        parts.append(counts[column.codes])
    for values in frame.numeric.values():
        parts.append(np.where(np.isnan(values), np.nanmean(values[learnt]), values))
    return np.stack(parts, axis=1).astype(np.float32)
