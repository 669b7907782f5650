"""Predictions on the disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments.errors import RunFailure
from experiments.runs.outcome import Outcome, save_predictions, scores
from experiments.runs.run import RunDirectory
from experiments.tasks import CLASSES

PREDICTED = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])


@pytest.fixture
def directory(tmp_path: Path) -> RunDirectory:
    directory = RunDirectory(tmp_path)
    save_predictions(directory, valid=PREDICTED[:1], test=PREDICTED)
    return directory


def test_what_was_right(directory: RunDirectory) -> None:
    assert scores(directory, CLASSES, np.array([0, 1, 1])).tolist() == [1.0, 1.0, 0.0]
    assert [file.name for file in directory.path.iterdir()] == ["predictions.npz"]


@pytest.mark.parametrize("content", [None, b"", b"junk", "cut", "other rows"])
def test_damaged_predictions_are_named(directory: RunDirectory, content: bytes | str | None) -> None:
    file = directory.path / "predictions.npz"
    whole = file.read_bytes()
    if content is None:
        file.unlink()
    elif content == "other rows":
        save_predictions(directory, test=PREDICTED[:2])
    else:
        file.write_bytes(whole[: len(whole) // 2] if isinstance(content, str) else content)
    with pytest.raises(RunFailure, match=r"predictions\.npz: .*Remove summary\.json beside it and run again"):
        scores(directory, CLASSES, np.array([0, 1, 1]))


def test_means_over_seeds() -> None:
    summaries = [{"test": {"accuracy": 0.5}}, {"test": {"accuracy": 1.0}}]
    assert Outcome("dense", np.ones((2, 3)), summaries).mean("test", "accuracy") == 0.75
