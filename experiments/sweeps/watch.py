"""Hears what the runs of a trial log, and asks whether the trial is to go on."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

from experiments.runs.observers import Line

#: Called with the step and the metric of an evaluation; whether the trial is to end there.
Asks = Callable[[int, float], bool]


class Pruned(Exception):
    """The trial is to end here."""


class Watch:
    """An observer of a trial's runs, one for each of its seeds.

    It asks once a step, with the mean over the runs that have begun: of seeds that are trained in one program
    as soon as all have come to the step, or one of them to a later one, since others may have stopped early;
    then their last values count. Of seeds one after the other that is the first one's value, until a later
    one goes further.
    """

    def __init__(self, split: str, metric: str, asks: Asks, runs: int = 1) -> None:
        """Starts with nothing heard.

        Args:
            split: of the lines that are heard.
            metric: what decides.
            asks: told of every step, those before an interruption too; a trial it ends raises `Pruned`.
            runs: how many there are.
        """
        self._split, self._metric, self._asks, self._several = split, metric, asks, runs > 1
        self._heard: dict[Path, dict[int, float]] = {}  # of those that have begun
        self._over: set[Path] = set()
        self._told: set[int] = set()

    def begun(self, run: Path, lines: Sequence[Line]) -> None:
        """Of a run that goes on, those before are not logged again."""
        self._heard[run] = {}
        for each in lines:
            self._hear(run, each)
            if not self._several:  # else others may be about to begin
                self._ask()

    def line(self, run: Path, line: Line) -> None:
        self._hear(run, line)
        self._ask()

    def finished(self, run: Path) -> None:
        """What it came to the summary tells; others may go on."""
        self._over.add(run)

    def close(self) -> None:
        """Nothing is held open."""

    def _hear(self, run: Path, line: Line) -> None:
        value = line.get(self._metric)
        if line["split"] == self._split and isinstance(value, int | float):
            self._heard[run][line["step"]] = value

    def _ask(self) -> None:
        """Asks of each step that all at work have come to, or that one of them has gone beyond."""
        at_work = [steps for run, steps in self._heard.items() if run not in self._over]
        furthest = max((step for steps in at_work for step in steps), default=0)
        for step in sorted({step for steps in at_work for step in steps} - self._told):
            if step < furthest or all(step in steps for steps in at_work):
                self._told.add(step)
                if self._asks(step, self._mean(step)):
                    raise Pruned

    def _mean(self, step: int) -> float:
        """Over all runs that have come to some step by then, of their last ones."""
        by_then = [[at for at in steps if at <= step] for steps in self._heard.values()]
        last = zip(self._heard.values(), by_then, strict=True)
        return statistics.fmean(steps[max(found)] for steps, found in last if found)
