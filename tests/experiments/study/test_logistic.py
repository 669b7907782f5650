"""The linear model: validation chooses its penalty, and nothing of it is learnt from the test side."""

from __future__ import annotations

import numpy as np

from experiments.data import Splits
from experiments.study.logistic import logistic, scaled


def drawn(seed: int = 0) -> tuple[np.ndarray, np.ndarray, Splits]:
    rng, rows = np.random.default_rng(seed), np.arange(300)
    labels = rng.integers(0, 3, 300)
    features = rng.normal(size=(300, 5)) + 2 * np.eye(5)[labels]
    return features * (1, 10, 100, 1, 1), labels, Splits(rows[:200], rows[200:250], rows[250:])


def test_it_learns_what_can_be_told_by_a_line() -> None:
    features, labels, splits = drawn()
    found = logistic(features, labels, 3, splits)
    assert (found.test.argmax(1) == labels[splits.test]).mean() > 0.8
    assert found.test.dtype == np.float32 and np.allclose(found.test.sum(1), 1, atol=1e-5)
    assert found.parameters == 3 * 6 and found.bytes == 8 * 18


def test_validation_chooses() -> None:
    features, labels, splits = drawn()
    each = {c: logistic(features, labels, 3, splits, (c,)) for c in (1e-4, 1.0)}
    turned = Splits(splits.train, splits.test, splits.valid)
    right = {c: (one.test.argmax(1) == labels[splits.test]).mean() for c, one in each.items()}
    best = max(right, key=lambda c: right[c])
    assert right[1e-4] != right[1.0]
    assert logistic(features, labels, 3, turned, (1e-4, 1.0)).strength == best


def test_a_class_that_training_lacks_has_probability_zero() -> None:
    features, labels, splits = drawn()
    assert (logistic(features, labels, 4, splits).test[:, 3] == 0).all()


def test_scale_is_that_of_training() -> None:
    features, _, splits = drawn()
    train = scaled(features, splits.train, splits.train)
    assert np.allclose(train.mean(0), 0) and np.allclose(train.std(0), 1)
    alike = np.ones((4, 1))
    assert (scaled(alike, np.arange(2), np.arange(4)) == 0).all()
