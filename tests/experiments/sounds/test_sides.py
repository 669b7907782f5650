"""How recordings are split: no speaker, and no recording twice, is on both sides where that is asked for."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from experiments.data import Splits
from experiments.sounds.baselines import means, nearest_centroid, summaries
from experiments.sounds.clips import Clips
from experiments.sounds.sides import by_recording, by_speaker, dataset, leaks


def clips(**more: object) -> Clips:
    """120 recordings: two classes, three speakers; the last is the same as the first, of another speaker."""
    rng = np.random.default_rng(0)
    frames = [rng.normal(row % 2, 1, (5, 3)) for row in range(120)]
    frames[119] = frames[0]
    found = Clips(
        "tones",
        tuple(map(str, range(120))),
        frames,
        tuple("ab"[row % 2] for row in range(120)),
        tuple(("ann", "bob", "cid")[row // 40] for row in range(120)),
    )
    return dataclasses.replace(found, **more)  # type: ignore[arg-type]


def test_each_speaker_is_left_out_once() -> None:
    found = clips()
    parts = by_speaker(dataset(found), found.speakers, 3, 0)
    assert sorted(np.concatenate([part.test for part in parts])) == list(range(120))
    names = np.array(found.speakers)
    for part, name in zip(parts, ("ann", "bob", "cid"), strict=True):
        assert set(names[part.test]) == {name}
        assert name not in set(names[np.r_[part.train, part.valid]])
        assert not set(part.train) & set(part.valid)
    assert parts[0].dropped.tolist() == [119]  # it is on the test side, said by another
    assert parts[2].dropped.tolist() == [0]
    assert parts[1].dropped.tolist() == []


def test_speakers_are_told_apart_from_known_ones() -> None:
    found = clips()
    apart = by_speaker(dataset(found), found.speakers, 3, 0)[0]
    assert "on both sides of the split: 0, since 1 are left out." in leaks(found, apart)[0]
    assert leaks(found, apart)[1] == "None of the voices tested is heard in training."
    drawn = by_recording(dataset(found), 0, 0)[0]
    assert leaks(found, drawn)[1].startswith("Each of the voices tested is heard in training too: the figure")
    names = np.array(found.speakers)
    some = dataclasses.replace(apart, test=np.arange(len(names)), train=np.flatnonzero(names == "bob"))
    some = dataclasses.replace(some, valid=some.train[:0])
    assert leaks(found, some)[1] == "1 of the 3 voices tested is heard in training too."


def test_sides_of_the_data_are_kept_and_folds_part_them_no_more() -> None:
    found = clips(sides=tuple("test" if row < 20 else "" for row in range(120)))
    part = by_recording(dataset(found), 0, 0)[0]
    assert part.test.tolist() == list(range(20))
    assert part.dropped.tolist() == [119]
    with pytest.raises(ValueError, match="brings a test set of its own"):
        by_recording(dataset(found), 5, 0)


def test_folds_that_can_not_be_are_refused() -> None:
    found = clips()
    for count in (0, 1, 4):
        with pytest.raises(ValueError, match=f"--folds {count}: there are 3 speakers; give --folds 3"):
            by_speaker(dataset(found), found.speakers, count, 0)
    with pytest.raises(ValueError, match="it is not known who speaks"):
        by_speaker(dataset(found), (), 3, 0)


def test_one_class_is_refused() -> None:
    with pytest.raises(ValueError, match="every row is of class 'a'"):
        by_recording(dataset(clips(labels=("a",) * 120)), 0, 0)


def test_no_recording_is_refused() -> None:
    with pytest.raises(ValueError, match="tones: holds no recording"):
        Clips("tones", (), [], ())


def test_baselines_see_no_order_and_no_test_row() -> None:
    rng = np.random.default_rng(0)
    frames = [rng.normal(row % 2, 0.5, (row % 3 + 2, 3)) for row in range(60)]
    labels, rows = np.arange(60) % 2, np.arange(60)
    sides = Splits(rows[:40], rows[40:45], rows[45:])
    for features in (means, summaries):
        found = nearest_centroid(features(frames), labels, 2, sides)
        assert found.shape == (15, 2) and np.allclose(found.sum(1), 1, atol=1e-6)
        assert (found.argmax(1) == labels[45:]).mean() > 0.9
        backwards = nearest_centroid(features([one[::-1] for one in frames]), labels, 2, sides)
        assert np.allclose(found, backwards, atol=1e-6)
    other = [*frames[:59], frames[59] + 100]
    changed = nearest_centroid(means(other), labels, 2, sides)
    assert (changed[:-1] == nearest_centroid(means(frames), labels, 2, sides)[:-1]).all()
