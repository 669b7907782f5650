"""P-values, their correction, and the words for them."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.matched.difference import Difference, difference
from experiments.matched.holm import holm
from experiments.matched.verdict import verdict
from experiments.reports.bootstrap import paired_difference

RNG = np.random.default_rng(0)


def right(accuracy: float, hard: np.ndarray, seeds: int = 3) -> np.ndarray:
    """Scores of models that find the same rows hard."""
    return (RNG.random((seeds, len(hard))) < np.clip(accuracy + hard, 0, 1)).astype(float)


@pytest.fixture(scope="module")
def found() -> Difference:
    hard = RNG.normal(0, 0.2, 600)
    return difference(right(0.8, hard), right(0.83, hard), np.arange(600) // 2)


def test_it_is_the_paired_difference() -> None:
    hard = RNG.normal(0, 0.2, 600)
    a, b, groups = right(0.8, hard), right(0.83, hard), np.arange(600) // 2
    found, expected = difference(a, b, groups), paired_difference(a, b, groups, resamples=20_000)
    made = found.interval()
    assert made.mean == pytest.approx(expected.mean)
    assert (made.low, made.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95, 0.999])
def test_p_is_small_just_where_the_interval_ends(found: Difference, level: float) -> None:
    made = found.interval(level)
    for value in np.linspace(-0.12, 0.08, 41):
        if abs(value - made.low) > 1e-3 and abs(value - made.high) > 1e-3:
            assert (found.p(value) < 1 - level) == (not made.holds(value))


@pytest.mark.parametrize(("groups", "better"), [(60, 15), (60, 3), (400, 12), (8, 8)])
def test_p_is_that_of_growing_intervals_where_none_speaks_against_it(groups: int, better: int) -> None:
    """Room for what was not seen grows with the interval, so p is more than by resampling alone."""
    b = np.zeros((1, groups))
    a = b.copy()
    a[0, :better] = 1.0
    for found, sign in ((difference(a, b, np.arange(groups)), 1), (difference(b, a, np.arange(groups)), -1)):
        assert found.worse == (sign < 0) and found.better == (sign > 0)
        for value in (0.0, -0.01 * sign, 0.02 * sign):
            p = found.p(value)
            if p < 1:  # by a count of some twenty resamples, and so within a twentieth
                # The least p is by how many resamples there are, and no interval need reach so far.
                assert p < 2.001 / (1 + len(found.resampled)) or found.interval(1 - 0.9 * p).holds(value)
                assert not found.interval(1 - min(1.0, 1.1 * p)).holds(value)
    assert (groups, better) != (60, 15) or 0.003 < difference(a, b, np.arange(groups)).p() < 0.005


def test_models_that_agree_do_not_differ() -> None:
    same = right(0.8, np.zeros(200))[:1]
    found = difference(same, same, np.arange(200))
    assert found.mean == 0 and found.p() == 1.0 and found.interval().holds(-0.01)
    # In 200 rows of which none differs, one of a hundred might: a point of loss is not excluded.
    assert found.p(-0.01) > 0.05 and found.p(-0.1) < 0.05


def rejected(better: float) -> int:
    """Of 200 pairs of models that are right on rows of their own, how often no difference is rejected."""
    rng = np.random.default_rng(1)

    def model(accuracy: float) -> np.ndarray:
        surely = np.where(rng.random(300) < accuracy, 0.97, 0.03)  # in nearly all seeds alike
        return (rng.random((5, 300)) < surely).astype(float)

    pairs = [(model(0.8 + better), model(0.8)) for _ in range(200)]
    return sum(difference(a, b, np.arange(300), resamples=499).p() <= 0.05 for a, b in pairs)


def test_what_is_no_difference_is_seldom_called_one() -> None:
    # 10 are to be expected; fewer than 1 or more than 22 have a chance of 0.0004.
    assert 1 <= rejected(0.0) <= 22
    assert rejected(0.15) >= 190


def test_holm_is_that_of_the_definition() -> None:
    p = RNG.random(50) ** 3
    order = np.argsort(p)
    for alpha in (0.01, 0.05, 0.2, 0.5):
        rejected = set()
        for step, place in enumerate(order):
            if p[place] > alpha / (len(p) - step):
                break
            rejected.add(place)
        assert rejected == {place for place, each in enumerate(holm(p)) if each <= alpha}
    assert holm([]) == [] and holm([0.7, 0.6]) == [1.0, 1.0]


@pytest.mark.parametrize(
    ("mean", "p_zero", "p_margin", "expected"),
    [
        (0.02, 0.01, 0.001, "above"),
        (-0.03, 0.001, 0.01, "below by more than 1 point"),
        (-0.005, 0.01, 0.01, "below, by no more than 1 point"),
        (-0.012, 0.001, 0.6, "below; by more than 1 point or not is undecided"),
        (0.001, 0.8, 0.01, "no difference was found; not below by more than 1 point"),
        (-0.012, 0.2, 0.9, "undecided: the interval is too wide"),
        (0.02, 0.051, 0.051, "undecided: the interval is too wide"),
    ],
)
def test_words_are_those_that_p_allows(mean: float, p_zero: float, p_margin: float, expected: str) -> None:
    assert verdict(Difference(mean, np.array([mean]), 9, True, True), p_zero, p_margin) == expected
