"""What a source of labelled text gives, and how its rows are split.

Source: the split is the project's own. scikit-learn's StratifiedGroupKFold keeps to the same two rules, but
looks at one group after the other: minutes for a few hundred thousand rows, milliseconds here.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import draccus
import numpy as np
from jaxtyping import Int, Int32, Integer

from embedlab.checks import require, require_count
from experiments.tasks import CLASSES, Task

#: Called with (parts done, parts in all) while a source loads.
Progress = Callable[[int, int], None]

_NO_ROWS = np.zeros(0, np.int32)


@dataclasses.dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled texts.

    Attributes:
        name: what it is called in a table.
        texts: n documents.
        labels: [n, …], the targets of its task; of classes their numbers, int32 [n].
        classes: the names of classes or labels; none of values.
        groups: int32 [n]. Rows of one group are duplicates of each other, and stay on one side of a split.
        test_rows: int32 [m], the rows of a test set that came by itself; empty where there is none.
        valid_rows: int32 [v], the rows of a validation set that came by itself; empty where there is none.
        near: whether near-duplicates share a group; else rows of equal text alone do.
        task: what the labels are.
        seconds: n second texts, where each row is a pair of texts; none where it is not.
        notes: what was passed over as it was read, in sentences.

    Raises:
        ValueError: where it is empty, lengths differ, a label or a row of a set that came by itself is out of
            range, or a row is in both of these.

    Example:
        >>> Dataset("two", ("good", "bad"), np.int32([1, 0]), ("neg", "pos"), np.int32([0, 1])).labels
        array([1, 0], dtype=int32)
    """

    name: str
    texts: Sequence[str]
    labels: np.ndarray
    classes: tuple[str, ...]
    groups: Int32[np.ndarray, " n"]
    test_rows: Int32[np.ndarray, " m"] = dataclasses.field(default_factory=_NO_ROWS.copy)
    valid_rows: Int32[np.ndarray, " v"] = dataclasses.field(default_factory=_NO_ROWS.copy)
    near: bool = False
    task: Task = CLASSES
    seconds: Sequence[str] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n = len(self.texts)
        require(n > 0, "texts", self.texts, f"the data set {self.name!r} is empty; give it rows")
        for field in ("labels", "groups"):
            shape = getattr(self, field).shape
            remedy = f"there are {n} texts; give one number for each"
            require(shape[:1] == (n,), f"{field}.shape", shape, remedy)
        self.task.check(self.labels, self.classes)
        remedy = f"there are {n} texts; give a second one for each, or none"
        require(len(self.seconds) in (0, n), "seconds", f"{len(self.seconds)} of them", remedy)
        for field, limit in (("test_rows", n), ("valid_rows", n)):
            values = getattr(self, field)
            bad = values[(values < 0) | (values >= limit)]
            require(not len(bad), field, bad[:5].tolist(), f"out of range; give numbers of 0 … {limit - 1}")
        both = np.intersect1d(self.test_rows, self.valid_rows)
        require(
            not len(both), "valid_rows", both[:5].tolist(), "these are test rows too; a row is on one side"
        )

    @property
    def strata(self) -> Int[np.ndarray, " n"]:
        """int [n], which rows a split spreads evenly: the classes; all alike where there are none."""
        return self.task.strata(self.labels)


@dataclasses.dataclass(frozen=True, eq=False)
class Splits:
    """Row numbers of the three sides, each in ascending order.

    Attributes:
        train: int [n_train], what is learnt from.
        valid: int [n_valid], what the best state is chosen on.
        test: int [n_test], what is reported.
        dropped: int [n_dropped], rows left out since a test or validation set that came by itself holds
            their like.

    Example:
        >>> Splits(train=np.arange(8), valid=np.array([8]), test=np.array([9])).test
        array([9])
    """

    train: Integer[np.ndarray, " n_train"]
    valid: Integer[np.ndarray, " n_valid"]
    test: Integer[np.ndarray, " n_test"]
    dropped: Integer[np.ndarray, " n_dropped"] = dataclasses.field(default_factory=_NO_ROWS.copy)


class Source(draccus.ChoiceRegistry, ABC):
    """Where labelled text comes from: a frozen dataclass, chosen in a config by its registered name.

    Example:
        >>> @Source.register_subclass("toy")
        ... @dataclasses.dataclass(frozen=True)
        ... class Toy(Source):
        ...     def load(self, progress=None, task=CLASSES, folder=None):
        ...         return Dataset("toy", ("a", "b"), np.int32([0, 1]), ("x", "y"), np.int32([0, 1]))
        >>> Source.get_choice_class("toy")().load().classes
        ('x', 'y')
        >>> del Source._choice_registry["toy"]
    """

    @abstractmethod
    def load(
        self, progress: Progress | None = None, task: Task = CLASSES, folder: Path | None = None
    ) -> Dataset:
        """Reads the data.

        Args:
            progress: told of the parts of a long reading.
            task: what is to be learnt; its `reader` makes targets of labels.
            folder: where a source that reads many texts keeps them, on disk; None to keep them in memory.

        Raises:
            ValueError: data are missing or malformed, or a label is none that the task can learn.
        """
        ...

    @classmethod
    def default_choice_name(cls) -> str:
        """The source that is meant where a config names none."""
        return "docstrings"


def split(dataset: Dataset, *, seed: int, valid: float = 0.1, test: float = 0.1) -> Splits:
    """Splits rows in three: groups whole, classes in equal shares as far as groups allow.

    Within a class (a group counts to that of its first row) the groups lie in random order on a line whose
    length is the class's rows. A group goes where one point of it falls: to test in the first part of the
    line, to valid in the next, else to train. The point is at `start + u · size`, with one u ~ U(0, 1) a
    class, so that shares are right on average even for a class of three rows. The last group is train's.

    The data set's own test rows, where it has some, are the test side, and its own validation rows the
    validation side; the share of that side is then not used. Other rows of their groups are dropped, since
    the row would be known from training, and validation rows of the test rows' groups are dropped as well.

    Args:
        dataset: n rows.
        seed: a whole number; the same seed gives the same split.
        valid: share of rows in (0, 1).
        test: share of rows in (0, 1).

    Raises:
        ValueError: where a share is no share, a side stays empty (every row has its like in the test set,
            say), or train lacks a class.

    Example:
        >>> rows = np.arange(100, dtype=np.int32)
        >>> data = Dataset("hundred", ("text",) * 100, rows % 2, ("even", "odd"), rows)
        >>> [len(side) for side in dataclasses.astuple(split(data, seed=0))]
        [80, 10, 10, 0]
    """
    require_count("seed", seed, least=0)
    for field, share in (("valid", valid), ("test", test), ("valid + test", valid + test)):
        require(math.isfinite(share) and 0 < share < 1, field, share, "give a share of the rows in (0, 1)")
    own_test, own_valid, rows, dropped = _own_sides(dataset)
    point = points(dataset.strata[rows], dataset.groups[rows], np.random.default_rng(seed), last_at_end=True)
    first = 0.0 if len(own_test) else test
    second = first if len(own_valid) else first + valid
    splits = Splits(
        train=rows[point >= second],
        valid=own_valid if len(own_valid) else rows[(point >= first) & (point < second)],
        test=own_test if len(own_test) else rows[point < first],
        dropped=dropped,
    )
    require_learnable(dataset, splits)
    return splits


def fewer(dataset: Dataset, splits: Splits, most: int, *, seed: int) -> Splits:
    """The splits with fewer rows to train on, each class keeping its share of them; other sides stay.

    Args:
        dataset: that was split.
        splits: of it.
        most: rows to train on, at most.
        seed: of which rows stay; those of a smaller number are among those of a larger one.

    Raises:
        ValueError: there are not enough to learn from.

    Example:
        >>> rows = np.arange(100, dtype=np.int32)
        >>> data = Dataset("hundred", ("text",) * 100, rows % 2, ("even", "odd"), rows)
        >>> few = fewer(data, split(data, seed=0), 10, seed=0)
        >>> len(few.train), int((few.train % 2).sum()), len(few.test)
        (10, 5, 10)
    """
    if most >= len(splits.train):
        return splits
    strata, own = dataset.strata[splits.train], np.arange(len(splits.train))
    point = points(strata, own, np.random.default_rng([seed, 1]), last_at_end=False)
    kept = np.sort(np.argsort(point, kind="stable")[:most])
    few = dataclasses.replace(splits, train=splits.train[kept])
    try:
        require_learnable(dataset, few)
    except ValueError as error:
        raise ValueError(f"train.rows={most}: too few to learn from ({error}); give more") from None
    return few


def _own_sides(dataset: Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The rows of the sets that came by themselves, test and valid; those to split; those left out."""
    test, valid = np.unique(dataset.test_rows), np.unique(dataset.valid_rows)
    others = np.setdiff1d(np.arange(len(dataset.texts)), np.r_[test, valid])
    valid, known_valid = _apart(dataset, valid, {"test": test}, "validation rows")
    rows, known = _apart(dataset, others, {"test": test, "valid": valid}, "other rows")
    return test, valid, rows, np.sort(np.r_[known, known_valid])


def _apart(
    dataset: Dataset, rows: np.ndarray, own: dict[str, np.ndarray], what: str
) -> tuple[np.ndarray, np.ndarray]:
    """Parts rows in those of other groups than the sets of their own, and those of the same."""
    known = np.isin(dataset.groups[rows], dataset.groups[np.concatenate(list(own.values()))])
    if len(rows) and known.all():
        sides = [side for side in own if len(own[side])]
        raise ValueError(
            f"the {' and '.join(sides)} set of {dataset.name!r} holds the text of every one of the "
            f"{len(rows):,} {what}; give a set of other texts (--data.{sides[-1]}_path of files), or none, "
            f"so that one is split off"
        )
    return rows[~known], rows[known]


def points(
    labels: np.ndarray, groups: np.ndarray, rng: np.random.Generator, *, last_at_end: bool
) -> np.ndarray:
    """float [n]: where on its class's line, of length 1, the group of each row is placed.

    Args:
        labels: int [n], the class of each row; rows are spread evenly within it.
        groups: int [n].
        rng: of the groups' order on each line, and of the lines' offsets.
        last_at_end: whether the last group of a class is placed at 1, wherever it lies.
    """
    _, first, group_of, size = np.unique(groups, return_index=True, return_inverse=True, return_counts=True)
    lead = labels[first]
    order = np.lexsort((rng.permutation(len(size)), lead))
    ends = np.cumsum(size[order])
    opens = np.r_[True, lead[order][1:] != lead[order][:-1]] if len(order) else np.zeros(0, bool)
    line = np.cumsum(opens) - 1  # the how-manieth class each ordered group belongs to
    start = (ends - size[order])[opens]
    length = np.diff(np.r_[start, len(labels)])
    placed = ends - size[order] + rng.random(len(start))[line] * size[order] - start[line]
    at_end = np.r_[opens[1:], True][: len(order)] & last_at_end
    point = np.empty(len(size))
    point[order] = np.where(at_end, 1.0, placed / length[line])
    return point[group_of]


def require_learnable(dataset: Dataset, splits: Splits, remedy: str = "give more data") -> None:
    """Refuses sides on which nothing can be learnt or measured; the remedy is that of an empty one."""
    with _labels_of(dataset):
        dataset.task.require_several(dataset.labels, dataset.classes)
        dataset.task.require_shared(dataset.labels, dataset.classes)
    for side in ("train", "valid", "test"):
        if not len(getattr(splits, side)):
            raise ValueError(
                f"{side} of {dataset.name!r}: the split leaves no row on this side, of {len(dataset.texts)} "
                f"rows in {len(np.unique(dataset.groups))} groups of rows equal or nearly so; {remedy}"
            )
    sides = {"train": splits.train, "valid": splits.valid, "test": splits.test}
    with _labels_of(dataset):
        dataset.task.require_learnable(dataset.labels, dataset.classes, sides)


@contextlib.contextmanager
def _labels_of(dataset: Dataset) -> Iterator[None]:
    """Says whose labels an error is about."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"labels of {dataset.name!r}: {error}") from None
