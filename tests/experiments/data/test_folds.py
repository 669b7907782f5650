"""Folds test every row once, keep groups whole and classes in proportion, and hide what they test."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.data import Dataset, Jsonl, folds


def dataset(labels: object, groups: object = None, **more: object) -> Dataset:
    labels = np.asarray(labels, np.int32)
    groups = np.arange(len(labels)) if groups is None else groups
    classes = tuple("abcdefghij"[: labels.max() + 1])
    texts = tuple(map(str, range(len(labels))))
    return Dataset("toy", texts, labels, classes, np.asarray(groups, np.int32), **more)  # type: ignore[arg-type]


@given(
    rows=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 60)), min_size=40, max_size=200),
    count=st.integers(2, 6),
    seed=st.integers(0, 2**32 - 1),
)
def test_every_row_is_tested_once_and_its_group_is_never_trained_on(rows, count, seed):
    labels, groups = map(list, zip(*rows, strict=True))
    data = dataset([0, 1, 2, *labels], [100, 101, 102, *groups])
    try:
        made = folds(data, count=count, seed=seed, valid=0.2)
    except ValueError:
        return  # too few groups of some class: refused, which is tested below
    assert len(made) == count
    assert sorted(row for fold in made for row in fold.test) == list(range(len(data.texts)))
    for fold in made:
        sides = (fold.train, fold.valid, fold.test)
        assert sorted(row for side in sides for row in side) == list(range(len(data.texts)))
        train, valid, test = (set(data.groups[side].tolist()) for side in sides)
        assert not (train & valid or train & test or valid & test)
        assert all((np.diff(side) > 0).all() for side in sides)
    again = folds(data, count=count, seed=seed, valid=0.2)
    for one, other in zip(made, again, strict=True):
        np.testing.assert_array_equal(one.train, other.train)


def test_every_class_has_its_share_on_every_side():
    labels = np.repeat([0, 1, 2], [1000, 300, 50])
    for fold in folds(dataset(labels), count=5, seed=3):
        for side, share in ((fold.test, 0.2), (fold.valid, 0.08), (fold.train, 0.72)):
            np.testing.assert_allclose(np.bincount(labels[side]), share * np.array([1000, 300, 50]), atol=1)


def test_groups_of_many_sizes_still_give_the_shares():
    groups = np.repeat(np.arange(400), np.arange(400) % 7 + 1)
    for fold in folds(dataset(groups % 4, groups), count=10, seed=0):
        assert len(fold.test) == pytest.approx(0.1 * len(groups), rel=0.12)


def test_seeds_give_other_folds_and_folds_other_validation_rows():
    data = dataset(np.arange(200) % 2)
    one, other = (folds(data, count=4, seed=seed) for seed in (0, 1))
    assert one[0].test.tolist() != other[0].test.tolist()
    assert len({tuple(fold.valid) for fold in one}) == 4


def test_film_reviews_in_ten_folds(data_dir: Path, tmp_path: Path):
    lines = (data_dir / "kim2014" / "rt-polarity.all").read_bytes().decode("latin-1").split("\n")
    reviews = [line.split(" ", 1) for line in lines if line]
    rows = [json.dumps({"text": text, "label": label}) + "\n" for label, text in reviews]
    (tmp_path / "reviews.jsonl").write_text("".join(rows))
    data = Jsonl(path=str(tmp_path / "reviews.jsonl")).load()
    made = folds(data, count=10, seed=0)
    assert sum(len(fold.test) for fold in made) == len(data.texts) == 10_662
    shares = [data.labels[fold.test].mean() for fold in made]
    assert max(shares) - min(shares) < 0.01
    assert {len(fold.test) for fold in made} <= set(range(1055, 1078))
    for fold in made:
        assert not set(data.groups[fold.test]) & set(data.groups[np.r_[fold.train, fold.valid]])


@pytest.mark.parametrize(
    ("data", "count", "message"),
    [
        (dataset([0, 1] * 50), 1, "folds=1: give a whole number of at least 2"),
        (dataset([0, 1] * 50, test_rows=np.arange(10, dtype=np.int32)), 5, "test set of its own.*10 rows"),
        (
            dataset([0, 1] * 50, valid_rows=np.arange(9, dtype=np.int32)),
            5,
            "validation set of its own.*9 rows",
        ),
        (dataset([0] * 50), 5, "fold 0 of 5: .*every row is of class 'a'"),
        (dataset([0, 1] * 2), 4, "fold 0 of 4: .*leaves no row on this side"),
        (dataset([*[0, 1] * 50, 2]), 5, r"fold \d of 5: .*have no row to train on \('c'\)"),
    ],
)
def test_what_cannot_be_learnt_is_refused(data: Dataset, count: int, message: str):
    with pytest.raises(ValueError, match=message):
        folds(data, count=count, seed=0)
