"""What is looked for in a split."""

from __future__ import annotations

import numpy as np

from experiments.recommend.facts import doubts, doubts_of_ranking, looked_at, sentences
from experiments.recommend.interactions import Interactions, Side
from experiments.recommend.parts import Parts


def data(user: list[int], item: list[int], time: list[float] | None) -> Interactions:
    sides = [Side(kind, tuple(map(str, range(5))), ((),) * 5) for kind in ("user", "item")]
    when = None if time is None else np.array(time)
    return Interactions("made", *sides, np.array(user), np.array(item), None, when, ("one note.",))


def parts(train: list[int], test: list[int]) -> Parts:
    return Parts(np.array(train), np.array([], int), np.array(test))


def test_who_and_what_is_new_is_found() -> None:
    made = data([0, 1, 0, 2], [3, 4, 1, 3], None)
    split = parts([0, 1], [2, 3])
    found = looked_at(made, split)
    assert found.new_user.tolist() == [False, True] and found.new_item.tolist() == [True, False]
    told = " ".join(sentences(made, split, found, "rows"))
    assert "1 (50 %) are of users, 1 (50 %) of items that are not learnt from" in told
    assert "No pair of a user and an item is on two sides." in told
    assert "one note." in told and "Times are not known" in told


def test_a_pair_on_two_sides_is_counted() -> None:
    made = data([0, 0, 1, 1, 1], [3, 3, 3, 4, 4], None)  # what a reader would have left out
    split = parts([0, 3], [1, 2])
    told = sentences(made, split, looked_at(made, split), "rows")
    assert "1 pair of a user and an item is on two sides." in told
    split = parts([0, 3], [1, 2, 4])
    assert "2 pairs of a user and an item are on two sides." in sentences(
        made, split, looked_at(made, split), "rows"
    )


def test_the_future_is_found() -> None:
    made = data([0, 0, 1, 1], [0, 1, 0, 1], [5.0, 1.0, 2.0, 9.0])
    random = looked_at(made, parts([0, 2], [1, 3]))  # the row of time 1 is before its user's of time 5
    assert random.before == 0.5 and random.later == 1.0
    assert "50 % of the tested ones are older" in doubts(random, "rows")[0]
    last = looked_at(made, parts([1, 2], [0, 3]))
    assert last.before == 0 and last.later == 0 and doubts(last, "last") == ()
    crossed = looked_at(data([0, 0, 1, 1], [0, 1, 0, 1], [1.0, 2.0, 3.0, 4.0]), parts([0, 2], [1, 3]))
    assert crossed.before == 0 and crossed.later == 0.5
    assert "50 % of the rows learnt from are later" in doubts(crossed, "last")[0]
    assert doubts(crossed, "users")[0].startswith("Tested users are new")


def test_all_of_the_rows_is_a_hundred_percent() -> None:
    made = data([0, 1, 2, 2], [3, 4, 3, 4], None)
    split = parts([0, 1], [2, 3])
    told = " ".join(sentences(made, split, looked_at(made, split), "users"))
    assert "2 (100 %) are of users, 0 (0 %) of items" in told and "16 % of all pairs" in told


def test_what_a_ranking_does_not_say_is_told() -> None:
    many, few = np.array([900, 800]), np.array([4, 4, 6])
    assert doubts_of_ranking(many, np.array([1, 2]), ratings_unread=False) == ()
    (unread,) = doubts_of_ranking(many, np.array([1, 2]), ratings_unread=True)
    assert "whatever its rating, a row counts as liked; --liked N" in unread
    (short,) = doubts_of_ranking(few, np.array([4, 1, 6]), ratings_unread=False)
    assert short.startswith("A tested user has 4 items to be recommended from (median)") and "67 %" in short
