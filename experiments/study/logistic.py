"""The linear model of numbers that learnt features are measured against.

Reference: Cox 1958, "The regression analysis of binary sequences"; Hastie, Tibshirani & Friedman 2009, "The
elements of statistical learning", section 4.4.
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Sequence

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
    from sklearn.exceptions import ConvergenceWarning  # here: 2 s that a mistake need not wait for
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    sides = (splits.train, splits.valid, splits.test)
    train, valid, test = (scaled(features, splits.train, rows) for rows in sides)
    fits = []
    with threadpool_limits(1), warnings.catch_warnings():
        # A weak penalty may reach the limit of passes; accuracy has settled by then.
        warnings.simplefilter("ignore", ConvergenceWarning)
        for strength in strengths:
            model = LogisticRegression(C=strength, max_iter=_PASSES)
            fits.append(model.fit(train, labels[splits.train]))
        right = [model.score(valid, labels[splits.valid]) for model in fits]
        best = fits[int(np.argmax(right))]
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
