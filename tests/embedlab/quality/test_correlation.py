"""Correlations and their intervals against SciPy, resamples against what they stand for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from embedlab.quality.correlation import pearson, spearman
from embedlab.quality.interval import Interval, bootstrap


@pytest.fixture(params=["ties", "none"])
def lists(request: pytest.FixtureRequest) -> tuple[np.ndarray, np.ndarray]:
    """Two lists of 200 numbers that go up together."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal(200)
    y = x + rng.standard_normal(200)
    return (x.round(), (2 * y).round()) if request.param == "ties" else (x, y)


def test_equal_those_of_scipy(lists: tuple[np.ndarray, np.ndarray]) -> None:
    assert pearson(*lists)[0] == pytest.approx(stats.pearsonr(*lists).statistic, abs=1e-14)
    assert spearman(*lists)[0] == pytest.approx(stats.spearmanr(*lists).statistic, abs=1e-14)


def test_what_counts_twice_is_there_twice(lists: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = lists
    times = np.random.default_rng(1).integers(4, size=(6, len(x)))
    repeated = [(np.repeat(x, line), np.repeat(y, line)) for line in times]
    np.testing.assert_allclose(pearson(x, y, times), [stats.pearsonr(*two).statistic for two in repeated])
    np.testing.assert_allclose(spearman(x, y, times), [stats.spearmanr(*two).statistic for two in repeated])


def test_a_constant_list_has_none() -> None:
    for correlation in (pearson, spearman):
        assert np.isnan(correlation(np.ones(5), np.arange(5.0))[0])
        assert np.isnan(correlation(np.array([1.0]), np.array([2.0]))[0])


def test_the_interval_is_that_of_the_mean() -> None:
    values = np.random.default_rng(2).standard_normal(400)
    found = bootstrap(lambda times: times @ values / 400, 400, resamples=4000, seed=1)
    spread = 1.96 * values.std() / 20
    assert found.value == pytest.approx(values.mean())
    wanted = values.mean() + spread * np.array([-1, 1])
    np.testing.assert_allclose([found.low, found.high], wanted, atol=spread / 10)


def test_nothing_but_the_seed_is_random(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.arange(50.0)

    def interval(seed: int) -> Interval:
        return bootstrap(lambda times: times @ values / 50, 50, resamples=300, seed=seed)

    before = interval(0)
    assert interval(0) == before != interval(1)
    monkeypatch.setattr("embedlab.quality.interval._DRAWN", 1000)
    assert interval(0).low == pytest.approx(before.low, rel=0.05)  # in other parts


def test_what_is_not_defined_is_left_out() -> None:
    x = np.array([0.0, 0.0, 1.0])
    found = bootstrap(lambda times: spearman(x, x, times), 3, resamples=200)
    assert found == (1, 1, 1)  # though a resample of zeros alone has no correlation
    nothing = bootstrap(lambda times: spearman(x[:2], x[:2], times), 2)
    assert np.isnan(nothing).all() and np.isnan(bootstrap(lambda times: times.sum(1) / 1, 0)).all()


def test_some_resamples() -> None:
    with pytest.raises(ValueError, match="resamples=0: give a whole number of at least 1"):
        bootstrap(lambda times: times.mean(1), 3, resamples=0)
