"""What embeddings of a table are measured against, on the same rows: the majority, one-hot, boosted trees.

Reference: Friedman 2001, "Greedy function approximation: a gradient boosting machine"; Ke et al. 2017,
"LightGBM" (histograms, categories as sets); as scikit-learn has them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.study.logistic import fits
from experiments.study.split import Baseline, Fit

if TYPE_CHECKING:
    from experiments.columns.split import ColumnSplit

_PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0)
_PASSES = 300
_MOST_CATEGORIES = 254  # that a histogram has bins for, beside one for rare and missing values
_RATES = (0.03, 0.1)
_LEAVES = (7, 31)
_MOST_ITERATIONS = 300
_MANY = 100_000  # rows, from which on trees are grown by several threads


def of(split: ColumnSplit) -> Mapping[str, Baseline]:
    """Baselines by name, cheapest first.

    Args:
        split: of the table.
    """
    crossed = {"one-hot-crosses": functools.partial(_one_hot, split, crossed=True)}
    return {
        "majority": functools.partial(_majority, split),
        "one-hot-logistic": functools.partial(_one_hot, split),
        **(crossed if split.words.crosses else {}),
        "boosted-trees": functools.partial(_boosted, split),
    }


def _majority(split: ColumnSplit) -> Fit:
    labels = split.rows.labels[split.sides.train]
    shares = split.settings.task.constant(labels, split.names, len(split.targets))
    on_validation = shares[:1].repeat(len(split.valid_targets), 0)
    return Fit(
        split.decided(shares, split.threshold(on_validation)),
        "tells the training rows' shares of classes, alike for all",
    )


#: Fits a model of some settings; gives what they are, probabilities of rows, and how many numbers it has.
Candidate = tuple[str, Callable[[np.ndarray], np.ndarray], int]


def _best(split: ColumnSplit, candidates: Iterator[Candidate], what: str) -> Fit:
    """The candidate that is best on validation, by what decides."""
    key = split.judge.headline.key
    found: list[tuple[float, Candidate, np.ndarray]] = []
    for candidate in candidates:
        valid = candidate[1](split.sides.valid)
        judged = split.decided(valid, split.threshold(valid))
        found.append((split.judge.metrics(judged, split.valid_targets)[key], candidate, valid))
    score, (settings, probabilities, size), valid = max(found, key=lambda each: each[0])
    test = split.decided(probabilities(split.sides.test), split.threshold(valid))
    facts = {"chosen": settings, "valid": {key: score}, "tried": [each[1][0] for each in found]}
    return Fit(test, f"{what}, {settings}", size, 8 * size, facts)


def _one_hot(split: ColumnSplit, *, crossed: bool = False) -> Fit:
    """Of single columns, or of these and the crosses that the embedding reads."""
    from scipy import sparse

    x, train = sparse.csr_matrix(_one_hot_features(split, crossed)), split.sides.train
    labels = split.rows.labels

    models = (
        (f"C = {C:g}", _told(model, x, split), model.coef_.size + model.intercept_.size)
        for C, model in fits(x[train], labels[train], _PENALTIES, _PASSES)
    )

    what = "values and crosses" if crossed else "values"
    return _best(split, models, f"is logistic regression of {what} one-hot, numbers standardised")


def _one_hot_features(split: ColumnSplit, crossed: bool) -> Any:
    """Sparse float [rows, values and numbers]: values of the training rows, others are zeros."""
    from scipy import sparse

    frame, train = split.rows.frame, split.sides.train
    parts = []
    crosses = (column for name, column in split.words.columns(frame) if name not in frame.categorical)
    for column in (*frame.categorical.values(), *(crosses if crossed else ())):
        known = column.counts(train) > 0
        places = np.where(known, np.cumsum(known) - 1, -1)[column.codes]
        rows = np.flatnonzero(places >= 0)
        shape = (len(frame), int(known.sum()))
        parts.append(sparse.csr_matrix((np.ones(len(rows)), (rows, places[rows])), shape))
    for values in frame.numeric.values():
        mean, scale = np.nanmean(values[train]), np.nanstd(values[train])
        missing = np.isnan(values)
        standard = np.where(missing, 0.0, (values - mean) / (scale or 1.0))
        parts.append(sparse.csr_matrix(np.stack([standard, missing], axis=1)))
    return sparse.hstack(parts, format="csr")


def _boosted(split: ColumnSplit) -> Fit:
    from sklearn.ensemble import HistGradientBoostingClassifier  # here: 2 s that a mistake need not wait for
    from threadpoolctl import threadpool_limits

    x, is_set = _tree_features(split)
    train, labels = split.sides.train, split.rows.labels

    def boosted() -> Iterator[Candidate]:
        for rate in _RATES:
            for leaves in _LEAVES:
                model = HistGradientBoostingClassifier(
                    learning_rate=rate,
                    max_leaf_nodes=leaves,
                    max_iter=_MOST_ITERATIONS,
                    categorical_features=is_set,
                    early_stopping=True,
                    random_state=0,
                )
                # Of few rows threads wait for each other longer than they work, where others work as well.
                with threadpool_limits(1 if len(train) < _MANY else None):
                    model.fit(x[train], labels[train])
                size = sum(len(tree.nodes) for trees in model._predictors for tree in trees)
                settings = f"rate {rate:g}, {leaves} leaves, {model.n_iter_} rounds"
                yield settings, _told(model, x, split), size

    return _best(split, boosted(), "is gradient boosting of trees, categories as sets")


def _tree_features(split: ColumnSplit) -> tuple[np.ndarray, list[bool]]:
    """float [rows, columns], and which are sets: those of few values; of more, how frequent each is.

    A column of more categories than a histogram has bins for keeps its most frequent ones as a set, and has
    its values' counts in training beside.
    """
    frame, train = split.rows.frame, split.sides.train
    parts, is_set = [], []
    for column in frame.categorical.values():
        counts = column.counts(train)
        order = np.argsort(-counts, kind="stable")[:_MOST_CATEGORIES]
        place = np.full(len(counts), np.nan)
        place[order] = np.arange(len(order))
        place[counts == 0] = np.nan
        parts.append(place[column.codes])
        is_set.append(True)
        if (counts > 0).sum() > _MOST_CATEGORIES:
            parts.append(counts[column.codes].astype(np.float64))
            is_set.append(False)
    parts += list(frame.numeric.values())
    return np.stack(parts, axis=1), is_set + [False] * len(frame.numeric)


def _told(model: Any, x: Any, split: ColumnSplit) -> Callable[[np.ndarray], np.ndarray]:
    """Probabilities [rows, classes] of rows; a class that training lacks has none."""

    def told(rows: np.ndarray) -> np.ndarray:
        found = np.zeros((len(rows), len(split.names)))
        found[:, model.classes_] = model.predict_proba(x[rows])
        return found

    return told
