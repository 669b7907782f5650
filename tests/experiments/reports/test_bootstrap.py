"""Intervals: how often they hold the truth, and what they do at the edges."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from scipy.stats import beta

from experiments.reports import resampling
from experiments.reports.bootstrap import Interval, mean_interval, paired_difference
from experiments.tasks import Auc


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


def test_scores_without_a_bound_hold_the_truth_too() -> None:
    """Of squared errors, which are skewed; none is cut off at 0."""
    held, apart = [], []
    for case in range(200):
        hardness = np.random.default_rng(case).normal(size=300)
        noise = np.random.default_rng([case, 1]).normal(size=(2, 3, 300))
        a, b = 1 - (hardness + noise[0]) ** 2, 1 - (hardness + 1.2 * noise[1]) ** 2
        mean = mean_interval(a, least=-np.inf, seed=case, resamples=200)
        held.append(mean.low < 0 and mean.holds(-1.0))
        apart.append(paired_difference(a, b, least=-np.inf, seed=case, resamples=200).holds(0.44))
    assert 0.88 <= np.mean(held) <= 0.99 and 0.88 <= np.mean(apart) <= 0.999


def test_many_patterns_are_drawn_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = np.random.default_rng(0).random((2, 50))
    whole = mean_interval(scores)
    monkeypatch.setattr(resampling, "_DRAWN", 999)
    parts = mean_interval(scores)
    assert (parts.low, parts.high) == pytest.approx((whole.low, whole.high), abs=1e-12)


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
def test_all_right_or_all_wrong_is_the_exact_binomial_interval(seeds: int) -> None:
    """Clopper and Pearson: the share at which so many rows of a kind have a chance of 2.5 %."""
    right = np.full((seeds, 39), True)
    found = mean_interval(right)
    assert found.mean == found.high == 1.0
    assert found.low**39 == pytest.approx(0.025)
    assert found.low == pytest.approx(beta.ppf(0.025, 39, 1))
    none = mean_interval(~right)
    assert (none.mean, none.low, none.high) == (0.0, 0.0, pytest.approx(1 - found.low))


def test_what_all_groups_agree_on_is_as_sure_as_there_are_groups() -> None:
    right, groups = np.full((3, 60), True), np.arange(60) // 6
    assert mean_interval(right, groups).low ** 10 == pytest.approx(0.025)
    halves = np.arange(60)[None] % 6 < 3  # of every group the same half
    found = mean_interval(halves, groups)
    assert found.low < found.mean - 0.2 and found.high > found.mean + 0.2


def test_two_that_agree_on_every_row_may_still_differ_on_others() -> None:
    some = simulate(0, seeds=1, rows=40)
    found = paired_difference(some, some.repeat(3, 0))
    assert found.mean == 0
    assert -found.low == found.high == pytest.approx(1 - 0.025 ** (1 / 40))
    assert found.high == pytest.approx(3.7 / 40, rel=0.1)
    always, never = np.full((2, 40), True), np.full((1, 40), False)
    apart = paired_difference(always, never)
    assert (apart.mean, apart.high) == (1.0, 1.0) and 0.9 < apart.low < 0.92


def test_rows_that_all_speak_for_one_side_do_not_rule_the_other_out() -> None:
    """One row of 40 on which `a` alone is right: a test set as small may have missed those of `b`."""
    a = np.full((1, 40), True)
    b = a.copy()
    b[0, 0] = False
    found = paired_difference(a, b)
    assert found.low == pytest.approx(-(1 - 0.025 ** (1 / 40))) and found.low < -0.08
    assert 0.05 < found.high < 0.1
    turned = paired_difference(b, a)
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))


def test_small_differences_on_few_rows_hold_the_truth() -> None:
    rng = np.random.default_rng(0)
    held = []
    for case in range(1000):
        kind = rng.choice(3, p=[0.93, 0.05, 0.02], size=40)  # both right, a alone, b alone
        held.append(paired_difference(kind[None] != 2, kind[None] != 1, seed=case, resamples=300).holds(0.03))
    assert np.mean(held) > 0.93


def test_few_rows_without_an_error_hold_the_truth_as_often_as_they_should() -> None:
    """Where a tenth of 39 draws show no error at all, an interval of no width would miss the truth."""
    rng = np.random.default_rng(0)
    draws = rng.random((2000, 1, 39)) < 0.94
    cases = [mean_interval(draw, resamples=200) for draw in draws if draw.all()]
    assert len(cases) > 100 and all(case.holds(0.94) for case in cases)


def test_one_row_and_one_seed() -> None:
    assert mean_interval(np.array([[True]])) == Interval(1.0, pytest.approx(0.025), 1.0)


def grouped(seed: int, *, groups: int = 80, seeds: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Rows in groups of one to nine, which share most of what makes a row hard."""
    rng = np.random.default_rng(seed)
    number = np.repeat(np.arange(groups), rng.integers(1, 10, groups))
    hardness = rng.normal(size=groups)[number]
    return 1.0 + hardness + 0.5 * rng.normal(size=(seeds, len(number))) > 0, number


def test_groups_hold_the_truth_where_rows_one_by_one_miss_it() -> None:
    by_group, by_row = [], []
    for case in range(300):
        correct, groups = grouped(case)
        by_group.append(mean_interval(correct, groups, seed=case, resamples=400).holds(truth()))
        by_row.append(mean_interval(correct, seed=case, resamples=400).holds(truth()))
    assert 0.90 <= np.mean(by_group) <= 0.98
    assert np.mean(by_row) < 0.75


def voices(seed: int, groups: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Right or wrong in three seeds, of two models, on 50 recordings of each of a few voices."""
    rng = np.random.default_rng(seed)
    clear = rng.normal(1.5, 0.8, groups)
    clearer = clear + 0.5 + rng.normal(0, 0.4, groups)
    a, b = (rng.random((3, groups * 50)) < np.repeat(1 / (1 + np.exp(-x)), 50) for x in (clear, clearer))
    return a, b, np.repeat(np.arange(groups), 50)


@pytest.mark.parametrize("groups", [3, 6, 12])
def test_few_groups_hold_the_truth_as_often_as_they_should(groups: int) -> None:
    """Resamples of six groups alone hold it in 86 % of cases; of three in 76 %."""
    of_many = voices(0, 100_000)
    true, apart = of_many[0].mean(), of_many[1].mean() - of_many[0].mean()
    means, differences = [], []
    for case in range(1, 301):
        a, b, number = voices(case, groups)
        means.append(mean_interval(a, number, seed=case, resamples=400).holds(true))
        differences.append(paired_difference(b, a, number, seed=case, resamples=400).holds(apart))
    assert 0.92 <= np.mean(means) <= 0.98 and np.mean(differences) >= 0.92


@pytest.mark.parametrize("apart", [1.0, 2.5])
@pytest.mark.parametrize("positives", [3, 5, 10, 29])
def test_areas_of_few_positives_hold_the_truth(positives: int, apart: float) -> None:
    """Counted by rows, intervals of 3 positives held an area of 0.96 in half of the cases."""
    target = np.arange(300 + positives) < positives
    rng, judge, groups = np.random.default_rng(positives), Auc(), np.arange(300 + positives)
    true = 0.5 * (1 + math.erf(apart / 2))  # of two normal variables of variance 1
    held, level = [], []
    for case in range(150):
        a, b = (
            judge.scores((rng.normal(size=len(target)) + apart * target)[:, None], target)[None]
            for _ in range(2)
        )
        rest = {"telling": judge.telling(target, groups), "resamples": 300, "seed": case}
        held.append(mean_interval(a, **rest).holds(true))  # type: ignore[arg-type]
        level.append(paired_difference(a, b, **rest).holds(0))  # type: ignore[arg-type]
    assert np.mean(held) >= 0.87 and np.mean(level) >= 0.91


def test_of_one_positive_nothing_is_known() -> None:
    target = np.arange(300) < 1
    scores = Auc().scores(np.random.default_rng(0).normal(size=(300, 1)), target)[None]
    found = mean_interval(scores, telling=target)
    assert found.low < 0.03 and found.high > 0.97


def test_what_no_positive_showed_is_allowed_for_whatever_negatives_did() -> None:
    """One negative above all of three positives is no reason to be surer than where none is."""
    target = np.arange(303) < 3
    perfect = target.astype(float)[:, None]
    nearly = perfect + 2.0 * (np.arange(303) == 100)[:, None]
    ends = [mean_interval(Auc().scores(each, target)[None], telling=target).low for each in (perfect, nearly)]
    assert ends[1] <= ends[0] == pytest.approx(0.025 ** (1 / 3))


def test_seeds_near_1_do_not_empty_the_interval() -> None:
    target, draw = np.arange(303) < 3, np.random.default_rng(0)
    apart = [target[:, None] * 6.0 + draw.normal(size=(303, 1)) for _ in range(3)]
    scores = np.stack([Auc().scores(each, target) for each in apart])
    assert mean_interval(scores, telling=target).low > 0.2


@pytest.mark.parametrize("telling", [np.zeros(20, bool), np.ones(19, bool)])
def test_what_a_score_rests_on_is_a_bool_a_row(telling: np.ndarray) -> None:
    scores = np.arange(20.0)[None]
    with pytest.raises(ValueError, match="telling has shape"):
        mean_interval(scores, telling=telling)
    with pytest.raises(ValueError, match="telling has shape"):
        paired_difference(scores, scores, telling=telling)


def test_of_two_groups_all_but_nothing_is_known() -> None:
    found = mean_interval(np.array([[1.0, 1.0, 0.0, 1.0]]), np.array([0, 0, 1, 1]))
    assert found.low == 0 and found.high == 1


def test_groups_equal_resampling_them_one_by_one() -> None:
    (a, groups), rng = grouped(1, groups=40), np.random.default_rng(5)
    b = a ^ (rng.random(a.shape) < 0.1)
    rows_of = [np.flatnonzero(groups == number) for number in range(40)]
    means, apart = [], []
    for _ in range(20_000):
        rows = np.concatenate([rows_of[number] for number in rng.integers(0, 40, 40)])
        of_a, of_b = (x[rng.integers(0, 3, 3)][:, rows].mean() for x in (a, b))
        means.append(of_a)
        apart.append(of_a - of_b)
    for found, drawn in (
        (mean_interval(a, groups, resamples=20_000), means),
        (paired_difference(a, b, groups, resamples=20_000), apart),
    ):
        assert (found.low, found.high) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=0.005)


def test_names_and_order_of_groups_do_not_matter_and_single_rows_are_groups_of_one() -> None:
    correct, groups = grouped(0)
    order = np.random.default_rng(1).permutation(len(groups))
    assert mean_interval(correct, groups) == mean_interval(correct[:, order], 7 * groups[order] + 3)
    assert mean_interval(correct) == mean_interval(correct, np.arange(len(groups))[::-1])


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


def test_groups_are_one_number_a_row() -> None:
    with pytest.raises(ValueError, match=r"groups has shape \(4,\), scores 5 rows: give one number a row"):
        mean_interval(np.ones((1, 5), bool), np.arange(4))
    with pytest.raises(ValueError, match=r"groups has shape \(4,\), a 5 rows"):
        paired_difference(np.ones((1, 5), bool), np.ones((1, 5), bool), np.arange(4))


def test_a_difference_wants_the_same_rows() -> None:
    with pytest.raises(ValueError, match="a has 5 rows and b 6"):
        paired_difference(np.ones((1, 5), bool), np.ones((1, 6), bool))
