"""Blocks: no row is on two sides, none to train is near a tested one; windows are told by their steps."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.data import Splits
from experiments.video.blocks import block_splits, near, runs
from experiments.video.windows import known_windows, moved_on
from tests.experiments.video.drawn import FRAMES, walks

LABELS = np.repeat([0, 1, 0], [120, 100, 80])


def test_every_row_is_tested_once_and_is_far_from_what_is_learnt() -> None:
    parts = block_splits(LABELS, (), 5, 6)
    assert sorted(np.concatenate([part.test for part in parts])) == list(range(300))
    for part in parts:
        every = np.concatenate([part.train, part.valid, part.test, part.dropped])
        assert sorted(every) == list(range(300))
        for rows, others in ((part.test, part.train), (part.test, part.valid), (part.valid, part.train)):
            assert np.abs(rows[:, None] - others).min() > 6
        assert set(LABELS[part.test]) == set(LABELS[part.train]) == set(LABELS[part.valid]) == {0, 1}


def test_clips_are_on_one_side_and_none_is_left_out() -> None:
    clips = [f"clip{row // 10}" for row in range(300)]
    for part in block_splits(LABELS, clips, 5, 6):
        owners = [{clips[row] for row in side} for side in (part.train, part.valid, part.test)]
        assert not owners[0] & owners[1] and not owners[1] & owners[2] and not owners[0] & owners[2]
        assert len(part.dropped) == 0 and sum(map(len, owners)) == 30


def test_blocks_that_can_not_be_are_refused() -> None:
    with pytest.raises(ValueError, match="--folds 1: blocks are two at least"):
        block_splits(LABELS, (), 1, 6)
    with pytest.raises(ValueError, match=r"2 classes have no row to .* a smaller --data\.gap \(it is 60\)"):
        block_splits(LABELS, (), 5, 60)
    with pytest.raises(ValueError, match=r"1 classes have no row to train on \('wave'\); give fewer"):
        block_splits(np.repeat([0, 1], [100, 1]), (), 5, 0, ("rest", "wave"))


@pytest.mark.filterwarnings("error")
def test_numbers_as_large_as_are_read_are_compared() -> None:
    rows = np.array([[[0.0], [1e38], [-1e38]], [[0.0], [1.0], [2.0]]])
    assert known_windows(rows, Splits(np.array([0]), np.array([], int), np.array([1]))) == (0, 1)


def test_near_is_what_a_slow_search_finds() -> None:
    rows = np.random.default_rng(0).random(100) < 0.1
    slow = [rows[max(0, row - 3) : row + 4].any() for row in range(100)]
    assert near(rows, 3).tolist() == slow
    assert near(rows, 0).tolist() == rows.tolist()


def test_windows_that_are_moved_on_are_found() -> None:
    found = walks(4, 5)
    moved = moved_on(np.stack([window for _, _, window in found]))
    assert moved.tolist() == [row % 5 > 0 for row in range(20)]
    assert not moved_on(np.zeros((3, 2, 2))).any()


def test_windows_in_common_are_found_of_blocks_too_near_and_of_rows_at_random() -> None:
    found = walks(4, 60)
    coordinates = np.stack([window for _, _, window in found])
    labels = np.array([label == "left" for _, label, _ in found]).astype(int)
    apart = block_splits(labels, (), 4, FRAMES)[1]
    assert known_windows(coordinates, apart) == (0, len(apart.test))
    touching = block_splits(labels, (), 4, 0)[1]
    assert known_windows(coordinates, touching)[0] > 0
    rows = np.random.default_rng(0).permutation(len(labels))
    drawn = Splits(np.sort(rows[60:]), rows[:10], np.sort(rows[:60]))
    assert known_windows(coordinates, drawn)[0] > 55
    assert known_windows(np.zeros((4, 8, 2)), Splits(np.arange(2), np.arange(2), np.arange(2, 4))) == (0, 0)


def test_runs_end_with_classes_clips_and_windows_that_move_on() -> None:
    moved = np.array([False, True, True, False, True, False, False])
    assert runs(np.zeros(7, int), (), moved, 2).tolist() == [0, 0, 0, 1, 1, 2, 2]
    assert runs(np.array([0, 0, 1, 1, 1, 1, 1]), (), moved, 9).tolist() == [0, 0, 1, 1, 1, 1, 1]
    clips = ["a", "b", "a", "a", "b", "b", "c"]
    assert runs(np.zeros(7, int), clips, moved, 1).tolist() == [0, 1, 0, 0, 1, 1, 2]
