"""Which rows are learnt from, watched and tested on.

Rows at random are how published errors of ratings are measured; they let a model learn from what a user did
after the row it is tested on. The last rows of each user, or all rows after a moment, do not (of the user, or
of anybody).

Source: Meng et al. 2020, "Exploring data splitting strategies for the evaluation of recommendation models".
"""

from __future__ import annotations

import dataclasses
from typing import Literal

import numpy as np

from embedlab.checks import require

By = Literal["rows", "users", "last", "moment"]


@dataclasses.dataclass(frozen=True, eq=False)
class Parts:
    """Row numbers, int64, of the three sides; each row is on one side at most.

    Attributes:
        train: [train rows], learnt from.
        valid: [valid rows], by which a training stops and settings are chosen.
        test: [test rows], measured on at the end.
    """

    train: np.ndarray
    valid: np.ndarray
    test: np.ndarray


def at_random(rows: int, seed: int, *, fold: int = 0, folds: int = 5, valid: float = 0.05) -> Parts:
    """One of several folds of rows in random order: a fifth to test on, of five.

    Args:
        rows: how many there are.
        seed: of their order.
        fold: which is the test side.
        folds: how many.
        valid: share of the others that is watched.

    Example:
        >>> made = at_random(100, 0, fold=4)
        >>> len(made.train), len(made.valid), len(made.test)
        (76, 4, 20)
    """
    return _folded(np.arange(rows), rows, seed, fold, folds, valid)


def of_users(user: np.ndarray, seed: int, *, fold: int = 0, folds: int = 5, valid: float = 0.05) -> Parts:
    """Folds of whole users: those who are tested on, and those watched, are unknown to the training.

    Args:
        user: int [rows], whose each row is.
        seed: of their order.
        fold: which is the test side.
        folds: how many.
        valid: share of the other users who are watched.

    Example:
        >>> made = of_users(np.array([7, 7, 8, 9, 9, 9]), 0, folds=3, valid=0.5)
        >>> len(made.train) + len(made.valid) + len(made.test)
        6
    """
    distinct, which = np.unique(user, return_inverse=True)
    return _folded(which, len(distinct), seed, fold, folds, valid)


def _folded(unit: np.ndarray, units: int, seed: int, fold: int, folds: int, valid: float) -> Parts:
    """Folds of units, of which each row belongs to one."""
    order = np.random.default_rng(seed).permutation(units)
    fold_of = np.empty(units, np.int64)
    fold_of[order] = np.arange(units) * folds // units
    rest = np.flatnonzero(fold_of != fold)
    watched = np.random.default_rng([seed, fold]).permutation(rest)[: max(1, round(valid * len(rest)))]
    is_watched = np.zeros(units, bool)
    is_watched[watched] = True
    tested = fold_of == fold
    sides = (~tested & ~is_watched, is_watched, tested)
    train, valid_rows, test = (np.flatnonzero(side[unit]) for side in sides)
    return Parts(train, valid_rows, test)


def last_of_each(
    user: np.ndarray, time: np.ndarray | None, seed: int, *, test: float = 0.2, valid: float = 0.1
) -> Parts:
    """Of each user the last rows in time to test on, and those before them to watch.

    Where times are equal, or not known, rows are in random order. A user whose share is less than one row
    has none there: of so few rows all are learnt from.

    Args:
        user: int [rows], whose each row is.
        time: float [rows], or None.
        seed: of the order of rows of one time.
        test: share of each user's rows.
        valid: share of each user's rows.

    Example:
        >>> made = last_of_each(np.zeros(10, int), np.arange(10.0), 0)
        >>> made.test, made.valid
        (array([8, 9]), array([7]))
    """
    chance = np.random.default_rng(seed).permutation(len(user))
    order = np.lexsort((chance, chance if time is None else time, user))
    _, first, count = np.unique(user[order], return_index=True, return_counts=True)
    from_end = np.repeat(first + count, count) - 1 - np.arange(len(user))  # 0 for the last of a user
    of_user = np.repeat(count, count)
    tested = from_end < np.floor(test * of_user + 1e-9)
    watched = ~tested & (from_end < np.floor(test * of_user + 1e-9) + np.floor(valid * of_user + 1e-9))
    return Parts(*(np.sort(order[side]) for side in (~tested & ~watched, watched, tested)))


def after_a_moment(time: np.ndarray, seed: int, *, test: float = 0.2, valid: float = 0.1) -> Parts:
    """All rows after a moment to test on, whoever's they are: nothing is learnt from the future.

    Args:
        time: float [rows].
        seed: of the order of rows of one time.
        test: share of rows after the moment.
        valid: share of rows just before it, to watch.

    Raises:
        ValueError: all rows are of one time.

    Example:
        >>> after_a_moment(np.arange(10.0), 0).test
        array([8, 9])
    """
    require(len(time) == 0 or time.min() < time.max(), "time", time[:1], "all rows are of one moment")
    order = np.lexsort((np.random.default_rng(seed).permutation(len(time)), time))
    tested = int(np.floor(test * len(time) + 1e-9))
    watched = int(np.floor(valid * len(time) + 1e-9))
    cut = np.split(order, [len(time) - tested - watched, len(time) - tested])
    return Parts(*(np.sort(side) for side in cut))
