"""Test rows of several folds judged as one: all at once, or each fold's by themselves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from experiments.tasks.judge import Judge

Folds = Sequence[Float[np.ndarray, "rows outputs"]]


def metrics(judge: Judge, predicted: Folds, targets: Sequence[np.ndarray]) -> dict[str, float]:
    """Metrics of the predictions of all folds, each of which has a model of its own.

    They are those of all rows at once, where a mean of ratios over folds would be another number. Metrics of
    the order of rows (`Judge.ordered`) are means over folds, by their rows: those of two models have no
    common order, and a constant that differs by fold would be told to order rows.

    Args:
        judge: how they are judged.
        predicted: of each fold's test rows.
        targets: the same rows', in the same order.

    Example:
        >>> from experiments.tasks import Auc
        >>> alike = [np.full((2, 1), 0.1), np.full((2, 1), 0.9)]
        >>> metrics(Auc(), alike, [np.array([0, 1]), np.array([0, 1])])["auc"]
        0.5

    Reference: Forman and Scholz, "Apples-to-apples in cross-validation studies: pitfalls in classifier
        performance measurement", 2010.
    """
    whole = judge.metrics(np.concatenate(predicted), together(targets))
    if not judge.ordered:
        return whole
    found = [judge.metrics(*pair) for pair in zip(predicted, targets, strict=True)]
    rows = [len(each) for each in targets]
    means = {name: np.average([each[name] for each in found], weights=rows) for name in judge.ordered}
    return whole | {name: float(mean) for name, mean in means.items()}


def scores(judge: Judge, predicted: Folds, targets: Sequence[np.ndarray]) -> Float[np.ndarray, " rows"]:
    """The scores of all rows, one fold's after the other's; their mean is the headline of `metrics`.

    Args:
        judge: how they are judged.
        predicted: of each fold's test rows.
        targets: the same rows', in the same order.

    Example:
        >>> from experiments.tasks import CLASSES
        >>> told = [np.array([[0.9, 0.1]]), np.array([[0.8, 0.2]])]
        >>> scores(CLASSES, told, [np.array([0]), np.array([1])]).tolist()
        [1.0, 0.0]
    """
    if not judge.ordered:
        return judge.scores(np.concatenate(predicted), together(targets))
    return np.concatenate([judge.scores(*pair) for pair in zip(predicted, targets, strict=True)])


def together(targets: Sequence[np.ndarray]) -> np.ndarray:
    """The targets of several folds, one after the other; lists of different lengths are filled with −1.

    Args:
        targets: of each fold, [rows, …].

    Example:
        >>> together([np.array([[3, 4]]), np.array([[5], [6]])]).tolist()
        [[3, 4], [5, -1], [6, -1]]
    """
    widest = max(each.shape[1] if each.ndim == 2 else 0 for each in targets)
    filled = [
        np.pad(each, ((0, 0), (0, widest - each.shape[1])), constant_values=-1) if each.ndim == 2 else each
        for each in targets
    ]
    return np.concatenate(filled)
