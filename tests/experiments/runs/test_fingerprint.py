"""What changed in the data is seen, and said."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from experiments.data import Dataset, Splits
from experiments.errors import Mistake
from experiments.runs.fingerprint import fingerprint, keep, require_same
from experiments.runs.run import RunDirectory

ROWS = np.arange(6, dtype=np.int32)
DATA = Dataset("six", ("one", "two", "three", "four", "five", "six"), ROWS % 2, ("even", "odd"), ROWS)
SPLITS = Splits(ROWS[:4], ROWS[4:5], ROWS[5:])


@pytest.fixture
def directory(tmp_path: Path) -> RunDirectory:
    directory = RunDirectory(tmp_path)
    require_same(directory, fingerprint(DATA, SPLITS))  # a new run has none
    keep(directory, fingerprint(DATA, SPLITS))
    return directory


def test_the_same_data_go_on(directory: RunDirectory) -> None:
    require_same(directory, fingerprint(dataclasses.replace(DATA), SPLITS))


def test_data_may_be_called_otherwise(directory: RunDirectory) -> None:
    require_same(directory, fingerprint(dataclasses.replace(DATA, name="half a dozen"), SPLITS))


def test_fewer_documents_are_counted(directory: RunDirectory) -> None:
    fewer = Dataset("six", DATA.texts[:5], DATA.labels[:5], DATA.classes, ROWS[:5])
    with pytest.raises(Mistake, match=r"6 documents then, 5 now, 4 to train on then, 3 now.*another --work"):
        require_same(directory, fingerprint(fewer, Splits(ROWS[:3], ROWS[3:4], ROWS[4:5])))


@pytest.mark.parametrize(
    ("data", "splits", "message"),
    [
        (
            dataclasses.replace(DATA, texts=("onet", "wo", *DATA.texts[2:])),
            SPLITS,
            "documents, but texts differ",
        ),
        (dataclasses.replace(DATA, labels=1 - DATA.labels), SPLITS, "but labels differ"),
        (dataclasses.replace(DATA, classes=("odd", "even")), SPLITS, "other classes"),
        (DATA, Splits(ROWS[1:5], ROWS[:1], ROWS[5:]), "but split differ"),
    ],
)
def test_what_differs_is_said(directory: RunDirectory, data: Dataset, splits: Splits, message: str) -> None:
    with pytest.raises(Mistake, match=f"the data changed since this run was begun: .*{message}"):
        require_same(directory, fingerprint(data, splits))


def test_what_is_known_is_not_written_again(directory: RunDirectory) -> None:
    before = (directory.path / "data.json").stat().st_mtime_ns
    keep(directory, fingerprint(DATA, SPLITS))
    assert (directory.path / "data.json").stat().st_mtime_ns == before
