"""The closing words: each says what the intervals support, and no more."""

from __future__ import annotations

import dataclasses

import pytest

from experiments.reports.bootstrap import Interval
from experiments.reports.row import Row
from experiments.reports.verdict import verdict


def row(name: str, accuracy: float, bytes_: int = 100, *, kind: str = "embedding", half: float = 0.02) -> Row:
    interval = Interval(accuracy, accuracy - half, accuracy + half)
    seeds = 3 if kind == "embedding" else None
    return Row(name, kind, interval, {}, None, bytes_ // 4, bytes_, 0, 1.0, seeds)


FULL = row("dense", 0.86, 400)


def apart(low: float, mean: float, high: float, **change: object) -> Row:
    """A smaller embedding at this difference to the full one, in points."""
    cut = row("cut", FULL.score.mean + mean / 100)
    return dataclasses.replace(cut, difference=Interval(mean / 100, low / 100, high / 100), **change)  # type: ignore[arg-type]


def told(*rows: Row, reference: Row | None = FULL, baseline: Row | None = None) -> str:
    everything = [each for each in (baseline, reference, *rows) if each]
    return verdict(everything, reference, 1500)


@pytest.mark.parametrize(
    ("low", "mean", "high", "says"),
    [
        (0.2, 0.9, 2.1, "so it is above dense."),
        (-0.9, -0.2, 0.4, "so it is within 1 point of dense."),
        (-1.0, -0.5, 0.4, "so it is within 1 point of dense."),
        (-0.2, 1.4, 3.1, "so it is within 1 point of dense, or above."),
        (-1.9, -0.8, 0.3, "so whether it is within 1 point of dense is open."),
        (-1.9, 1.2, 4.3, "so whether it is within 1 point of dense is open."),
        (-2.5, -1.5, -0.5, "so whether it is within 1 point of dense is open."),
        (-3.1, -2.1, -1.1, "so it is not within 1 point of dense."),
    ],
)
def test_within_a_point_is_said_as_far_as_the_interval_goes(
    low: float, mean: float, high: float, says: str
) -> None:
    text = told(apart(low, mean, high))
    assert says in text
    digits = 2 if low == -1 else 1
    numbers = [f"{value:+.{digits}f}" for value in (mean, low, high)]
    assert "a difference of {} points (95 % interval {} to {}), so".format(*numbers) in text


@pytest.mark.parametrize(
    ("low", "says"), [(-1.04, "-1.04 to +0.40), so whether it"), (-0.96, "-0.96 to +0.40), so it is within")]
)
def test_a_number_near_a_whole_point_agrees_with_what_is_said_of_it(low: float, says: str) -> None:
    assert says in told(apart(low, -0.5, 0.4))


def test_the_best_of_the_smaller_is_sought_and_not_a_larger_one() -> None:
    larger, poor = row("huge", 0.95, 4000), row("poor", 0.70)
    text = told(larger, apart(-0.9, -0.2, 0.4), poor)
    assert text.startswith(
        "At 25 % of dense's trainable bytes, cut is the best of 2 embeddings and gets 85.8 %"
    )
    assert "huge" not in text


def test_budgets_that_differ_are_shown_as_a_range() -> None:
    assert told(apart(-0.9, -0.2, 0.4), row("less", 0.7, 80)).startswith("At 20 to 25 % of dense's")


@pytest.mark.parametrize(
    ("bytes_", "says"),
    [
        (400, "cut, at as many bytes, is 0.2 points behind dense"),
        (392, "cut, at as many bytes, is 0.2 points behind dense"),  # less than a row's fewer
        (900, "cut, at 2.2 times as many bytes, is 0.2 points behind dense"),
    ],
)
def test_without_a_smaller_one_the_reference_is_spoken_of(bytes_: int, says: str) -> None:
    cut = apart(-0.9, -0.2, 0.4, trainable_bytes=bytes_)
    over = {"cut": Interval(0.002, -0.004, 0.009), "tfidf": Interval(0.02, 0.01, 0.03)}
    full = dataclasses.replace(FULL, over=over)
    text = verdict([row("tfidf", 0.84, kind="baseline"), full, cut], full, 1500)
    assert text.startswith("dense gets 86.0 % of the 1,500 test rows right (95 % interval 84.0 % to 88.0 %).")
    assert says in text and "tfidf is 2.0 points behind dense" in text.replace("2.00 ", "2.0 ")
    assert "picked" not in text


def test_of_several_as_large_the_best_is_named_and_owned_up_to() -> None:
    over = {"cut": Interval(-0.002, -0.009, 0.004)}
    full = dataclasses.replace(FULL, over=over)
    text = told(apart(-0.4, 0.2, 0.9, trainable_bytes=400), row("poor", 0.7, 400), reference=full)
    assert "cut, the best of 2 others, at as many bytes, is 0.2 points ahead of dense" in text
    assert "picked on these same test rows" in text and "poor" not in text


def test_an_index_is_named_beside_the_bytes() -> None:
    text = told(apart(-0.9, -0.2, 0.4, index_bytes=4_123_456))
    assert "right (with an index of 4.1 MB besides, computed from the words), dense 86.0 %" in text
    assert "index" not in told(apart(-0.9, -0.2, 0.4))


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        (0.002, 0.014, "near is 0.8 points behind cut (95 % interval 0.2 to 1.4)."),
        (-0.004, 0.02, "near is 0.8 points behind cut (95 % interval -0.4 to +2.0), so their order is open."),
    ],
)
def test_order_of_the_first_two_is_that_of_their_pairs(low: float, high: float, says: str) -> None:
    """Their own intervals overlap in both cases, which tells nothing of rows that both are judged on."""
    first = apart(-0.9, -0.2, 0.4, over={"near": Interval(0.008, low, high), "far": Interval(0.2, 0.1, 0.3)})
    assert says in told(first, row("near", 0.85), row("far", 0.658))


def test_without_pairs_no_order_is_claimed() -> None:
    text = told(apart(-0.9, -0.2, 0.4), row("far", 0.70))
    assert "far gets 70.0 %." in text and "behind" not in text


def test_the_choice_on_the_test_rows_is_owned_up_to() -> None:
    first = apart(-0.9, -0.2, 0.4)
    assert "picked on these same test rows" in told(first, row("near", 0.85))
    assert "picked" not in told(first)


@pytest.mark.parametrize(
    ("low", "mean", "high", "says"),
    [
        (
            -3.1,
            -2.2,
            -1.3,
            "The baseline tfidf is 2.2 points ahead of cut (95 % interval 1.3 to 3.1).",
        ),
        (-3.1, -1.2, 0.7, "is 1.2 points ahead of cut (95 % interval -0.7 to +3.1), so their order is open."),
        (
            1.3,
            2.2,
            3.1,
            "The baseline tfidf is 2.2 points behind cut (95 % interval 1.3 to 3.1).",
        ),
    ],
)
def test_standing_to_the_baseline(low: float, mean: float, high: float, says: str) -> None:
    cut = apart(-0.9, -0.2, 0.4, over={"tfidf": Interval(mean / 100, low / 100, high / 100)})
    assert says in told(cut, baseline=row("tfidf", 0.87, kind="baseline"))


def test_a_baseline_without_pairs_is_only_named() -> None:
    text = told(apart(-0.9, -0.2, 0.4), baseline=row("tfidf", 0.87, kind="baseline"))
    assert "The baseline tfidf gets 87.0 %." in text


def test_every_baseline_is_spoken_of_but_the_one_that_guesses() -> None:
    over = {"majority": Interval(0.6, 0.58, 0.62), "tfidf": Interval(0.02, 0.01, 0.03)}
    first = apart(-0.9, -0.2, 0.4, over={**over, "bag": Interval(0.01, -0.01, 0.03)})
    majority = dataclasses.replace(row("majority", 0.26, kind="baseline"), parameters=0)
    bag = dataclasses.replace(row("bag", 0.85, kind="baseline"), vectors=100)
    rows = [majority, row("tfidf", 0.84, kind="baseline"), bag, FULL, first]
    text = verdict(rows, FULL, 1500)
    assert "majority" not in text
    assert (
        "The baseline tfidf is 2.0 points behind cut (95 % interval 1.00 to 3.00); bag, dense in "
        "a plain bag, is 1.00 points behind cut (95 % interval -1.00 to +3.00), so their order is open."
    ) in text.replace("2.00 points", "2.0 points")
    close = dataclasses.replace(first, over={"majority": Interval(0.01, -0.01, 0.03)})
    assert "The baseline majority is 1.00 points behind cut" in verdict([majority, FULL, close], FULL, 1500)


def test_what_papers_give_of_folds_is_told() -> None:
    folded = dataclasses.replace(FULL, by_fold=(0.8, 0.9, 0.85))
    text = verdict([folded], None, 1500)
    assert ". Over 3 folds the mean is 85.0 % and the standard deviation 5.0 points. Read" in text
    assert "Over" not in verdict([FULL], None, 1500)
    assert "Over" not in verdict([dataclasses.replace(FULL, by_fold=(0.8,))], None, 1500)
    improving = dataclasses.replace(folded, improving=2)
    assert "2 of 9 runs were still improving" in verdict([improving], None, 1500)


@pytest.mark.parametrize(
    ("seeds", "says"),
    [
        (1, "with care: one seed says nothing of what another would change."),
        (3, "with care: 3 seeds are few."),
    ],
)
def test_few_seeds_are_owned_up_to(seeds: int, says: str) -> None:
    text = verdict([dataclasses.replace(FULL, seeds=seeds)], FULL, 1500)
    assert says in text


@pytest.mark.parametrize(
    ("rows", "groups", "says"),
    [
        (39, None, "39 test rows are few"),
        (1500, 120, "120 groups of test rows are few"),
        (299, 299, "299 test rows are few"),
        (10, 1, "of the 10 test rows right"),
        (10, 1, "1 group of test rows is few"),
        (1, 1, "of the 1 test row right"),
        (1, 1, "1 test row is few"),
    ],
)
def test_few_test_rows_are_owned_up_to(rows: int, groups: int | None, says: str) -> None:
    assert says in verdict([FULL], FULL, rows, test_groups=groups)
    assert "rows are few" not in verdict([FULL], FULL, 300, test_groups=groups and 300)


def test_few_of_the_rarer_class_are_owned_up_to() -> None:
    rows = [dataclasses.replace(FULL, seeds=9)]
    three, one = (
        verdict(rows, FULL, 555, telling=3),
        verdict(rows, FULL, 555, test_groups=400, telling=1),
    )
    assert "3 test rows of the rarer class, on which an area rests, are few" in three
    assert "1 group of the rarer class, on which an area rests, is few" in one
    assert "rarer" not in verdict(rows, FULL, 5000, telling=100)
    assert "rarer" not in verdict(rows, FULL, 50, telling=50)


@pytest.mark.parametrize(
    ("improving", "says"),
    [
        (2, "2 of 6 runs were still improving when they stopped"),
        (1, "1 of 6 runs was still improving when it stopped"),
    ],
)
def test_runs_that_were_still_improving_are_counted(improving: int, says: str) -> None:
    assert says in told(apart(-0.9, -0.2, 0.4, improving=improving))
    assert "improving" not in told(apart(-0.9, -0.2, 0.4))


def test_a_baseline_that_was_still_improving_is_counted() -> None:
    bag = dataclasses.replace(row("bag", 0.85, kind="baseline"), seeds=3, improving=2)
    cut = apart(-0.9, -0.2, 0.4)
    assert "2 of 9 runs (2 of bag) were still improving when they stopped" in told(cut, baseline=bag)
    both = told(dataclasses.replace(cut, improving=1), baseline=bag)
    assert "3 of 9 runs (2 of bag) were still improving" in both


def test_equal_scores_are_not_called_behind() -> None:
    cut = apart(-0.9, -0.2, 0.4, over={"tfidf": Interval(0.0, -0.012, 0.014)})
    text = told(cut, baseline=row("tfidf", 0.858, kind="baseline"))
    assert "The baseline tfidf is level with cut (95 % interval -1.20 to +1.40), so their" in text


def test_a_table_larger_than_its_text_is_owned_up_to() -> None:
    full = dataclasses.replace(FULL, vectors=12_800)
    cut = apart(-0.9, -0.2, 0.4, vectors=3200)

    def said(words: int | None, *rows: Row) -> str:
        return verdict([full, *rows], full, 1500, words=words)

    assert "33 words; cut has room for 3,200 vectors and dense for 12,800: bytes are not what limits" in said(
        33, cut
    )
    assert "dense has 12,800 rows for 6,000 words: bytes are not what limits it." in said(6000, cut)
    assert "dense has 12,800 rows for 33 words: bytes are not what limits it." in said(33)
    with_runs = verdict([full], full, 1500, words=6000, ngrams=2)
    assert "dense has 12,800 rows for 6,000 words and runs of words: bytes" in with_runs
    for words in (12_700, 20_000, None):
        assert "limits" not in said(words, cut)


def test_the_whole_reads_well() -> None:
    cut = apart(
        -5.4,
        -4.0,
        -2.6,
        over={"next": Interval(0.004, -0.004, 0.013), "tfidf": Interval(-0.057, -0.07, -0.043)},
        improving=2,
    )
    assert told(cut, row("next", 0.816), baseline=row("tfidf", 0.877, kind="baseline")) == (
        "At 25 % of dense's trainable bytes, cut is the best of 2 embeddings and gets 82.0 % of the "
        "1,500 test rows right, dense 86.0 %: a difference of -4.0 points (95 % interval -5.4 to -2.6), "
        "so it is not within 1 point of dense. next is 0.4 points behind cut (95 % interval -0.4 to "
        "+1.3), so their order is open; the baseline tfidf is 5.7 points ahead of cut (95 % "
        "interval 4.3 to 7.0). Read this with care: 3 seeds are few, the best was picked on these same "
        "test rows, and 2 of 9 runs were still improving when they stopped."
    )


def test_many_seeds_need_no_excuse() -> None:
    full, cut = dataclasses.replace(FULL, seeds=20), apart(-0.9, -0.2, 0.4, seeds=20)
    text = verdict([full, cut], full, 1500)
    assert "seed" not in text and "care" not in text


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
    assert text.startswith(
        "At 25 % of dense's trainable bytes, cut gets 85.0 % of the 1,500 test rows right, dense"
    )


def test_no_embedding() -> None:
    assert verdict([row("majority", 0.2, kind="baseline")], None, 10).startswith("No embedding")
