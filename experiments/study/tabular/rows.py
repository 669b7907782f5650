"""A user's table as labelled rows: which column is what, and which rows are learnt from.

Source: the rules are the project's own: equal rows are on one side, and what is left out is told.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Int32

from embedlab.checks import require
from experiments.data import Dataset, Splits, folds, split
from experiments.data.tables import Table, TableFile
from experiments.data.tables.times import times
from experiments.data.tables.wanted import Wanted
from experiments.nearest import nearest_first
from experiments.study.digests import digest
from experiments.study.tabular.frame import Frame, framed, kinds
from experiments.tasks import Classes

_SHARE = 0.1  # of validation and of test


@dataclasses.dataclass(frozen=True)
class TableData(TableFile):
    """A table with a column that is to be told from the others.

    Attributes:
        target: the column that is to be told.
        positive: the value of the target that is looked for, where there are two; empty for the rarer one.
        categorical: columns of categories; others are, too, unless all their values are numbers and one of
            them has a point.
        numeric: columns of numbers.
        ignored: columns that are not read: keys of rows, what is known only after the target.
        time: a column by which rows are ordered, of numbers or ISO 8601 dates: the last ones are the test
            side, those before them validation. It is not learnt from. Empty to draw the sides.
        test_path: a file of the same form that holds the test side; empty to split one off.
        title: what the data are called in tables; empty for the file's name.

    Raises:
        ValueError: no target, or one that is learnt from.

    Example:
        >>> TableData(path="claims.csv", target="fraud", numeric=("age",)).target
        'fraud'
    """

    target: str = "target"
    positive: str = ""
    categorical: tuple[str, ...] = ()
    numeric: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    time: str = ""
    test_path: str = ""
    title: str = ""

    def __post_init__(self) -> None:
        require(bool(self.target), "target", self.target, "name the column that is to be told")
        for field in ("categorical", "numeric", "ignored"):
            names = getattr(self, field)
            remedy = "this column is the target; take it out, or name another as --data.target"
            require(self.target not in names, field, names, remedy)
            require(not self.time or self.time not in names, field, names, "this is data.time")
        require(self.time != self.target, "time", self.time, "this is the target; name another column")
        both = self.time and self.test_path
        remedy = "the test side is this file, or the latest rows by data.time; give one of the two"
        require(not both, "test_path", self.test_path, remedy)


@dataclasses.dataclass(frozen=True, eq=False)
class Rows:
    """Labelled rows, in the order of the file; those of a test file follow.

    Attributes:
        data: where they come from.
        frame: the columns that are learnt from.
        labels: int32 [n], the class of each row.
        names: of classes; of two the positive one is the last.
        groups: int32 [n]; rows of one group are equal in all columns that are learnt from.
        given: bool [n], which rows are those of the test file.
        time: float64 [n], by which rows are ordered; None where they are not.
        left_out: rows that were left out, and why, in sentences.
    """

    data: TableData
    frame: Frame
    labels: Int32[np.ndarray, " n"]
    names: tuple[str, ...]
    groups: Int32[np.ndarray, " n"]
    given: Bool[np.ndarray, " n"]
    time: np.ndarray | None = None
    left_out: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Of all that is learnt from and tested on, and of what parts the two: other rows have another."""
        parts: list[Any] = []
        for name, column in self.frame.categorical.items():
            parts += [name, *column.values, column.codes]
        for name, values in self.frame.numeric.items():
            parts += [name, values]
        order = () if self.time is None else (self.time,)
        return digest([*parts, *self.names, self.labels, self.given, *order])

    @property
    def title(self) -> str:
        """What they are called in tables."""
        return self.data.title or Path(self.data.path).name.partition(".")[0]

    def take(self, rows: np.ndarray, *left_out: str) -> Rows:
        """Some rows int [m], and sentences on those that were left out."""
        return dataclasses.replace(
            self,
            frame=self.frame.take(rows),
            labels=self.labels[rows],
            groups=self.groups[rows],
            given=self.given[rows],
            time=None if self.time is None else self.time[rows],
            left_out=(*self.left_out, *left_out),
        )

    def dataset(self) -> Dataset:
        """What is split: labels and groups, and the rows whose side is given."""
        n = len(self.labels)
        test, valid = np.flatnonzero(self.given).astype(np.int32), np.zeros(0, np.int32)
        if self.time is not None:
            order = np.argsort(self.time, kind="stable")
            # Rows of one time are on one side, the later.
            test = np.flatnonzero(self.time >= self.time[order[int(n * (1 - _SHARE))]]).astype(np.int32)
            late = self.time >= self.time[order[int(n * (1 - 2 * _SHARE))]]
            valid = np.setdiff1d(np.flatnonzero(late), test).astype(np.int32)
        texts = ("",) * n  # a data set is of texts, of which splitting looks at none
        return Dataset(self.title, texts, self.labels, self.names, self.groups, test, valid)

    def splits(self, config: Any) -> Sequence[Splits]:
        """The sides, one split or one a fold that is run.

        Args:
            config: a `Study`.

        Raises:
            ValueError: a side stays empty, or lacks a class.
        """
        dataset = self.dataset()
        if not config.folds_run:
            return (split(dataset, seed=config.split_seed),)
        every = folds(dataset, count=config.folds, seed=config.split_seed)
        return [every[fold] for fold in config.folds_run]


def read_rows(data: TableData, group: str = "data") -> Rows:
    """Reads a table's rows.

    Args:
        data: where they are.
        group: of the flags, for error messages.

    Raises:
        ValueError: a file is missing or malformed, a column is not there, a row has no target, or all have
            one.
    """
    own = {f"{group}.target": data.target, **({f"{group}.time": data.time} if data.time else {})}
    named = Wanted(own)  # must be there, and is told by its flag
    tables = [data.table(flag=f"{group}.path")]
    named.names(tables[0].path, tables[0].names, data.hint(tables[0].path, group))
    if data.test_path:
        tables.append(data.table(path=data.test_path, flag=f"{group}.test_path"))
        _require_alike(tables[0], tables[1], data, group)
    tables = [dataclasses.replace(table, flags=named.flags) for table in tables]
    left_out = (*data.ignored, *own.values())
    categorical, numeric = kinds(tables[0], data.categorical, data.numeric, left_out, group)
    frame = framed(tables, categorical, numeric)
    labels, names = _labels(tables, data, group)
    given = np.repeat(np.arange(len(tables)) > 0, [len(table) for table in tables])
    time = None if not data.time else times(tables[0], data.time)
    rows = Rows(data, frame, labels, names, frame.groups(), given, time)
    Classes().require_several(labels, names)
    return rows


def _labels(tables: Sequence[Table], data: TableData, group: str) -> tuple[np.ndarray, tuple[str, ...]]:
    values = [value for table in tables for value in table.ids(data.target)]
    names, labels = np.unique(values, return_inverse=True)
    found = tuple(map(str, names))
    if data.positive and data.positive not in found:
        raise ValueError(
            f"--{group}.positive={data.positive!r}: the target {data.target!r} has the values "
            f"{nearest_first(data.positive, found)}; name one of them with --{group}.positive"
        )
    if len(found) == 2:
        positive = data.positive or found[int(np.bincount(labels).argmin())]
        found = (*(name for name in found if name != positive), positive)
        labels = np.where(names[labels] == positive, 1, 0)
    return labels.astype(np.int32), found


def _require_alike(first: Table, other: Table, data: TableData, group: str) -> None:
    lacking = [name for name in first.names if name not in other.names]
    if lacking:
        raise ValueError(
            f"--{group}.test_path={data.test_path!r}: has no column {lacking[0]!r}, which {first.path} has; "
            f"its columns are {nearest_first(lacking[0], other.names)}; give a file of the same columns with "
            f"--{group}.test_path"
        )
