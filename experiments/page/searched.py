"""A sweep as the page reads it: its trials, in the order of their worth.

Source: none.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from experiments.errors import Mistake
from experiments.paths import expanded
from experiments.runs.run import RunDirectory
from experiments.sweeps.programs import program_named

COMPLETE, PRUNED, FAILED = "complete", "pruned", "failed"
#: So many of a sweep's trials are shown with curves, maps and the like.
SHOWN = 4
_FILE, _STUDY, _TRIALS = "sweep.json", "folder.json", "trials"


@dataclasses.dataclass(frozen=True)
class Searched:
    """A sweep's folder.

    Attributes:
        path: the folder, absolute.
    """

    path: Path

    @functools.cached_property
    def record(self) -> dict[str, Any]:
        """`sweep.json`; empty while not all trials are done."""
        return RunDirectory(self.path).read(_FILE) or {}

    @property
    def is_less_better(self) -> bool:
        """Whether the least value is the best."""
        return bool(self.record["settings"]["direction"] == "minimise")

    @functools.cached_property
    def trials(self) -> list[dict[str, Any]]:
        """Those that are complete, the best first; those that were pruned likewise; those that failed."""
        sign = 1 if self.record and self.is_less_better else -1
        states = (COMPLETE, PRUNED, FAILED)

        def place(trial: dict[str, Any]) -> tuple[Any, ...]:
            value = trial["value"]
            return states.index(trial["state"]), value is None, sign * (value or 0.0), trial["number"]

        return sorted(self.record.get("trials", []), key=place)

    def count(self, state: str) -> int:
        """How many trials are in a state."""
        return sum(trial["state"] == state for trial in self.trials)

    def shown(self, numbers: Sequence[int]) -> list[int]:
        """Which trials of some are shown with curves and maps: the best; the first while none is finished.

        Args:
            numbers: of the trials that have a run here.
        """
        best = [trial["number"] for trial in self.trials if trial["state"] == COMPLETE]
        known = [number for number in best or self.finished if number in set(numbers)]
        return (known if self.record or known else sorted(numbers))[:SHOWN]

    @functools.cached_property
    def finished(self) -> list[int]:
        """The trials whose runs here are finished, the best first: of a sweep on its way."""
        try:
            begun = RunDirectory(self.path).read(_STUDY) or {}
            program, sign = program_named(begun["program"]), 1 if begun["direction"] == "minimise" else -1
        except (Mistake, KeyError):  # an earlier version's
            return []
        values = {}
        for path in (self.path / _TRIALS).glob("*/summary.json"):
            with contextlib.suppress(Mistake, KeyError, AttributeError, TypeError):
                summary = RunDirectory(path.parent).summary or {}
                values[int(path.parent.name)] = sign * float(program.value(summary, begun["metric"]))
        return sorted(values, key=lambda number: (values[number], number))


def sweeps(paths: Sequence[str | os.PathLike[str]]) -> tuple[Searched, ...]:
    """The sweeps that some paths are, or hold.

    Args:
        paths: folders; a single trial's is none of a sweep.
    """
    return tuple(Searched(folder) for folder in dict.fromkeys(each for path in paths for each in _of(path)))


def _of(path: str | os.PathLike[str]) -> Iterator[Path]:
    folder = Path(os.path.abspath(expanded(path)))
    below = sorted(each for each in folder.iterdir() if each.is_dir()) if folder.is_dir() else []
    for each in (folder, *below):
        if (each / _FILE).is_file() or ((each / _STUDY).is_file() and (each / _TRIALS).is_dir()):
            yield each


def is_trial(workdir: Path) -> bool:
    """Whether a workdir is a trial of a sweep.

    Example:
        >>> is_trial(Path("runs/sweep/trials/12")), is_trial(Path("runs/12"))
        (True, False)
    """
    return workdir.parent.name == _TRIALS and workdir.name.isdecimal()
