"""What is each task's own: its metrics against scikit-learn's, its labels, its settings."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
import optax
import pytest
from scipy import stats
from sklearn import metrics

from experiments.tasks import Classes, Labels, Task, Value

NAMES = ("a", "b", "c")
RNG = np.random.default_rng(0)
HAS = RNG.random((200, 3)) < (0.5, 0.3, 0.1)
LIKELY = np.clip(0.6 * HAS + RNG.random((200, 3)) * 0.6, 0, 1)


def read(
    task: Task, *rows: Any, names: tuple[str, ...] = (), **meant: str
) -> tuple[list[Any], tuple[str, ...]]:
    reader = task.reader(names, meant)
    for row in rows:
        reader.add(row)
    targets, found = reader.finish()
    return targets.tolist(), found


def test_metrics_of_labels_equal_scikit_learn() -> None:
    found, named = Labels().metrics(LIKELY, HAS), LIKELY >= 0.5
    for average in ("micro", "macro"):
        assert found[f"{average}_f1"] == pytest.approx(metrics.f1_score(HAS, named, average=average))
    expected = metrics.f1_score(HAS, named, average="samples", zero_division=1.0)
    assert found["sample_f1"] == pytest.approx(expected)
    assert found["subset_accuracy"] == metrics.accuracy_score(HAS, named)
    assert found["hamming_loss"] == pytest.approx(metrics.hamming_loss(HAS, named))
    assert found["mean_average_precision"] == pytest.approx(metrics.average_precision_score(HAS, LIKELY))


def test_a_row_without_labels_is_right_where_none_are_named() -> None:
    scores = Labels().scores(np.array([[0.1, 0.2], [0.9, 0.1]]), np.zeros((2, 2), bool))
    assert scores.tolist() == [1.0, 0.0]


def test_the_threshold_decides_what_is_named() -> None:
    row = np.array([[0.2, 0.7, 0.4]])
    assert Labels(threshold=0.3).answers(row, NAMES) == [[("b", 0.7), ("c", 0.4)]]
    assert Labels(threshold=0.3).fields([("b", 0.7), ("c", 0.4)]) == ("b,c", "0.7000,0.4000")
    assert Labels(threshold=0.8).fields(Labels(threshold=0.8).answers(row, NAMES)[0]) == ("", "")


def test_metrics_of_values_equal_scikit_learn_and_scipy() -> None:
    targets = RNG.normal(10, 3, 300)
    predicted = (targets + RNG.normal(size=300))[:, None]
    found = Value().metrics(predicted, targets)
    assert found["r2"] == pytest.approx(metrics.r2_score(targets, predicted))
    assert found["rmse"] == pytest.approx(metrics.root_mean_squared_error(targets, predicted))
    assert found["mae"] == pytest.approx(metrics.mean_absolute_error(targets, predicted))
    assert found["pearson"] == pytest.approx(stats.pearsonr(targets, predicted[:, 0])[0])
    assert found["spearman"] == pytest.approx(stats.spearmanr(targets, predicted[:, 0])[0])


def test_a_constant_guess_has_an_r2_of_0_and_no_correlation() -> None:
    found = Value().metrics(np.full((4, 1), 2.5), np.array([1.0, 2.0, 3.0, 4.0]))
    assert (found["r2"], found["pearson"], found["spearman"]) == (0.0, 0.0, 0.0)


def test_values_are_standardised_by_the_training_rows_and_come_back_in_their_unit() -> None:
    task, targets = Value(), np.array([10.0, 20.0, 30.0])
    constants = task.constants(targets, ())
    assert constants == {"mean": 20.0, "std": pytest.approx(np.std(targets))}
    learnt = task.encode(targets, constants)
    assert learnt.mean() == pytest.approx(0) and learnt.std() == pytest.approx(1)
    assert task.decode(learnt[:, None], constants)[:, 0] == pytest.approx(targets)


def test_huber_counts_far_errors_less() -> None:
    outputs, learnt = jnp.array([[0.1], [4.0]]), jnp.zeros(2)
    square, robust = (Value(huber=h).losses(outputs, learnt) for h in (None, 1.0))
    assert square.tolist() == pytest.approx([0.01, 16.0])
    assert robust.tolist() == pytest.approx([0.01, 7.0])


def test_smoothing_and_weights_of_classes() -> None:
    outputs, labels = jnp.array([[2.0, 0.0], [0.0, 1.0]]), np.array([0, 1], np.int32)
    smooth = Classes(smoothing=0.2).losses(outputs, labels)
    q = jnp.array([[0.9, 0.1], [0.1, 0.9]])
    assert smooth.tolist() == pytest.approx(optax.softmax_cross_entropy(outputs, q).tolist())
    task = Classes(weights=("b=3",))
    targets = np.array([0, 0, 0, 1], np.int32)
    weights = task.encode(targets, task.constants(targets, ("a", "b")))[1]
    assert weights.mean() == pytest.approx(1) and weights[3] == pytest.approx(3 * weights[0])
    assert Classes().encode(targets, Classes().constants(targets, ("a", "b"))) is targets


@pytest.mark.parametrize(
    ("balance", "ratio"),
    [(0.5, np.sqrt(3)), (1.0, 3.0)],  # three texts of a for one of b
)
def test_balance_makes_up_for_rare_classes(balance: float, ratio: float) -> None:
    targets = np.array([0, 0, 0, 1])
    a, b = Classes(balance=balance).constants(targets, ("a", "b"))["weights"]
    assert b / a == pytest.approx(ratio)
    has = (targets[:, None] == [0, 1]).astype(bool)
    weights = Labels(balance=balance).constants(has, ("a", "b"))["weights"]
    assert weights == pytest.approx([(1 / 3) ** balance, 3**balance])


def test_labels_come_in_strings_and_lists() -> None:
    rows = ("b, a", ("a",), "", (), "c,")
    targets, names = read(Labels(), *rows)
    assert names == NAMES
    assert targets == [
        [True, True, False],
        [True, False, False],
        [False] * 3,
        [False] * 3,
        [False, False, True],
    ]
    assert read(Labels(separator=" "), "x y", "y", y="a")[1] == ("a", "x")
    assert read(Classes(), ("a",), "b") == ([0, 1], ("a", "b"))
    assert read(Value(), "1e3", " -2.5", "+.5", ("7",))[0] == [1000, -2.5, 0.5, 7]


@pytest.mark.parametrize(
    ("task", "label", "names", "message"),
    [
        (
            Classes(),
            ("a", "b"),
            (),
            r"2 labels \('a', 'b'\); give each row one, or choose --task.type labels",
        ),
        (Classes(), " ", (), "the label is empty; label the row, or leave it out"),
        (Classes(), "d", NAMES, "label 'd' is none of the classes declared"),
        (Labels(), "a,d", NAMES, "label 'd' is none of the classes declared"),
        (Value(), "good", (), "label 'good' is no finite number; write it, as 3.5 or 1e-3, or choose"),
        (Value(), "3,5", (), "label '3,5' is no finite number; write it with a point, as 3.5"),
        (Value(), "nan", (), "label 'nan' is no finite number"),
        (Value(), "1e999", (), "label '1e999' is no finite number"),
        (Value(), "1_000", (), "label '1_000' is no finite number"),
        (Value(), "-2e30", (), r"label '-2e30' is beyond ±1e\+30; give the values in a larger unit"),
        (Value(), "", (), "the label is empty"),
    ],
)
def test_labels_that_are_none_are_refused(
    task: Task, label: Any, names: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        read(task, label, names=names)


def test_values_have_no_classes() -> None:
    with pytest.raises(
        ValueError, match=r"the labels are the names of classes \('a', 'b', 'c'\), no numbers"
    ):
        Value().reader(NAMES)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Classes(smoothing=1.0), "smoothing=1.0: give a part of at least 0 and below 1"),
        (lambda: Classes(balance=-0.1), "balance=-0.1: give a number from 0"),
        (lambda: Classes(weights=("a",)), "weights='a': write NAME=WEIGHT"),
        (lambda: Classes(weights=("a=0",)), "weights='a=0': write NAME=WEIGHT, a finite number above 0"),
        (lambda: Classes(weights=("a=1", "a=2")), "twice here: .'a'."),
        (lambda: Labels(threshold=1.5), "threshold=1.5: give a probability above 0 and below 1"),
        (lambda: Labels(threshold=0), "threshold=0: give a probability"),
        (lambda: Labels(separator=""), "separator='': give what stands between two labels"),
        (lambda: Labels(balance=2), "balance=2"),
        (lambda: Value(huber=0), "huber=0: give a finite number of standard deviations above 0, or none"),
    ],
)
def test_settings_out_of_range_are_named(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("task", [Classes(weights=("spma=2",)), Labels(weights=("spma=2",))], ids=str)
def test_weights_of_unknown_names_are_refused_with_the_nearest(task: Task) -> None:
    targets = np.array([0, 1]) if isinstance(task, Classes) else np.eye(2, dtype=bool)
    with pytest.raises(
        ValueError, match=r"task\.weights='spma': the data have no such name; they have 'spam'"
    ):
        task.constants(targets, ("ham", "spam"))


def test_a_side_of_one_value_is_refused() -> None:
    sides = {"train": np.array([0, 1]), "valid": np.array([2, 3]), "test": np.array([0, 2])}
    with pytest.raises(ValueError, match=r"all 2 rows of the valid side have one value .2., of which"):
        Value().require_learnable(np.array([0.0, 1.0, 2.0, 2.0]), (), sides)
