"""Intervals: how often they hold the truth, and what they do at the edges."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest

from experiments.bootstrap import Interval, mean_interval, paired_difference


def simulate(
    seed: int, *, seeds: int, rows: int = 300, between_seeds: float = 0.0, shift: float = 1.0
) -> np.ndarray:
    """Right or wrong where ability less hardness of the row, of the seed, and of both is above 0."""
    rng = np.random.default_rng(seed)
    hardness = np.random.default_rng([seed, rows]).normal(size=rows)  # of the rows: the same for all models
    seed_effect = between_seeds * rng.normal(size=(seeds, 1))
    return shift + hardness + seed_effect + 0.5 * rng.normal(size=(seeds, rows)) > 0


def truth(between_seeds: float = 0.0, shift: float = 1.0) -> float:
    return 0.5 * (1 + math.erf(shift / math.sqrt(1 + between_seeds**2 + 0.25) / math.sqrt(2)))


@pytest.mark.parametrize(
    ("seeds", "between_seeds", "least", "most"),
    [
        (1, 0.0, 0.91, 0.99),
        (3, 0.0, 0.92, 0.995),
        (3, 0.05, 0.92, 0.995),
        (10, 0.3, 0.89, 0.98),
        (3, 1.0, 0.5, 0.85),  # what the docstring warns of: three seeds tell too little of large differences
    ],
)
def test_intervals_hold_the_truth_as_often_as_they_should(
    seeds: int, between_seeds: float, least: float, most: float
) -> None:
    cases = [
        mean_interval(simulate(case, seeds=seeds, between_seeds=between_seeds), seed=case, resamples=400)
        for case in range(300)
    ]
    assert least <= np.mean([case.holds(truth(between_seeds)) for case in cases]) <= most


def test_intervals_of_a_difference_hold_the_truth() -> None:
    true = truth(shift=1.0) - truth(shift=0.8)
    held = []
    for case in range(300):
        hardness = np.random.default_rng(case).normal(size=300)
        noise = np.random.default_rng([case, 1]).normal(size=(2, 3, 300)) / 2
        a, b = 1.0 + hardness + noise[0] > 0, 0.8 + hardness + noise[1] > 0
        held.append(paired_difference(a, b, seed=case, resamples=400).holds(true))
    assert 0.92 <= np.mean(held) <= 0.999


def test_without_seeds_the_interval_is_the_binomial_one() -> None:
    correct = np.arange(1000)[None] < 800
    found = mean_interval(correct, resamples=20_000)
    half = 1.96 * math.sqrt(0.8 * 0.2 / 1000)
    assert found.mean == 0.8
    assert (found.low, found.high) == pytest.approx((0.8 - half, 0.8 + half), abs=0.0015)


def test_equals_resampling_rows_one_by_one() -> None:
    correct = simulate(1, seeds=3, rows=120, between_seeds=0.3)
    rng = np.random.default_rng(5)
    means = [correct[np.ix_(rng.integers(0, 3, 3), rng.integers(0, 120, 120))].mean() for _ in range(20_000)]
    found = mean_interval(correct, resamples=20_000)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(means, [0.025, 0.975])), abs=0.004)


def test_copies_of_a_seed_add_no_certainty() -> None:
    one = simulate(0, seeds=1)
    copies = mean_interval(np.repeat(one, 5, axis=0), resamples=20_000)
    alone = mean_interval(one, resamples=20_000)
    assert (copies.low, copies.high) == pytest.approx((alone.low, alone.high), abs=0.003)


def test_seeds_that_differ_widen_the_interval() -> None:
    apart = np.zeros((3, 300), bool)
    apart[0], apart[1, :150] = True, True  # right always, half the time, never
    together = np.arange(300)[None].repeat(3, 0) < 150
    wide, narrow = mean_interval(apart), mean_interval(together)
    assert wide.mean == narrow.mean == 0.5
    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)


def test_pairing_makes_the_interval_of_a_difference_narrow() -> None:
    a = simulate(0, seeds=3)
    b = a.copy()
    b[:, :5] = ~b[:, :5]
    paired = paired_difference(a, b)
    alone = mean_interval(a)
    unpaired = math.sqrt(2) * (alone.high - alone.low)  # of two models on test sets of their own
    assert paired.high - paired.low < 0.7 * unpaired
    assert paired.mean == pytest.approx(a.mean() - b.mean())


def test_difference_of_unequal_numbers_of_seeds() -> None:
    a, b = simulate(0, seeds=3), simulate(0, seeds=1, shift=0.0)
    found = paired_difference(a, b)
    assert found.mean == a.mean() - b.mean()
    assert 0 < found.low < found.mean < found.high


def test_difference_turns_its_sign_with_its_arguments() -> None:
    a, b = simulate(0, seeds=3), simulate(1, seeds=3)
    there, back = paired_difference(a, b, resamples=20_000), paired_difference(b, a, resamples=20_000)
    assert there.mean == -back.mean
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=0.003)


@pytest.mark.parametrize("seeds", [1, 3])
@pytest.mark.parametrize("right", [True, False])
def test_all_right_or_all_wrong_has_no_width(seeds: int, right: bool) -> None:
    correct = np.full((seeds, 50), right)
    assert mean_interval(correct) == Interval(float(right), float(right), float(right))
    assert paired_difference(correct, correct) == Interval(0.0, 0.0, 0.0)


def test_one_row_and_one_seed() -> None:
    assert mean_interval(np.array([[True]])) == Interval(1.0, 1.0, 1.0)


def test_same_seed_same_bits_and_order_of_rows_does_not_matter() -> None:
    correct = simulate(0, seeds=3)
    shuffled = correct[:, np.random.default_rng(1).permutation(correct.shape[1])]
    assert mean_interval(correct) == mean_interval(correct) == mean_interval(shuffled)
    assert mean_interval(correct, seed=1) != mean_interval(correct)
    assert paired_difference(correct, shuffled) == paired_difference(correct, shuffled)


def test_is_fast_enough_to_be_called_for_every_row() -> None:
    correct = np.random.default_rng(0).random((3, 1500)) < 0.85
    times = []
    for _ in range(5):
        started = time.perf_counter()
        mean_interval(correct)
        times.append(time.perf_counter() - started)
    assert min(times) < 0.05


@pytest.mark.parametrize(
    ("correct", "resamples", "message"),
    [
        (np.ones(5, bool), 10, r"shape \(5,\): give \[seeds, rows\]"),
        (np.ones((0, 5), bool), 10, r"shape \(0, 5\)"),
        (np.ones((2, 0), bool), 10, r"shape \(2, 0\)"),
        (np.ones((2, 5), bool), 0, "resamples=0"),
    ],
)
def test_what_cannot_be_resampled_is_refused(correct: np.ndarray, resamples: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        mean_interval(correct, resamples=resamples)
    with pytest.raises(ValueError, match=message):
        paired_difference(correct, correct, resamples=resamples)


def test_a_difference_wants_the_same_rows() -> None:
    with pytest.raises(ValueError, match="a has 5 rows and b 6"):
        paired_difference(np.ones((1, 5), bool), np.ones((1, 6), bool))
