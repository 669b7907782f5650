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

By = Literal["auto", "rows", "users", "last", "moment"]


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


#: Where a test side lies in a random order, from one share of it to another.
Span = tuple[float, float]


def fold_of(fold: int, folds: int) -> Span:
    """Where a fold lies: fold i of k from i/k to (i + 1)/k.

    Args:
        fold: its number.
        folds: how many there are.

    Example:
        >>> fold_of(1, 4)
        (0.25, 0.5)
    """
    return fold / folds, (fold + 1) / folds


def at_random(rows: int, seed: int, *, span: Span = (0.0, 0.2), valid: float = 0.05) -> Parts:
    """Rows in random order, a part of them to test on.

    Args:
        rows: how many there are.
        seed: of their order.
        span: where the test side lies in it.
        valid: share of the others that is watched.

    Example:
        >>> made = at_random(100, 0, span=fold_of(4, 5))
        >>> len(made.train), len(made.valid), len(made.test)
        (76, 4, 20)
    """
    return _parted(np.arange(rows), rows, seed, span, valid)


def of_users(user: np.ndarray, seed: int, *, span: Span = (0.0, 0.2), valid: float = 0.05) -> Parts:
    """Whole users: those who are tested on, and those watched, are unknown to the training.

    Args:
        user: int [rows], whose each row is.
        seed: of their order.
        span: where those who are tested on lie in it.
        valid: share of the other users who are watched.

    Example:
        >>> made = of_users(np.array([7, 7, 8, 9, 9, 9]), 0, span=(0.0, 1 / 3), valid=0.5)
        >>> len(made.train) + len(made.valid) + len(made.test)
        6
    """
    distinct, which = np.unique(user, return_inverse=True)
    return _parted(which, len(distinct), seed, span, valid)


def _parted(unit: np.ndarray, units: int, seed: int, span: Span, valid: float) -> Parts:
    """Units in random order, of which each row belongs to one."""
    order = np.random.default_rng(seed).permutation(units)
    first, last = (round(share * units) for share in span)
    rest = np.sort(np.concatenate([order[:first], order[last:]]))
    number = np.random.default_rng([seed, first]).permutation(rest)[: max(1, round(valid * len(rest)))]
    side = np.zeros(units, np.int64)
    side[number], side[order[first:last]] = 1, 2
    return Parts(*(np.flatnonzero(side[unit] == which) for which in range(3)))


def last_of_each(
    user: np.ndarray, time: np.ndarray | None, seed: int, *, test: float = 0.2, valid: float = 0.1
) -> Parts:
    """Of each user the last rows in time to test on, and those before them to watch.

    Where times are equal, or not known, rows are in random order. A user whose share to test on is less than
    one row has none there, and none to watch: of so few rows all are learnt from. Of others one row at least
    is watched.

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
    to_test = np.floor(test * of_user + 1e-9)
    to_watch = np.where(to_test > 0, np.maximum(1, np.floor(valid * of_user + 1e-9)), 0)
    tested = from_end < to_test
    watched = ~tested & (from_end < to_test + to_watch)
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
