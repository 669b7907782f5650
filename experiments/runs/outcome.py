"""What came of a run, as it lies in its directory."""

from __future__ import annotations

import dataclasses
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from embedlab.files import write_whole
from experiments.errors import RunFailure, placed
from experiments.runs.run import RunDirectory
from experiments.tasks import Judge

_PREDICTIONS = "predictions.npz"
#: Beside a run's vectors: the class in whose documents each word occurs most, −1 for none; int32 [words].
LABELS = "labels.npy"


@dataclasses.dataclass(frozen=True, eq=False)
class Outcome:
    """What a trained classifier or a baseline did on the test side.

    Attributes:
        name: its name in the table.
        scores: float64 [seeds, rows], how well each test row is told: 1 where the class is right and 0 where
            it is not, say (see `Judge.scores`). Their mean is the headline of a table, or minus it where less
            is better.
        summaries: one a seed.
        directories: where the runs lie, one a seed; none where they lie in those of the parts.
        fold: number of the fold whose rows they are; None where there is one split, and for all together.
        parts: of all folds together, what came of each.
    """

    name: str
    scores: np.ndarray
    summaries: list[dict[str, Any]]
    directories: tuple[RunDirectory, ...] = ()
    fold: int | None = None
    parts: tuple[Outcome, ...] = ()

    def mean(self, *keys: str) -> float:
        """The mean over seeds of a number that lies at these keys of the summaries."""
        values = []
        for summary in self.summaries:
            value: Any = summary
            for key in keys:
                value = value[key]
            values.append(float(value))
        return float(np.mean(values))

    @property
    def by_fold(self) -> tuple[float, ...]:
        """The mean score on the rows of each fold; empty where there is one split."""
        return tuple(float(part.scores.mean()) for part in self.parts)

    @property
    def of_each_run(self) -> list[dict[str, Any]]:
        """The summaries of every run: one a seed and fold."""
        return [summary for part in self.parts or (self,) for summary in part.summaries]

    def runs(self) -> Iterator[tuple[int | None, dict[str, Any], RunDirectory]]:
        """Every run: its fold, its summary, its directory."""
        for part in self.parts or (self,):
            for summary, directory in zip(part.summaries, part.directories, strict=True):
                yield part.fold, summary, directory


def groups_together(groups: Sequence[np.ndarray], *, across: bool) -> np.ndarray:
    """The groups of the rows of several folds, one fold's after the other's: int [rows].

    Args:
        groups: of each fold, int [rows].
        across: whether their numbers are of the data, so that the same number in two folds is one group, as a
            user whose ratings lie in both; else they are of the fold, and no group of one is another's.

    Example:
        >>> folds = [np.array([7, 7, 3]), np.array([7])]
        >>> groups_together(folds, across=True).tolist(), groups_together(folds, across=False).tolist()
        ([1, 1, 0, 1], [1, 1, 0, 2])
    """
    if across:
        return np.unique(np.concatenate(groups), return_inverse=True)[1]
    found, before = [], 0
    for own in groups:
        kinds, numbers = np.unique(own, return_inverse=True)
        found.append(numbers + before)
        before += len(kinds)
    return np.concatenate(found)


def save_predictions(directory: RunDirectory, **sides: np.ndarray) -> None:
    """Writes predictions [rows, outputs] of some sides, in one piece."""
    path = directory.path / _PREDICTIONS
    narrow: Any = {side: found.astype(np.float32) for side, found in sides.items()}
    with placed(path):
        write_whole({path: lambda file: np.savez(file, **narrow)})


def predictions(directory: RunDirectory, rows: int) -> np.ndarray:
    """What a finished run predicts for its test rows, float32 [rows, outputs].

    Args:
        directory: of the run.
        rows: how many test rows there are.

    Raises:
        RunFailure: its predictions are missing or damaged.
    """
    path = directory.path / _PREDICTIONS
    try:
        with np.load(path, allow_pickle=False) as stored:
            predicted: np.ndarray = stored["test"]
        if predicted.ndim != 2 or len(predicted) != rows:
            raise ValueError(f"it is of shape {predicted.shape}, for {rows} test rows")
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise RunFailure(
            f"{path}: the predictions of a finished run can't be read ({error}). Remove summary.json beside "
            "it and run again: what is trained stays, and is judged anew."
        ) from None
    return predicted


def scores(directory: RunDirectory, task: Judge, targets: np.ndarray) -> np.ndarray:
    """How well a finished run tells each test row, float64 [rows]; see `Judge.scores`.

    Raises:
        RunFailure: its predictions are missing or damaged.
    """
    return task.scores(predictions(directory, len(targets)), targets)


def told(summary: dict[str, Any], task: Judge) -> str:
    """A run's end in a few words."""
    headline = task.headline
    return f"test {headline.name} {headline.told(summary['test'][headline.key])}"
