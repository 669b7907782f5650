"""Baselines against brute force."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.recommend.baselines import biases, linear_items, popularity


def test_biases_solve_the_normal_equations() -> None:
    rng = np.random.default_rng(0)
    users, items, rows, penalty = 7, 9, 60, 2.5
    user, item = rng.integers(users, size=rows), rng.integers(items, size=rows)
    rating = rng.normal(3, 1, rows)
    found = biases(user, item, rating, users, items, penalty)
    x = np.zeros((rows, users + items))
    x[np.arange(rows), user] = 1
    x[np.arange(rows), users + item] = 1
    solved = np.linalg.solve(x.T @ x + penalty * np.eye(users + items), x.T @ (rating - rating.mean()))
    np.testing.assert_allclose(np.concatenate([found.user, found.item]), solved, atol=2e-5)
    np.testing.assert_allclose(found(user, item), rating.mean() + x @ solved, atol=4e-5)


def test_those_without_ratings_have_no_bias() -> None:
    found = biases(np.array([0, 0]), np.array([1, 2]), np.array([1.0, 5.0]), users=2, items=4, penalty=1.0)
    assert found.user[1] == 0
    assert found.item[0] == found.item[3] == 0
    assert found(np.array([1]), np.array([0]))[0] == 3.0


@pytest.mark.parametrize("wrong", [{"penalty": 0.0}, {"rating": np.array([])}])
def test_biases_refuse(wrong: dict[str, object]) -> None:
    one = np.array([0])
    given: dict[str, object] = {"user": one, "item": one, "rating": np.array([1.0]), "penalty": 1.0}
    with pytest.raises(ValueError, match=next(iter(wrong))):
        biases(**{**given, **wrong}, users=1, items=1)  # type: ignore[arg-type]


def test_popularity_counts() -> None:
    users, items = popularity(np.array([3, 1, 3]), users=2, items=5)
    assert items.bias.tolist() == [0, 1, 0, 2, 0]
    assert users.factors.shape == (2, 0)


def test_linear_items_minimises_its_loss_item_by_item() -> None:
    """Column j of B is a ridge regression of item j on all others."""
    rng = np.random.default_rng(1)
    x = (rng.random((20, 6)) < 0.4).astype(np.float32)
    user, item = np.nonzero(x)
    left, right = linear_items(user, item, 20, 6, penalty=3.0)
    b = right.factors.T
    np.testing.assert_array_equal(left.factors, x)
    for j in range(6):
        others = [i for i in range(6) if i != j]
        solved = np.linalg.solve(x[:, others].T @ x[:, others] + 3.0 * np.eye(5), x[:, others].T @ x[:, j])
        np.testing.assert_allclose(b[others, j], solved, atol=1e-5)
        assert b[j, j] == 0
