"""Metrics of predictions against scikit-learn and against the formulas written out slowly."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from experiments.tasks.evaluate import BANDS, NO_BAND, Bands, bands, by_band, evaluate, frequency


def draw(seed: int, rows: int = 200, classes: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities that know something of the labels."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, rows)
    scores = rng.normal(size=(rows, classes)) * 2 + 2 * np.eye(classes)[labels]
    weights = np.exp(scores)
    return (weights / weights.sum(1, keepdims=True)).astype(np.float32), labels


def slow_ece(probabilities: np.ndarray, labels: np.ndarray) -> float:
    total = 0.0
    for m in range(1, 16):
        inside = [
            (float(row.max()), row.argmax() == label)
            for row, label in zip(probabilities, labels, strict=True)
            if (m - 1) / 15 < float(row.max()) <= m / 15
        ]
        if inside:
            accuracy = sum(right for _, right in inside) / len(inside)
            confidence = sum(top for top, _ in inside) / len(inside)
            total += len(inside) / len(labels) * abs(accuracy - confidence)
    return total


@pytest.mark.parametrize("seed", range(5))
def test_scores_equal_scikit_learn(seed: int) -> None:
    probabilities, labels = draw(seed)
    found = evaluate(probabilities, labels)
    predicted = probabilities.argmax(1)
    assert found["accuracy"] == metrics.accuracy_score(labels, predicted)
    assert found["macro_f1"] == metrics.f1_score(labels, predicted, average="macro")
    exact = probabilities.astype(np.float64)
    exact /= exact.sum(1, keepdims=True)  # scikit-learn warns of float32 sums
    assert found["log_loss"] == pytest.approx(metrics.log_loss(labels, exact, labels=range(5)), rel=1e-6)


@given(st.integers(0, 10**6), st.integers(1, 60), st.integers(2, 12))
@settings(deadline=None, max_examples=50)
def test_ece_equals_its_formula(seed: int, rows: int, classes: int) -> None:
    probabilities, labels = draw(seed, rows, classes)
    assert evaluate(probabilities, labels)["ece"] == pytest.approx(slow_ece(probabilities, labels), abs=1e-12)


def test_ece_tells_overconfidence_from_calibration() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.5, 1, 20_000)
    labels = (rng.random(20_000) > confidence).astype(int)  # class 0 as often as it is said
    calibrated = np.stack([confidence, 1 - confidence], 1)
    certain = np.tile([1.0, 0.0], (20_000, 1))
    assert evaluate(calibrated, labels)["ece"] < 0.02
    assert evaluate(certain, labels)["ece"] == pytest.approx(0.25, abs=0.01)


def test_a_sure_mistake_costs_much_but_not_for_ever() -> None:
    wrong = evaluate(np.array([[1.0, 0.0]], np.float32), np.array([1]))
    assert wrong["log_loss"] == pytest.approx(15 * math.log(10))
    assert wrong["ece"] == 1.0


def test_macro_f1_counts_small_classes_as_much_as_large() -> None:
    always_first = np.tile([1.0, 0.0, 0.0], (100, 1))
    found = evaluate(always_first, np.array([0] * 90 + [1] * 10))
    # F1 is 2 · 90 / 190 and 0; the third class, neither there nor predicted, does not count.
    assert found["macro_f1"] == pytest.approx((180 / 190) / 2)


def test_scores_are_plain_numbers() -> None:
    found = evaluate(*draw(0))
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize(
    ("probabilities", "labels", "message"),
    [
        (np.ones((2, 2)) / 2, np.array([0]), "do not fit"),
        (np.ones((0, 2)), np.zeros(0, int), "one row at least"),
        (np.ones(2), np.array([0, 1]), "do not fit"),
        (np.ones((1, 2)) / 2, np.array([2]), "labels from 2 to 2"),
        (np.ones((1, 2)) / 2, np.array([-1]), "labels from -1"),
        (np.array([[np.nan, 1.0]]), np.array([0]), "normalise"),
        (np.array([[3.0, 1.0]]), np.array([0]), "normalise"),
        (np.array([[-0.5, 1.5]]), np.array([0]), "normalise"),
    ],
)
def test_what_cannot_be_judged_is_refused(
    probabilities: np.ndarray, labels: np.ndarray, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        evaluate(probabilities, labels)


def of(counts: list[list[int]]) -> Bands:
    """The bands of documents, by how often each word of theirs was seen in training."""
    flat = np.array([count for document in counts for count in document], np.int64)
    return bands(*frequency(flat, np.array([len(document) for document in counts], np.int64)))


documents = st.lists(st.lists(st.integers(0, 50), max_size=6), min_size=1, max_size=30)


@given(documents)
def test_bands_follow_the_medians(counts: list[list[int]]) -> None:
    band, has_oov = of(counts)
    assert has_oov.tolist() == [0 in document for document in counts]
    assert [number == NO_BAND for number in band] == [not document for document in counts]
    medians = {place: np.median(document) for place, document in enumerate(counts) if document}
    if medians:
        first, second = np.quantile(list(medians.values()), [1 / 3, 2 / 3])
    for place, median in medians.items():
        name = "rare" if median < first else "frequent" if median > second else "middle"
        assert BANDS[band[place]] == name


def test_bands_of_distinct_medians_are_thirds() -> None:
    band, _ = of([[count] for count in np.random.default_rng(0).permutation(300).tolist()])
    assert np.bincount(band).tolist() == [100, 100, 100]


def test_bands_of_equal_medians_are_all_middle() -> None:
    assert of([[3, 3]] * 4).band.tolist() == [1, 1, 1, 1]


def test_bands_of_no_documents() -> None:
    assert of([]).band.shape == of([]).has_oov.shape == (0,)


def test_by_band_averages_within_the_bands() -> None:
    band, has_oov = np.array([0, 0, 1, 2, NO_BAND]), np.array([True, False, True, False, False])
    assert by_band(np.array([True, False, True, False, True]), band, has_oov) == {
        "rows_rare": 2,
        "accuracy_rare": 0.5,
        "rows_middle": 1,
        "accuracy_middle": 1.0,
        "rows_frequent": 1,
        "accuracy_frequent": 0.0,
        "rows_with_oov": 2,
        "accuracy_with_oov": 1.0,
    }


def test_by_band_leaves_empty_bands_out() -> None:
    found = by_band(np.array([True, True]), np.array([1, 1]), np.array([False, False]))
    assert found == {
        "rows_rare": 0,
        "rows_middle": 2,
        "accuracy_middle": 1.0,
        "rows_frequent": 0,
        "rows_with_oov": 0,
    }
    assert json.loads(json.dumps(found)) == found


def test_by_band_refuses_other_lengths() -> None:
    with pytest.raises(ValueError, match="one entry a document"):
        by_band(np.array([True]), np.array([0, 1]), np.array([False, False]))
