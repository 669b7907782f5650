"""Data sets refuse what is inconsistent; splits keep groups whole and classes in proportion."""

import dataclasses
import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.data import Csv, Dataset, fewer, folds, split


def dataset(labels, groups=None, classes=None, **more):
    labels = np.asarray(labels, np.int32)
    groups = np.arange(len(labels)) if groups is None else groups
    classes = classes or tuple("abcdefghij"[: max(labels, default=0) + 1])
    texts = tuple(map(str, range(len(labels))))
    return Dataset("toy", texts, labels, classes, np.asarray(groups, np.int32), **more)


def sides(splits):
    return [side.tolist() for side in (splits.train, splits.valid, splits.test)]


@pytest.mark.parametrize(
    "change, message",
    [
        ({"labels": [0, 2]}, r"labels=\[2\].*0 … 1"),
        ({"labels": [0, -1]}, r"labels=\[-1\]"),
        ({"groups": [0]}, "groups.shape"),
        ({"labels": []}, "empty"),
        ({"test_rows": np.int32([2])}, "test_rows"),
        ({"valid_rows": np.int32([-1])}, "valid_rows"),
        ({"test_rows": np.int32([0, 1]), "valid_rows": np.int32([1])}, r"valid_rows=\[1\].*test rows too"),
    ],
)
def test_inconsistent_data_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        dataset(**{"labels": [0, 1], "classes": ("a", "b"), **change})


@given(
    rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 60)), min_size=30, max_size=300),
    seed=st.integers(0, 2**40),
)
def test_split_is_a_partition_that_keeps_groups_whole(rows, seed):
    labels, groups = map(list, zip(*rows, strict=True))
    data = dataset(labels, groups, classes=tuple("abcd"))
    try:
        splits = split(data, seed=seed, valid=0.2, test=0.2)
    except ValueError:
        return  # too few groups of some class: refused, which is tested below
    assert sorted(row for side in sides(splits) for row in side) == list(range(len(rows)))
    of_side = [set(data.groups[side].tolist()) for side in (splits.train, splits.valid, splits.test)]
    assert not (of_side[0] & of_side[1] or of_side[0] & of_side[2] or of_side[1] & of_side[2])
    assert sides(split(data, seed=seed, valid=0.2, test=0.2)) == sides(splits)


def test_every_class_has_its_share():
    labels = np.repeat([0, 1, 2], [1000, 300, 50])
    splits = split(dataset(labels), seed=3, valid=0.2, test=0.1)
    for side, share in ((splits.train, 0.7), (splits.valid, 0.2), (splits.test, 0.1)):
        np.testing.assert_allclose(np.bincount(labels[side]), share * np.array([1000, 300, 50]), atol=1)


def test_shares_of_tiny_classes_are_right_on_average():
    labels = np.arange(300) % 100  # a hundred classes of three rows
    data = dataset(labels, classes=tuple(map(str, range(100))))
    sizes = [len(split(data, seed=seed).test) for seed in range(50)]
    assert abs(np.mean(sizes) - 30) < 2.5


def test_groups_of_many_sizes_still_give_the_shares():
    groups = np.repeat(np.arange(400), np.arange(400) % 7 + 1)
    labels = groups % 4
    splits = split(dataset(labels, groups), seed=0)
    assert len(splits.test) == pytest.approx(0.1 * len(labels), rel=0.08)
    assert len(splits.valid) == pytest.approx(0.1 * len(labels), rel=0.08)


def test_seeds_differ():
    data = dataset(np.arange(200) % 2)
    assert sides(split(data, seed=0)) != sides(split(data, seed=1))


def test_test_rows_of_their_own_are_kept():
    data = dataset(np.arange(100) % 2, test_rows=np.arange(80, 100, dtype=np.int32))
    splits = split(data, seed=0, valid=0.25)
    assert splits.test.tolist() == list(range(80, 100))
    assert (len(splits.train), len(splits.valid)) == (60, 20)


def test_rows_whose_like_is_in_the_test_set_are_dropped():
    groups = np.r_[np.arange(80), np.arange(20)]  # the test set: the first twenty once more
    data = dataset(np.arange(100) % 2, groups, test_rows=np.arange(80, 100, dtype=np.int32))
    splits = split(data, seed=0, valid=0.25)
    assert splits.dropped.tolist() == list(range(20))
    assert splits.test.tolist() == list(range(80, 100))
    assert (len(splits.train), len(splits.valid)) == (45, 15)
    assert not set(data.groups[splits.test]) & set(data.groups[np.r_[splits.train, splits.valid]])


def test_nothing_is_dropped_from_a_split_of_one_set():
    assert len(split(dataset(np.arange(100) % 2, np.arange(100) // 2), seed=0).dropped) == 0


@pytest.mark.parametrize(
    "data, message",
    [
        (dataset([0] * 50), "every row is of class 'a'"),
        (dataset([0, 1] * 2), "leaves no row on this side"),
        (dataset([0, 1] * 50, groups=[0, 1] * 50), "leaves no row on this side.*2 groups"),
        (
            dataset([0, 1] * 50, [*range(50)] * 2, test_rows=np.arange(50, 100, dtype=np.int32)),
            "holds the text of every one of the 50 other rows",
        ),
        (
            dataset([0, 1] * 50, [*range(50)] * 2, valid_rows=np.arange(50, 100, dtype=np.int32)),
            "the valid set of 'toy' holds the text of every one of the 50 other rows",
        ),
        (
            dataset(
                [0, 1] * 50,
                [*range(90), *range(10)],
                test_rows=np.arange(10, dtype=np.int32),
                valid_rows=np.arange(90, 100, dtype=np.int32),
            ),
            "the test set of 'toy' holds the text of every one of the 10 validation rows",
        ),
        (dataset([0, 1] * 50, classes=("a", "b", "c")), "1 of 3 classes have no row to train on.*'c'"),
        (
            dataset([0, 1] * 50 + [2], test_rows=np.int32([0, 1, 100])),
            r"have no row to train on \('c'\)",
        ),
    ],
)
def test_what_cannot_be_learnt_is_refused(data, message):
    with pytest.raises(ValueError, match=message):
        split(data, seed=0)


@pytest.mark.parametrize(
    "names, remedy",
    [
        (
            [f"{i / 7:.3f}" for i in range(800)],
            "choose --task.type value; else check which column the label",
        ),
        (
            [f"row-{i}" for i in range(800)],
            "can be learnt; check which column the label is read from",
        ),
    ],
)
def test_a_column_of_all_different_labels_is_no_column_of_classes(names, remedy, write):
    path = write("text,score\n" + "".join(f"a text {i},{name}\n" for i, name in enumerate(names)), "reg.csv")
    message = rf"labels of 'reg': 800 classes in 800 rows \('.*', …\): most have one row alone, .*{remedy}"
    data = Csv(path=path, label="score").load()
    for made in (split, functools.partial(folds, count=5)):
        with pytest.raises(ValueError, match=message):
            made(data, seed=0)


def test_no_remedy_is_named_that_a_config_lacks():
    with pytest.raises(ValueError, match="give more data") as caught:
        split(dataset([0, 1] * 2), seed=0)
    assert "share" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [{"valid": 0}, {"test": 1.0}, {"test": float("nan")}, {"valid": -0.1}, {"valid": 0.5, "test": 0.5}],
)
def test_shares_must_be_shares(change):
    with pytest.raises(ValueError, match="share of the rows"):
        split(dataset([0, 1] * 50), seed=0, **change)


@pytest.mark.parametrize("seed", [-1, 0.5, True])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(ValueError, match="seed"):
        split(dataset([0, 1] * 50), seed=seed)


def test_splits_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        split(dataset([0, 1] * 50), seed=0).train = None


def test_fewer_rows_to_train_on_keep_shares_and_the_other_sides():
    data = dataset([0] * 600 + [1] * 300 + [2] * 100)
    whole = split(data, seed=3)
    few, fewest = (fewer(data, whole, most, seed=3) for most in (100, 20))
    assert sides(few)[1:] == sides(whole)[1:] and sorted(set(few.train)) == few.train.tolist()
    assert np.abs(np.bincount(data.labels[few.train]) - [60, 30, 10]).max() <= 1
    assert set(fewest.train) < set(few.train) < set(whole.train)
    assert set(fewer(data, whole, 100, seed=4).train) != set(few.train)
    assert fewer(data, whole, 10_000, seed=3) is whole
    with pytest.raises(
        ValueError,
        match=r"^train.rows=1: too few to learn from .*2 of 3 classes have no row to train on.*; give more",
    ):
        fewer(data, whole, 1, seed=3)
