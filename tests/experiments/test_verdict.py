"""The closing words: each says what the intervals support, and no more."""

from __future__ import annotations

import dataclasses

import pytest

from experiments.bootstrap import Interval
from experiments.row import Row
from experiments.verdict import verdict


def row(name: str, accuracy: float, bytes_: int = 100, *, kind: str = "embedding", half: float = 0.02) -> Row:
    interval = Interval(accuracy, accuracy - half, accuracy + half)
    return Row(name, kind, interval, 0.8, 0.5, 0.03, None, bytes_ // 4, bytes_, 0, 1.0, 3)


FULL = row("dense", 0.86, 400)


def apart(low: float, mean: float, high: float, **change: object) -> Row:
    """A smaller embedding at this difference to the full one, in points."""
    cut = row("cut", FULL.accuracy.mean + mean / 100)
    return dataclasses.replace(cut, difference=Interval(mean / 100, low / 100, high / 100), **change)  # type: ignore[arg-type]


def told(*rows: Row, reference: Row | None = FULL, baseline: Row | None = None) -> str:
    everything = [each for each in (reference, *rows, baseline) if each]
    return verdict(everything, reference, baseline, 1500)


@pytest.mark.parametrize(
    ("low", "mean", "high", "says"),
    [
        (0.1, 0.9, 2.0, "The whole interval lies above dense."),
        (-0.9, -0.2, 0.4, "within 1 point of dense, and the interval rules out a loss of more than 1 point."),
        (-1.0, -0.5, 0.4, "within 1 point of dense, and the interval rules out a loss of more than 1 point."),
        (-0.2, 1.4, 3.0, "That is above dense, and the interval rules out a loss of more than 1 point."),
        (
            -1.9,
            -0.8,
            0.3,
            "The estimate is within 1 point of dense, but the interval reaches more than 1 point",
        ),
        (-1.9, 1.2, 4.3, "The estimate is above dense, but the interval reaches more than 1 point below it"),
        (
            -2.5,
            -1.5,
            -0.5,
            "more than 1 point below dense, but the interval reaches nearer: whether it keeps",
        ),
        (
            -3.0,
            -2.0,
            -1.1,
            "It is not within 1 point of dense: the whole interval lies more than 1 point below.",
        ),
    ],
)
def test_within_a_point_is_said_as_far_as_the_interval_goes(
    low: float, mean: float, high: float, says: str
) -> None:
    text = told(apart(low, mean, high))
    assert says in text
    assert f"a difference of {mean:+.2f} points (95 % interval {low:+.2f} to {high:+.2f})" in text
    decided = low >= -1 or high < -1
    assert ("undecided" in text) != decided


def test_the_best_of_the_smaller_is_sought_and_not_a_larger_one() -> None:
    larger, poor = row("huge", 0.95, 4000), row("poor", 0.70)
    text = told(larger, apart(-0.9, -0.2, 0.4), poor)
    assert text.startswith(
        "At 25 % of dense's trainable bytes, cut is the best of 2 embeddings and gets 85.8 %"
    )
    assert "huge" not in text


def test_budgets_that_differ_are_shown_as_a_range() -> None:
    assert told(apart(-0.9, -0.2, 0.4), row("less", 0.7, 80)).startswith("At 20 to 25 % of dense's")


def test_without_a_smaller_one_the_bytes_are_not_spoken_of() -> None:
    text = told(apart(-0.9, -0.2, 0.4, trainable_bytes=400))
    assert text.startswith("cut gets 85.8 % of the 1,500 test rows right, dense 86.0 %")


def test_an_index_is_named_beside_the_bytes() -> None:
    assert "Its index, 4.1 MB more, can be computed" in told(apart(-0.9, -0.2, 0.4, index_bytes=4_123_456))
    assert "index" not in told(apart(-0.9, -0.2, 0.4))


def test_order_of_the_first_two_is_open_where_intervals_overlap() -> None:
    first = apart(-0.9, -0.2, 0.4)
    assert "near follows with 85.0 %; their intervals overlap, so the order of these two is open." in told(
        first, row("near", 0.85)
    )
    assert "far follows with 70.0 %, and their intervals do not overlap." in told(first, row("far", 0.70))


def test_the_choice_on_the_test_rows_is_owned_up_to() -> None:
    first = apart(-0.9, -0.2, 0.4)
    assert "picked on these same test rows" in told(first, row("near", 0.85))
    assert "picked" not in told(first)


@pytest.mark.parametrize(
    ("accuracy", "says"),
    [
        (0.95, "cut is below it by more than"),
        (0.87, "which of the two is better is open"),
        (0.70, "cut is above it by more than"),
    ],
)
def test_standing_to_the_baseline_without_pairs(accuracy: float, says: str) -> None:
    assert says in told(apart(-0.9, -0.2, 0.4), baseline=row("tfidf", accuracy, kind="baseline"))


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        (-0.03, -0.01, "cut less it is -2.00 points (95 % interval -3.00 to -1.00): cut is below it"),
        (-0.03, 0.0, "-3.00 to +0.00): which of the two is better is open"),
        (0.01, 0.03, "cut is above it"),
    ],
)
def test_standing_to_the_baseline_with_pairs(low: float, high: float, says: str) -> None:
    mean = -0.02 if low < 0 else 0.02
    cut = apart(-0.9, -0.2, 0.4, over_baseline=Interval(mean, low, high))
    assert says in told(cut, baseline=row("tfidf", 0.87, kind="baseline"))


@pytest.mark.parametrize(
    ("seeds", "says"), [(1, "With one seed the intervals are over test rows alone"), (3, "3 seeds are few")]
)
def test_few_seeds_are_owned_up_to(seeds: int, says: str) -> None:
    assert says in told(apart(-0.9, -0.2, 0.4, seeds=seeds))


def test_many_seeds_need_no_excuse() -> None:
    assert "seed" not in told(apart(-0.9, -0.2, 0.4, seeds=20))


def test_one_embedding_alone() -> None:
    alone = "dense gets 86.0 % of the 1,500 test rows right (95 % interval 84.0 % to 88.0 %)."
    assert told(reference=FULL).startswith(alone)
    assert told(FULL, reference=None).startswith(alone)


def test_several_without_a_reference() -> None:
    text = told(row("one", 0.8), row("two", 0.9), reference=None)
    assert text.startswith("two is the best of 2 embeddings and gets 90.0 %")


def test_a_missing_difference_is_not_made_up() -> None:
    text = told(row("cut", 0.85))
    assert "difference" not in text
    assert "within 1 point" not in text


def test_no_embedding() -> None:
    assert verdict([row("majority", 0.2, kind="baseline")], None, None, 10).startswith("No embedding")
