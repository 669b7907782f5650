"""Splits: each row on one side, folds that part all, and no look into the future."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.recommend import parts
from experiments.recommend.parts import Parts

RNG = np.random.default_rng(0)
USER = np.sort(RNG.integers(40, size=500))
TIME = RNG.permutation(500).astype(float)


def sides(made: Parts) -> list[np.ndarray]:
    return [made.train, made.valid, made.test]


@pytest.mark.parametrize(
    "make",
    [
        lambda: parts.at_random(500, 3, span=(0.4, 0.6)),
        lambda: parts.of_users(USER, 3, span=(0.4, 0.6)),
        lambda: parts.last_of_each(USER, TIME, 3),
        lambda: parts.after_a_moment(TIME, 3),
    ],
)
def test_each_row_is_on_one_side_and_the_same_each_time(make: object) -> None:
    made, again = make(), make()  # type: ignore[operator]
    assert np.array_equal(np.sort(np.concatenate(sides(made))), np.arange(500))
    assert all(len(side) for side in sides(made))
    assert all(np.array_equal(*both) for both in zip(sides(made), sides(again), strict=True))


@pytest.mark.parametrize("of", ["rows", "users"])
def test_folds_test_each_row_once(of: str) -> None:
    made = [
        parts.at_random(500, 3, span=parts.fold_of(fold, 5))
        if of == "rows"
        else parts.of_users(USER, 3, span=parts.fold_of(fold, 5))
        for fold in range(5)
    ]
    assert np.array_equal(np.sort(np.concatenate([one.test for one in made])), np.arange(500))
    if of == "rows":
        assert [len(one.test) for one in made] == [100] * 5


def test_users_are_whole() -> None:
    made = parts.of_users(USER, 3, span=(0.2, 0.4))
    seen = [set(USER[side].tolist()) for side in sides(made)]
    assert not seen[0] & seen[1]
    assert not seen[0] & seen[2]
    assert not seen[1] & seen[2]


def test_the_last_rows_of_each_user_are_tested() -> None:
    made = parts.last_of_each(USER, TIME, 3, test=0.2, valid=0.1)
    for user in np.unique(USER):
        train, valid, test = (TIME[side[user == USER[side]]] for side in sides(made))
        count = (user == USER).sum()
        assert len(test) == int(0.2 * count + 1e-9)
        if len(test):
            assert max([*train, *valid]) < test.min()
        if len(valid):
            assert train.max() < valid.min()


def test_without_times_the_last_rows_are_any() -> None:
    first, second = (parts.last_of_each(USER, None, seed) for seed in (0, 1))
    assert len(first.test) == len(second.test)
    assert not np.array_equal(first.test, second.test)


def test_nothing_is_learnt_from_after_the_moment() -> None:
    made = parts.after_a_moment(TIME, 0)
    train, valid, test = (TIME[side] for side in sides(made))
    assert train.max() < valid.min()
    assert valid.max() < test.min()
    with pytest.raises(ValueError, match="one moment"):
        parts.after_a_moment(np.zeros(5), 0)
