"""What is looked for in a split before anything is trained: who is unknown, and whether the future is known.

Source: Ji et al. 2023, "A critical study on data leakage in recommender system offline evaluation" (of time).
"""

from __future__ import annotations

import dataclasses

import numpy as np

from experiments.recommend.interactions import Interactions
from experiments.recommend.parts import Parts


@dataclasses.dataclass(frozen=True, eq=False)
class Facts:
    """What a split is like.

    Attributes:
        new_user: bool [test rows], of whom no row is learnt from.
        new_item: bool [test rows], whose item is in no row that is learnt from.
        before: share of test rows that are older than a row of the same user that is learnt from; None where
            times are not known.
        later: share of the rows learnt from that are later than the first test row; None likewise.
    """

    new_user: np.ndarray
    new_item: np.ndarray
    before: float | None
    later: float | None


def looked_at(data: Interactions, parts: Parts) -> Facts:
    """Looks for what is unknown, and for what is known too early.

    Args:
        data: all interactions.
        parts: which rows are learnt from, watched and tested on: of rankings those alone that were liked, so
            that an item that nobody liked is none that is learnt from.

    Example:
        >>> from experiments.recommend.interactions import Side
        >>> users, items = Side("user", ("a", "b"), ((), ())), Side("item", ("x",), ((),))
        >>> data = Interactions("", users, items, np.array([0, 0, 1]), np.zeros(3, int), None, np.arange(3.0))
        >>> found = looked_at(data, Parts(np.array([1]), np.array([], int), np.array([0, 2])))
        >>> found.new_user, found.before
        (array([False,  True]), 0.5)
    """
    train, test = data.of(parts.train), data.of(parts.test)
    users = np.bincount(train.user, minlength=len(data.users))
    items = np.bincount(train.item, minlength=len(data.items))
    before = later = None
    if train.time is not None and test.time is not None and len(test):
        last = np.full(len(data.users), -np.inf)
        np.maximum.at(last, train.user, train.time)
        before = float((test.time < last[test.user]).mean())
        later = float((train.time > test.time.min()).mean()) if len(train) else 0.0
    return Facts(users[test.user] == 0, items[test.item] == 0, before, later)


def sentences(
    data: Interactions, parts: Parts, facts: Facts, by: str, liked: Parts | None = None
) -> tuple[str, ...]:
    """The facts as sentences.

    Args:
        data: all interactions.
        parts: which rows are on which side.
        facts: as found.
        by: how rows were parted.
        liked: of a ranking, which of them were liked, and so are learnt from and tested on.
    """
    users, items = len(data.users), len(data.items)
    sides = (
        f"{len(parts.train):,} learnt from, {len(parts.valid):,} to stop by, {len(parts.test):,} tested on"
    )
    told = [
        f"{data.name}: {len(data):,} interactions of {users:,} users with {items:,} items, "
        f"{_percent(len(data) / max(1, users * items))} of all pairs; {_BY[by]}: {sides}.",
        *data.notes,
        _shared(data, parts),
    ]
    if liked is not None and liked is not parts:
        told.append(
            f"Of these {len(liked.train):,}, {len(liked.valid):,} and {len(liked.test):,} rows were liked; "
            "what follows is of them."
        )
    if facts.new_user.any() or facts.new_item.any():
        told.append(
            f"Of the tested rows {_share(facts.new_user)} are of users, {_share(facts.new_item)} of items "
            "that are not learnt from."
        )
    return (*told, *doubts(facts, by))


def doubts(facts: Facts, by: str) -> tuple[str, ...]:
    """What of the facts makes a score seem better than it would be for users to come.

    Args:
        facts: as found.
        by: how rows were parted.

    Example:
        >>> none = np.zeros(4, bool)
        >>> doubts(Facts(none, none, 0.5, 0.8), "rows")[0][:69]
        'Rows are not parted by time: 50 % of the tested ones are older than a'
        >>> doubts(Facts(none, none, 0.0, 0.0), "moment")
        ()
    """
    if facts.before is None or facts.later is None:
        return ("Times are not known, so what is learnt may lie after what is tested.",)
    if facts.before > 0:
        return (
            f"Rows are not parted by time: {100 * facts.before:.0f} % of the tested ones are older than a "
            "row of the same user that is learnt from, as published errors of ratings have it; --holdout.by "
            "last parts each user's by time.",
        )
    if facts.later > 0 and by == "users":
        return (
            f"Tested users are new, their time is not: {100 * facts.later:.0f} % of the rows learnt from are "
            "later than the first tested one, and tell what others came to like.",
        )
    if facts.later > 0:
        return (
            f"Each user's rows are parted by time, and not those of all: {100 * facts.later:.0f} % of the "
            "rows learnt from are later than the first tested one, and tell what others came to like; "
            "--holdout.by moment parts all rows by one moment.",
        )
    return ()


def doubts_of_ranking(candidates: np.ndarray, right: np.ndarray, *, ratings_unread: bool) -> tuple[str, ...]:
    """What makes a ranking say less than it seems to.

    Args:
        candidates: int [users tested], how many items each is recommended from.
        right: int [users tested], how many of them count.
        ratings_unread: whether there are ratings, of which none is asked for.

    Example:
        >>> doubts_of_ranking(np.array([900, 800]), np.array([3, 9]), ratings_unread=False)
        ()
        >>> doubts_of_ranking(np.array([4, 4]), np.array([4, 2]), ratings_unread=False)[0][:60]
        'A tested user has 4 items to be recommended from (median), a'
    """
    told = []
    if ratings_unread:
        told.append(
            "Ratings are not read: whatever its rating, a row counts as liked; --liked N says from which "
            "rating on it does."
        )
    middle = float(np.median(candidates))
    if middle <= _SHORT:
        told.append(
            f"A tested user has {middle:g} items to be recommended from (median), all of which a list of "
            f"{_SHORT} holds, and {_percent(float((right >= candidates).mean()))} of them have none that "
            "would be wrong: so few say little of a ranking."
        )
    return tuple(told)


_SHORT = 10  # of the list that is judged first
_BY = {
    "rows": "rows are parted at random",
    "users": "whole users are parted at random",
    "last": "the last rows of each user are tested on",
    "moment": "all rows after a moment are tested on",
}


def _shared(data: Interactions, parts: Parts) -> str:
    """How many pairs of a user and an item are on more than one side."""
    pair = data.user.astype(np.int64) * len(data.items) + data.item
    sides = [np.unique(pair[rows]) for rows in (parts.train, parts.valid, parts.test)]
    count = sum(map(len, sides)) - len(np.unique(np.concatenate(sides)))
    are = {0: "No pair of a user and an item is", 1: "1 pair of a user and an item is"}
    return f"{are.get(count, f'{count:,} pairs of a user and an item are')} on two sides."


def _share(which: np.ndarray) -> str:
    return f"{int(which.sum()):,} ({_percent(float(which.mean()))})"


def _percent(share: float) -> str:
    """Two digits of what is small, and no power of ten of what is not."""
    return f"{100 * share:.0f} %" if share >= 0.01 else f"{100 * share:.2g} %"
