"""Areas under curves: those of scikit-learn, ties and all, as means whose intervals hold what they should."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import norm

from experiments.reports.bootstrap import mean_interval
from experiments.tasks.areas import auc_parts, precision_parts

Parts = Callable[[np.ndarray, np.ndarray], np.ndarray]


def sklearn_of(parts: Parts) -> Callable[..., float]:
    from sklearn.metrics import average_precision_score, roc_auc_score

    return {auc_parts: roc_auc_score, precision_parts: average_precision_score}[parts]


def drawn(rng: np.random.Generator, rows: int, ties: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    positive = rng.random(rows) < 0.3
    positive[:2] = True, False
    scores = rng.normal(positive, 1.0)
    return (scores if ties is None else np.round(scores * ties) / ties), positive


@pytest.mark.parametrize("parts", [auc_parts, precision_parts])
@pytest.mark.parametrize("ties", [None, 4, 1])
@pytest.mark.parametrize("rows", [2, 7, 400])
def test_the_mean_is_what_scikit_learn_finds(parts: Parts, ties: int | None, rows: int) -> None:
    for seed in range(5):
        scores, positive = drawn(np.random.default_rng(seed), rows, ties)
        expected = sklearn_of(parts)(positive, scores)
        assert parts(scores, positive).mean() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("parts", [auc_parts, precision_parts])
@pytest.mark.parametrize("ties", [None, 2])
def test_a_row_has_the_derivative_by_its_weight(parts: Parts, ties: int | None) -> None:
    scores, positive = drawn(np.random.default_rng(3), 40, ties)
    found, score, small = parts(scores, positive), sklearn_of(parts), 1e-5
    for row in range(40):
        weights = np.ones((2, 40))
        weights[:, row] += small, -small
        up, down = (score(positive, scores, sample_weight=each) for each in weights)
        change = (up - down) / (2 * small)
        assert found[row] == pytest.approx(found.mean() + 40 * change, abs=1e-6)


def test_of_an_area_the_variance_is_that_of_delong() -> None:
    scores, positive = drawn(np.random.default_rng(0), 300)
    first, second = scores[positive], scores[~positive]
    ahead = (first[:, None] > second).astype(float)
    p, n = len(first), len(second)
    delong = ahead.mean(1).var() / p + ahead.mean(0).var() / n
    parts = auc_parts(scores, positive)
    assert parts.var() / len(parts) == pytest.approx(delong, rel=1e-12)


@pytest.mark.parametrize("parts", [auc_parts, precision_parts])
def test_intervals_are_as_wide_as_those_of_plain_resampling(parts: Parts) -> None:
    ratios = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        scores, positive = drawn(rng, 400)
        found = mean_interval(parts(scores, positive)[None])
        rows = rng.integers(400, size=(400, 400))
        plain = np.quantile([parts(scores[each], positive[each]).mean() for each in rows], [0.025, 0.975])
        ratios.append((found.high - found.low) / (plain[1] - plain[0]))
    assert 0.93 < np.mean(ratios) < 1.07


@pytest.mark.parametrize("parts", [auc_parts, precision_parts])
def test_intervals_hold_the_true_value_as_often_as_they_say(parts: Parts) -> None:
    many = drawn(np.random.default_rng(99), 300_000)
    true = norm.cdf(1 / np.sqrt(2)) if parts is auc_parts else parts(*many).mean()
    held = []
    for seed in range(150):
        scores, positive = drawn(np.random.default_rng(seed), 1000)
        held.append(mean_interval(parts(scores, positive)[None], resamples=500).holds(float(true)))
    assert 0.90 <= np.mean(held) <= 0.99  # 150 draws: 0.95 less 2.8 standard errors


@pytest.mark.parametrize("parts", [auc_parts, precision_parts])
def test_what_has_no_area_is_refused(parts: Parts) -> None:
    with pytest.raises(ValueError, match="all 3 rows judged are positive"):
        parts(np.ones(3), np.ones(3, bool))
    with pytest.raises(ValueError, match="all 3 rows judged are negative"):
        parts(np.ones(3), np.zeros(3, bool))
    with pytest.raises(ValueError, match="1 scores are no numbers"):
        parts(np.array([np.nan, 1.0]), np.array([True, False]))
    with pytest.raises(ValueError, match="give float"):
        parts(np.ones(2), np.array([1, 0]))


@pytest.mark.parametrize("parts", [auc_parts, precision_parts])
def test_what_all_score_alike_is_chance(parts: Parts) -> None:
    positive = np.arange(10) < 3
    found = parts(np.full(10, 0.3), positive)
    assert found.mean() == pytest.approx(0.5 if parts is auc_parts else 0.3)
