"""Curves of scores: those of scikit-learn, read at given places, and the areas that judges tell."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.tasks.areas import auc_parts, precision_parts
from experiments.tasks.rates import hit_rates, precisions


def drawn(seed: int, rows: int = 300, ties: int = 12) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    positive = rng.random(rows) < 0.2
    return np.round(ties * (rng.random(rows) + 0.3 * positive)) / ties, positive


@pytest.mark.parametrize("seed", range(5))
def test_the_roc_curve_is_scikit_learns(seed: int) -> None:
    from sklearn.metrics import roc_curve

    scores, positive = drawn(seed)
    alarms, hits, _ = roc_curve(positive, scores, drop_intermediate=False)
    upper = np.append(alarms[1:] != alarms[:-1], True)
    np.testing.assert_allclose(hit_rates(scores, positive, alarms[upper]), hits[upper], atol=1e-12)
    for left, right in zip(range(len(alarms) - 1), range(1, len(alarms)), strict=True):
        if alarms[left] < alarms[right]:
            between = np.array([(alarms[left] + alarms[right]) / 2])
            middle = (hits[left] + hits[right]) / 2
            assert hit_rates(scores, positive, between)[0] == pytest.approx(middle)


@pytest.mark.parametrize("seed", range(5))
def test_precision_is_scikit_learns_at_each_recall(seed: int) -> None:
    from sklearn.metrics import precision_recall_curve

    scores, positive = drawn(seed)
    precision, recall, _ = precision_recall_curve(positive, scores)
    for at in np.linspace(0.01, 1, 40):
        reached = np.flatnonzero(recall >= at - 1e-12).max()  # recall falls: the highest threshold
        assert precisions(scores, positive, np.array([at]))[0] == pytest.approx(precision[reached])


def test_what_lies_under_them_are_the_areas_that_are_judged() -> None:
    scores, positive = drawn(7, 2000, 10**12)  # without ties
    at = np.linspace(0, 1, 200_001)
    assert np.trapezoid(hit_rates(scores, positive, at), at) == pytest.approx(
        auc_parts(scores, positive).mean(), abs=1e-4
    )
    steps = (np.arange(positive.sum()) + 1) / positive.sum()
    area = precisions(scores, positive, steps).mean()
    assert area == pytest.approx(precision_parts(scores, positive).mean(), abs=1e-12)


def test_one_kind_alone_has_no_curve() -> None:
    for curve in (hit_rates, precisions):
        with pytest.raises(ValueError, match="all 2 rows judged are positive"):
            curve(np.ones(2), np.ones(2, bool), np.linspace(0, 1, 3))
