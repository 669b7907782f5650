"""Blocks of rows that lie together in time: sides of a split, and the groups that a bootstrap draws.

A row is a window of a video, and the next one is the same window moved on by a frame: of rows that are drawn
at random nearly each test row has its like in training, and any model looks perfect.

Reference: Bergmeir & Benítez 2012, "On the use of cross-validation for time series predictor evaluation"
(blocks, and rows between them that are left out); Künsch 1989, "The jackknife and the bootstrap for general
stationary observations" (blocks that are drawn).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Int, Int32

from experiments.data import Splits


def block_splits(
    labels: Int[np.ndarray, " rows"], clips: Sequence[str], count: int, gap: int, names: Sequence[str] = ()
) -> tuple[Splits, ...]:
    """Folds of blocks: of each class's rows, in their order, every block in turn is the test side.

    Validation is the first half of the block after it; the rest is learnt from. Without clips, rows that lie
    within `gap` rows of a test row are on no side, and so are those to train that lie so near to validation.
    With clips, whole clips are on one side, and none is left out.

    Args:
        labels: int [rows], the class of each row, in the order of time.
        clips: which clip each row is of; none where that is not known.
        count: of folds, 2 or more.
        gap: rows that are left out on either side.
        names: of the classes, for the error message.

    Raises:
        ValueError: fewer folds, or rows too few: a side or a class stays empty.

    Example:
        >>> first = block_splits(np.repeat([0, 1], 100), (), 5, 3)[0]
        >>> first.test[[0, 19, 20, 39]].tolist(), first.valid[[0, -1]].tolist()
        ([0, 19, 100, 119], [23, 129])
        >>> len(first.train), len(first.dropped)
        (131, 15)
    """
    if count < 2:
        raise ValueError(f"--folds {count}: blocks are two at least; give --folds 5, say")
    halves = _halves(labels, clips, count)
    near_by = 0 if len(clips) else gap
    return tuple(_fold(labels, halves, number, count, near_by, names) for number in range(count))


def _halves(labels: np.ndarray, clips: Sequence[str], count: int) -> np.ndarray:
    """int [rows], which half of a block each row is in, from 0 to 2 count − 1."""
    found = np.empty(len(labels), int)
    _, first, clip = np.unique(
        np.array(clips) if len(clips) else np.arange(len(labels)), return_index=True, return_inverse=True
    )
    owner = labels[first][clip]  # a clip of several classes counts to that of its first row
    for each in np.unique(owner):
        rows = np.flatnonzero(owner == each)
        order = np.argsort(first[clip[rows]], kind="stable")
        place = np.empty(len(rows), int)
        place[order] = np.arange(len(rows))
        begins = np.full(len(first), len(rows))
        np.minimum.at(begins, clip[rows], place)
        sizes = np.bincount(clip[rows], minlength=len(first))
        middle = begins[clip[rows]] + (sizes[clip[rows]] - 1) // 2
        found[rows] = middle * 2 * count // len(rows)
    return found


def _called(classes: np.ndarray, names: Sequence[str]) -> str:
    """The first of some classes, by name where names are known."""
    if not names:
        return ""
    shown = ", ".join(f"{names[each]!r:.40}" for each in classes[:5].tolist())
    return f" ({shown}{', …' if len(classes) > 5 else ''})"


def _fold(
    labels: np.ndarray, halves: np.ndarray, number: int, count: int, gap: int, names: Sequence[str]
) -> Splits:
    test = halves // 2 == number
    by_test = near(test, gap)
    valid = (halves == 2 * ((number + 1) % count)) & ~by_test
    train = ~by_test & ~near(valid, gap)
    found = Splits(*(np.flatnonzero(side) for side in (train, valid, test, ~train & ~valid & ~test)))
    for what, rows in (("train", found.train), ("validate", found.valid), ("test", found.test)):
        lacking = np.setdiff1d(labels, labels[rows])
        if len(lacking):
            raise ValueError(
                f"block {number} of {count}: {len(lacking)} classes have no row to {what} on"
                f"{_called(lacking, names)}; give fewer --folds, a smaller --data.gap (it is {gap}), or more "
                "rows of them"
            )
    return found


def near(rows: Bool[np.ndarray, " rows"], gap: int) -> Bool[np.ndarray, " rows"]:
    """Which rows lie within `gap` rows of one of these, these among them.

    Args:
        rows: bool [rows].
        gap: how far.

    Example:
        >>> near(np.array([False, False, True, False, False, False]), 1).tolist()
        [False, True, True, True, False, False]
    """
    count = np.concatenate([[0], np.cumsum(rows)])
    places = np.arange(len(rows))
    return count[np.minimum(places + gap + 1, len(rows))] > count[np.maximum(places - gap, 0)]


def runs(
    labels: Int[np.ndarray, " rows"], clips: Sequence[str], moved: Bool[np.ndarray, " rows"], least: int
) -> Int32[np.ndarray, " rows"]:
    """Groups of rows that lie together in time, which are right or wrong together.

    A run ends with a class; with a clip, where those are known; else where a row is not the one before moved
    on, once the run has `least` rows.

    Args:
        labels: int [rows].
        clips: which clip each row is of; none where that is not known.
        moved: see `experiments.video.windows.moved_on`.
        least: rows of a run.

    Example:
        >>> runs(np.zeros(6, int), (), np.array([False, True, True, False, False, False]), 2).tolist()
        [0, 0, 0, 1, 1, 2]
    """
    found = np.empty(len(labels), np.int32)
    number, size = -1, 0
    for row in range(len(labels)):
        if row and len(clips):
            ends = clips[row] != clips[row - 1]
        else:
            ends = not row or (not moved[row] and size >= least)
        if ends or labels[row] != labels[row - 1]:
            number, size = number + 1, 0
        found[row], size = number, size + 1
    if len(clips):  # a clip whose rows do not lie together is one all the same
        return np.unique(np.array(clips), return_inverse=True)[1].astype(np.int32)
    return found
