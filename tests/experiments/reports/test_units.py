"""Scores in other units than per cent: an area under a curve, and an error of which less is better."""

from __future__ import annotations

import csv
import dataclasses
import io

import numpy as np
import pytest

from experiments.matched.difference import Difference
from experiments.matched.verdict import verdict as matched_verdict
from experiments.reports.bootstrap import Interval, mean_interval, paired_difference
from experiments.reports.paired import compared
from experiments.reports.row import Row
from experiments.reports.rows import _scores
from experiments.reports.table import Table
from experiments.reports.units import in_metric, span
from experiments.reports.verdict import _numbers
from experiments.runs.outcome import Outcome, told
from experiments.tasks import CLASSES, Auc, Headline, Labels, Value
from experiments.tasks.classes import Classes

WORDS = {"sentence": "has {score} on the {rows}", "short": "has {score}"}
RMSE = Headline(
    "rmse",
    "RMSE",
    ("RMSE",),
    **WORDS,
    least=-np.inf,
    most=0.0,
    factor=1,
    unit="",
    digits=3,
    less_is_better=True,
)
AUC = Headline("auc", "AUC", ("AUC",), **WORDS, factor=1, unit="", digits=3)


class OfError(Classes):
    """Told by an error; nothing else of it matters here."""

    headline = RMSE
    columns = ()


class OfArea(Classes):
    """Told by an area; nothing else of it matters here."""

    headline = AUC
    columns = ()


def row(name: str, score: float, apart: float | None = None, half: float = 0.004, **change: object) -> Row:
    """A row of this mean score, and so far above the reference's."""
    difference = None if apart is None else Interval(apart, apart - half, apart + half)
    known = {} if difference is None else {"dense": difference}
    made = Row(
        *(
            name,
            "embedding",
            Interval(score, score - 0.01, score + 0.02),
            {},
            difference,
            100,
            400,
            0,
            1.0,
            9,
        ),
        over=known,
    )
    return dataclasses.replace(made, **change)  # type: ignore[arg-type]


def table(task: Classes, *rows: Row) -> Table:
    return Table(rows, reference=rows[0].name, classes=0, test_rows=5000, data="films", task=task)


def test_an_error_is_shown_above_zero_and_its_interval_the_right_way_round() -> None:
    made = table(OfError(), row("dense", -0.93), row("cut", -0.921, 0.009))
    first, second = made.markdown().splitlines()[2:4]
    assert "RMSE" in made.markdown() and "vs dense in RMSE" in made.markdown() and "%" not in first
    assert "0.930 [0.910, 0.940]" in first and "0.921 [0.901, 0.931]" in second
    assert "-0.009 [-0.013, -0.005]" in second
    cells = list(csv.DictReader(io.StringIO(made.csv())))[1]
    ends = [float(cells[name]) for name in ("rmse", "rmse_low", "rmse_high", "difference", "difference_high")]
    assert ends == pytest.approx([0.921, 0.901, 0.931, -0.009, -0.005])


@pytest.mark.parametrize(
    ("apart", "half", "says"),
    [
        (0.02, 0.004, "-0.020 (95 % interval -0.024 to -0.016), so it is lower than dense."),
        (0.002, 0.005, "-0.002 (95 % interval -0.007 to +0.003), so it is within 0.01 of dense."),
        (0.005, 0.008, "-0.005 (95 % interval -0.013 to +0.003), so it is within 0.01 of dense, or lower."),
        (
            -0.008,
            0.004,
            "+0.008 (95 % interval +0.004 to +0.012), so whether it is within 0.01 of dense is open",
        ),
        (-0.02, 0.004, "+0.020 (95 % interval +0.016 to +0.024), so it is not within 0.01 of dense."),
    ],
)
def test_what_is_said_of_an_error(apart: float, half: float, says: str) -> None:
    made = table(OfError(), row("dense", -0.93), row("cut", -0.93 + apart, apart, half, trainable_bytes=100))
    told = made.verdict()
    assert f"cut has {0.93 - apart:.3f} on the 5,000 test rows, dense 0.930: a difference of {says}" in told
    assert "point" not in told


@pytest.mark.parametrize(
    ("task", "apart", "says"),
    [
        (OfError(), 0.02, "mean is 0.020 higher than cut (95 % interval 0.016 to 0.024)"),
        (OfError(), -0.02, "mean is 0.020 lower than cut (95 % interval 0.016 to 0.024)"),
        (
            OfError(),
            0.001,
            "mean is 0.001 higher than cut (95 % interval -0.003 to +0.005), so their order is open",
        ),
        (OfArea(), 0.02, "mean is 0.020 behind cut (95 % interval 0.016 to 0.024)"),
        (OfArea(), -0.02, "mean is 0.020 ahead of cut (95 % interval 0.016 to 0.024)"),
        (
            OfArea(),
            0.00001,
            "mean is level with cut (95 % interval -0.0040 to +0.0040), so their order is open",
        ),
        (Classes(), 0.02, "mean is 2.0 points behind cut (95 % interval 1.6 to 2.4)"),
    ],
)
def test_a_baseline_stands_on_the_side_that_it_is_on(task: Classes, apart: float, says: str) -> None:
    known = {"mean": Interval(apart, apart - 0.004, apart + 0.004)}
    cut = row("cut", -0.93 if task.headline.less_is_better else 0.9, over=known)
    beside = dataclasses.replace(row("mean", cut.score.mean - apart), kind="baseline")
    made = Table((beside, cut), reference=None, classes=0, test_rows=5000, data="films", task=task)
    assert f"The baseline {says}" in made.verdict()


def test_an_area_is_told_in_parts_of_1() -> None:
    made = table(OfArea(), row("dense", 0.86), row("cut", 0.855, -0.005, trainable_bytes=100))
    assert "vs dense in AUC" in made.markdown() and "0.855 [0.845, 0.875]" in made.markdown()
    assert (
        "cut has 0.855 on the 5,000 test rows, dense 0.860: a difference of -0.005 (95 % interval -0.009 to "
        "-0.001), so it is within 0.01 of dense." in made.verdict()
    )
    assert told({"test": {"auc": 0.8554}}, OfArea()) == "test AUC 0.855"
    assert told({"test": {"accuracy": 0.8554}}, CLASSES) == "test accuracy 85.5 %"


def test_over_folds_an_error_and_its_spread_are_above_zero() -> None:
    folds = (-0.92, -0.94, -0.96)
    made = table(OfError(), row("dense", -0.94, by_fold=folds))
    made = dataclasses.replace(made, reference=None, folds=3)
    assert "0.940 ± 0.020" in made.markdown()
    assert "Over 3 folds the mean is 0.940 and the standard deviation 0.020." in made.verdict()
    assert next(csv.DictReader(io.StringIO(made.csv())))["fold_mean"] == "0.94"


def test_a_summary_holds_differences_of_the_metric() -> None:
    first, second = row("dense", -0.93), row("cut", -0.925, 0.005, by_fold=(-0.92, -0.93))
    made = dataclasses.replace(table(OfError(), first, second), folds=2)
    outcomes = [Outcome(name, np.zeros((1, 1)), [{"test": {}}]) for name in ("dense", "cut")]
    found = compared(made, [], outcomes)
    apart = found["paired"]["cut"]["dense"]
    assert [apart[key] for key in ("difference", "low", "high")] == pytest.approx([-0.005, -0.009, -0.001])
    assert apart["not_below"] is True
    assert found["folds"]["cut"]["scores"] == [0.92, 0.93] and found["folds"]["cut"]["mean"] == 0.925
    worse = dataclasses.replace(made, rows=(first, row("cut", -0.945, -0.015)))
    assert compared(worse, [], outcomes)["paired"]["cut"]["dense"]["not_below"] is False


def test_a_baseline_of_an_application_says_itself_what_it_is() -> None:
    summary = {"test": {"rmse": 0.94}, "what": "is the mean and a bias of each user and item"}
    biases = Outcome("biases", np.zeros((1, 1)), [summary])
    dense = Outcome("dense", np.zeros((1, 1)), [{"test": {}}])
    found = compared(table(OfError(), row("dense", -0.93)), [biases], [dense])
    assert found["baselines"]["biases"]["what"] == "biases is the mean and a bias of each user and item"


def test_intervals_stay_where_the_metric_can_be() -> None:
    rng = np.random.default_rng(0)
    errors = -rng.random((2, 30))
    found = mean_interval(errors, least=-np.inf, most=0.0)
    assert in_metric(RMSE, found).low >= 0 and in_metric(RMSE, found).holds(-errors.mean())
    same = paired_difference(errors, errors, least=-np.inf, most=0.0)
    assert same.mean == 0 and same.low < 0 < same.high
    few = mean_interval(np.array([[-0.5, 0.0]]), least=-np.inf, most=0.0)
    assert few.high == 0.0  # no mean is above


def test_an_area_of_rows_that_nothing_tells_apart_has_no_interval() -> None:
    positive, groups = np.arange(30) % 3 == 0, np.arange(30)

    def shown(scores: np.ndarray) -> str:
        found = Auc().scores(scores[:, None], positive)
        made = Outcome("x", found[None], [{"test": {each.key: 0.0 for each in Auc().columns}}])
        return span(Auc.headline, _scores(made, Auc(), groups)["score"])

    assert shown(np.full(30, 0.7)) == "0.500"
    assert shown(positive.astype(float)) == "1.000 [0.884, 1.000]"  # others may be told worse
    assert shown(np.arange(30.0)).count(",") == 1


def test_a_comparison_at_the_same_bytes_says_it_likewise() -> None:
    lower = Difference(0.02, np.array([0.02]), 9, True, True)
    higher = Difference(-0.03, np.array([-0.03]), 9, True, True)
    assert matched_verdict(lower, 0.01, 0.001, RMSE) == "lower"
    assert matched_verdict(higher, 0.001, 0.01, RMSE) == "higher by more than 0.01"
    assert matched_verdict(higher, 0.001, 0.01, AUC) == "below by more than 0.01"


@pytest.mark.parametrize("task", [CLASSES, Labels(), Value()])
def test_shares_are_told_in_points(task: Classes | Labels | Value) -> None:
    unit = task.headline
    assert unit.told(0.8567) == "85.7 %" and unit.points == "in points" and unit.margin_told() == "1 point"
    assert unit.named == f"{unit.name} %" and unit.axis("on test rows") == f"{unit.name} on test rows, %"
    assert span(unit, Interval(-0.0004, -0.01, 0.01), "+") == "+0.0 [-1.0, +1.0]"
    assert span(unit, Interval(0.004, -0.0004, 0.01), "+") == "+0.4 [-0.0, +1.0]"  # open
    assert span(unit, Interval(0.004, 0.0004, 0.01), "+") == "+0.4 [+0.0, +1.0]"  # above
    assert span(unit, Interval(0.004, -1e-17, 0.01), "+") == "+0.4 [+0.0, +1.0]"  # zero, but for rounding


def test_a_unit_of_its_own_is_told_with_each_number() -> None:
    stars = dataclasses.replace(RMSE, unit="stars", margin=0.05)
    assert stars.told(0.9213) == "0.921 stars" and stars.points == "in stars"
    assert stars.margin_told() == "0.05 stars" and stars.named == "RMSE stars" and RMSE.axis() == "RMSE"


def test_a_verdict_tells_an_open_interval_that_ends_at_zero() -> None:
    open_one = _numbers(Interval(0.01, -0.000003, 0.02), CLASSES.headline)
    assert open_one[1] == "95 % interval -0.00 to +2.00"
    assert _numbers(Interval(0.01, 0.000003, 0.02), CLASSES.headline)[1] == "95 % interval 0.00 to 2.00"
