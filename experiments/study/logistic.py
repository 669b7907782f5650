"""The linear model of numbers that learnt features are measured against.

Reference: Cox 1958, "The regression analysis of binary sequences"; Hastie, Tibshirani & Friedman 2009, "The
elements of statistical learning", section 4.4.
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from experiments.data import Splits

_STRENGTHS = (0.01, 0.1, 1.0, 10.0)
_PASSES = 1000


@dataclasses.dataclass(frozen=True, eq=False)
class Logistic:
    """What a logistic regression came to.

    Attributes:
        test: float32 [test rows, classes], its probabilities.
        strength: the inverse strength C of its L2 penalty.
        right: share of the validation rows that it gets right.
        parameters: numbers that were fitted.
        bytes: theirs.
    """

    test: Float[np.ndarray, "rows classes"]
    strength: float
    right: float
    parameters: int
    bytes: int


def fits(
    x: Any,
    labels: Int[np.ndarray, " rows"],
    strengths: Sequence[float],
    passes: int = _PASSES,
    *,
    warm: bool = False,
) -> Iterator[tuple[float, Any]]:
    """Multinomial logistic regressions of the same rows, one for each strength of the L2 penalty.

    Args:
        x: float [rows, columns], dense or sparse.
        labels: int [rows].
        strengths: inverse strengths C of the penalty.
        passes: of the solver over the rows, at most. A weak penalty may need more; accuracy has settled by
            then.
        warm: whether each begins where the one before ended; that one is used up by it.

    Yields:
        C, and scikit-learn's model.

    Example:
        >>> models = fits(np.array([[0.0], [1.0]]), np.array([0, 1]), (1.0, 10.0))
        >>> [(strength, model.predict([[0.9]]).item()) for strength, model in models]
        [(1.0, 1), (10.0, 1)]
    """
    from sklearn.exceptions import ConvergenceWarning  # here: 2 s that a mistake need not wait for
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    model = LogisticRegression(max_iter=passes, warm_start=warm)
    for strength in strengths:
        model = model if warm else LogisticRegression(max_iter=passes)
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.set_params(C=strength).fit(x, labels)
        yield strength, model


def logistic(
    features: Float[np.ndarray, "rows columns"],
    labels: Int[np.ndarray, " rows"],
    classes: int,
    splits: Splits,
    strengths: Sequence[float] = _STRENGTHS,
    *,
    scale: bool = True,
) -> Logistic:
    """Multinomial logistic regression on columns of mean 0 and variance 1; validation chooses its penalty.

    Args:
        features: float [rows, columns], of all sides.
        labels: int [rows].
        classes: how many there are; one that training lacks gets probability 0.
        splits: the sides. Mean and variance are those of training.
        strengths: that are tried, each an inverse strength C of the penalty.
        scale: False for columns as they are, where they have one unit.

    Example:
        >>> x = np.arange(30.0)[:, None]
        >>> sides = Splits(np.arange(0, 30, 2), np.arange(1, 30, 4), np.arange(3, 30, 4))
        >>> found = logistic(x, (x[:, 0] > 14).astype(int), 2, sides)
        >>> found.test.argmax(1)[[0, -1]].tolist(), found.parameters
        ([0, 1], 2)
    """
    sides = (splits.train, splits.valid, splits.test)
    train, valid, test = (scaled(features, splits.train, rows) for rows in sides)
    models = [model for _, model in fits(train, labels[splits.train], strengths)]
    right = [model.score(valid, labels[splits.valid]) for model in models]
    best = models[int(np.argmax(right))]
    found = np.zeros((len(test), classes), np.float32)
    found[:, best.classes_] = best.predict_proba(test)
    fitted = (best.coef_, best.intercept_)
    return Logistic(
        found,
        strengths[int(np.argmax(right))],
        float(max(right)),
        sum(array.size for array in fitted),
        sum(array.nbytes for array in fitted),
    )


def scaled(
    features: Float[np.ndarray, "rows columns"], train: Int[np.ndarray, " train"], rows: Int[np.ndarray, " n"]
) -> Float[np.ndarray, "n columns"]:
    """Some rows, each column less the mean of training, over its standard deviation.

    Args:
        features: float [rows, columns].
        train: which rows are learnt from.
        rows: which are wanted.

    Example:
        >>> scaled(np.array([[0.0], [2.0], [4.0]]), np.array([0, 1]), np.array([2]))
        array([[3.]])
    """
    mean, scale = features[train].mean(0), features[train].std(0)
    return (features[rows] - mean) / np.where(scale > 0, scale, 1)
