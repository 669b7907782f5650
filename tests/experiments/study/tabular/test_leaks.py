"""What is looked for in a table is found with two classes and with more; what is not there is not told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments.study.tabular.leaks import leaks
from experiments.study.tabular.rows import TableData, read_rows

TELLS, ORDER = "tells the target nearly alone", "The order of the rows tells the target"


def found(folder: Path, score: np.ndarray, labels: np.ndarray) -> str:
    path = folder / "rows.csv"
    lines = [f"{value:.6f},{label}" for value, label in zip(score, labels, strict=True)]
    path.write_text("\n".join(["score,kind", *lines]) + "\n")
    return " ".join(leaks(read_rows(TableData(path=str(path), target="kind", numeric=("score",)))).told)


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_a_number_that_lies_apart_by_class_is_told(tmp_path: Path, classes: int) -> None:
    rng = np.random.default_rng(classes)
    labels = rng.integers(0, classes, 200)
    assert TELLS in found(tmp_path, 10 * labels + rng.random(200), labels)
    assert TELLS not in found(tmp_path, rng.random(200), labels)
    assert TELLS not in found(tmp_path, np.ones(200) + (np.arange(200) < 2), labels)
    assert TELLS not in found(tmp_path, labels + 3 * rng.random(200), labels)


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_an_order_of_any_class_is_told(tmp_path: Path, classes: int) -> None:
    """Of the last class nothing need be seen: the others may be parted all the same."""
    rng = np.random.default_rng(classes)
    labels = rng.integers(0, classes, 300)
    assert ORDER not in found(tmp_path, rng.random(300), labels)
    first_half = np.arange(300) < 150
    late = np.where(
        labels == 0, np.where(first_half, 0, 1), np.where(labels == 1, np.where(first_half, 0, 1), labels)
    )
    assert ORDER in found(tmp_path, rng.random(300), late)
