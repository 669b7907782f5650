"""The baselines of a split, in the form of its judge.

Source: see `experiments.recommend.baselines`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.recommend import baselines
from experiments.study.split import Baseline, Fit

if TYPE_CHECKING:
    from experiments.recommend.split import RecommendSplit

_MOST_ITEMS = 10_000  # of which a matrix of all pairs is inverted


def beside(split: RecommendSplit) -> Mapping[str, Baseline]:
    """Of ratings their mean, and biases; of rankings popularity, and a linear model of items, of a few.

    Args:
        split: that they are fitted to.
    """
    if not split.ranks:
        named: dict[str, Any] = {"mean": _mean, "biases": _biases}
    else:
        few = len(split.data.items) <= _MOST_ITEMS
        named = {"popularity": _popularity, **({"linear-items": _linear} if few else {})}
    return {name: functools.partial(fit, split) for name, fit in named.items()}


def _mean(split: RecommendSplit) -> Fit:
    assert split.data.rating is not None
    mean = split.data.rating[split.parts.train].mean(dtype=np.float64)
    return Fit(split.clipped(np.full(len(split.parts.test), mean)), "tells the mean of the training ratings")


def _biases(split: RecommendSplit) -> Fit:
    data, learnt = split.data, split.data.of(split.parts.train)
    rating = learnt.rating
    assert rating is not None
    sizes = len(data.users), len(data.items)
    fits = {
        penalty: baselines.biases(learnt.user, learnt.item, rating, *sizes, penalty)
        for penalty in baselines.PENALTIES
    }

    def predicted(fit: baselines.Means, rows: np.ndarray) -> np.ndarray:
        return split.clipped(fit(data.user[rows], data.item[rows]))

    penalty, fit = _chosen(split, fits, lambda fit: predicted(fit, split.parts.valid))
    what = f"adds biases of user and item, by alternating least squares, penalty {penalty:g}"
    numbers = sum(sizes)
    return Fit(predicted(fit, split.parts.test), what, numbers, 8 * numbers, {"penalty": penalty})


def _popularity(split: RecommendSplit) -> Fit:
    _, item = split.rows("train")
    users, items = len(split.data.users), len(split.data.items)
    of_users, of_items = baselines.popularity(item, users, items)
    what = "recommends what most users took, without what the user had"
    return Fit(split.lists(of_users, of_items, "test"), what, items, 4 * items)


def _linear(split: RecommendSplit) -> Fit:
    users, items = len(split.data.users), len(split.data.items)
    fits = {
        penalty: baselines.linear_items(*split.rows("train"), users, items, penalty)
        for penalty in baselines.EASE_PENALTIES
    }
    penalty, (of_users, of_items) = _chosen(split, fits, lambda fit: split.lists(fit[0], fit[1], "valid"))
    what = f"tells each item from all others (Steck 2019), penalty {penalty:g}"
    return Fit(split.lists(of_users, of_items, "test"), what, items**2, 4 * items**2, {"penalty": penalty})


def _chosen(
    split: RecommendSplit, fits: Mapping[float, Any], predict: Callable[[Any], np.ndarray]
) -> tuple[float, Any]:
    """The penalty that is best on validation, the smallest of equals, and its fit."""
    scores = {p: split.judge.scores(predict(fit), split.valid_targets).mean() for p, fit in fits.items()}
    penalty = max(scores, key=lambda p: scores[p])
    return penalty, fits[penalty]
