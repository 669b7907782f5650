"""Exact search against a full sort."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.recommend import top
from experiments.recommend.scores import Half, of_all, of_pairs


def drawn(count: int, width: int, seed: int) -> Half:
    rng = np.random.default_rng(seed)
    return Half(rng.normal(size=(count, width)).astype(np.float32), rng.normal(size=count).astype(np.float32))


@pytest.mark.parametrize("items", [3, 100, 5000])
def test_best_equals_a_sort(items: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(top, "_NUMBERS", 16 * items)  # several blocks of users
    users, things = drawn(37, 5, 0), drawn(items, 5, 1)
    rng = np.random.default_rng(2)
    known = [rng.choice(items, size=rng.integers(items), replace=False) for _ in range(37)]
    found = top.best(users, things, 10, known)
    scores = np.array(of_all(users, things))
    for row, left_out in enumerate(known):
        scores[row, left_out] = -np.inf
        order = [i for i in np.argsort(-scores[row], kind="stable") if np.isfinite(scores[row, i])][:10]
        there = found.items[row][found.items[row] >= 0]
        np.testing.assert_allclose(scores[row, there], scores[row, order], rtol=1e-5)
        np.testing.assert_allclose(found.scores[row][: len(order)], scores[row, order], rtol=1e-5, atol=1e-6)
        assert len(there) == min(10, items - len(left_out))
        assert not set(there.tolist()) & set(left_out.tolist())


def test_of_equal_scores_the_first() -> None:
    alike = Half(np.zeros((200, 0), np.float32), np.zeros(200, np.float32))
    one = Half(np.zeros((1, 0), np.float32), np.zeros(1, np.float32))
    assert top.best(one, alike, 4).items.tolist() == [[0, 1, 2, 3]]
    assert top.best(one, alike, 4, [np.array([1, 2])]).items.tolist() == [[0, 3, 4, 5]]


def test_scores_of_pairs_are_those_of_all() -> None:
    users, things = drawn(6, 4, 0), drawn(6, 4, 1)
    np.testing.assert_allclose(of_pairs(users, things), np.diag(of_all(users, things)), rtol=1e-5)
