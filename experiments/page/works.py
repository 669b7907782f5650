"""What a page is of: the runs of some workdirs, grouped by workdir and by kind."""

from __future__ import annotations

import dataclasses
import functools
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.page.kept import kept
from experiments.page.searched import Searched, is_trial, sweeps
from experiments.runs.found_run import FINISHED, FoundRun
from experiments.runs.results import task
from experiments.runs.run import RunDirectory
from experiments.tasks import Judge


@dataclasses.dataclass(frozen=True)
class Kind:
    """All runs of one name in one workdir: seeds and folds of an embedding, or a baseline.

    Attributes:
        label: what it is called on the page.
        number: of the kinds on the page, which chooses its colour; baselines come last.
        work: the workdir.
        runs: finished or not, one at least.
    """

    label: str
    number: int
    work: Work
    runs: tuple[FoundRun, ...]

    @property
    def first(self) -> FoundRun:
        """The run that stands for all where one alone is shown: the first that is finished."""
        return self.finished[0] if self.finished else self.runs[0]

    @functools.cached_property
    def finished(self) -> tuple[FoundRun, ...]:
        """Those of the runs that are finished and whole."""
        return tuple(run for run in self.runs if run.state == FINISHED)

    @property
    def is_baseline(self) -> bool:
        """Whether it is there to be measured against."""
        return self.runs[0].is_baseline

    @property
    def program(self) -> str:
        """What ran it."""
        return self.runs[0].program


@dataclasses.dataclass(frozen=True)
class Work:
    """One workdir.

    Attributes:
        title: what it is called on the page.
        path: where it lies.
        runs: all runs in it.
    """

    title: str
    path: Path
    runs: tuple[FoundRun, ...]

    @property
    def program(self) -> str:
        """What ran it."""
        return self.runs[0].program

    @property
    def is_judged(self) -> bool:
        """Whether its runs are judged on test rows."""
        return self.runs[0].is_judged

    @functools.cached_property
    def config(self) -> dict[str, Any]:
        """`config.json`; empty where there is none."""
        return RunDirectory(self.path).read("config.json") or {}

    @functools.cached_property
    def summary(self) -> dict[str, Any]:
        """`summary.json`; empty while it is not finished."""
        return RunDirectory(self.path).read("summary.json") or {}

    @functools.cached_property
    def task(self) -> Judge:
        """How its runs are judged; classes where the config does not say."""
        return task(self.runs[0])

    def text(self, name: str) -> str:
        """A text file of the workdir, what is no UTF-8 in it replaced; empty where there is none."""
        file = self.path / name
        return file.read_text("utf-8", errors="replace") if file.is_file() else ""


@dataclasses.dataclass(frozen=True)
class Given:
    """All that a page is made of.

    Attributes:
        works: the workdirs, in the order given.
        kinds: embeddings and baselines, those of the first workdir first.
        sweeps: the sweeps that were given; of their trials some are among the workdirs.
    """

    works: tuple[Work, ...]
    kinds: tuple[Kind, ...]
    sweeps: tuple[Searched, ...] = ()

    def of(self, *programs: str) -> list[Work]:
        """The workdirs of some programs."""
        return [work for work in self.works if work.program in programs]


def gather(paths: Sequence[str | os.PathLike[str]]) -> Given:
    """Finds the runs: of a sweep those of its best trials, of a comparison at the same bytes those it chose.

    Args:
        paths: as for `experiments.runs.found.found`.

    Raises:
        Mistake: a path is not there, or holds no run.
    """
    by_workdir: dict[Path, list[FoundRun]] = {}
    searched = sweeps(paths)
    for run in kept(paths, searched):
        by_workdir.setdefault(run.workdir, []).append(run)
    titles = _titles(list(by_workdir))
    works = tuple(
        Work(title, path, tuple(runs)) for title, (path, runs) in zip(titles, by_workdir.items(), strict=True)
    )
    return Given(works, tuple(_kinds(works)), searched)


def _kinds(works: Sequence[Work]) -> list[Kind]:
    grouped: dict[tuple[int, str, bool], list[FoundRun]] = {}
    for place, work in enumerate(works):
        for run in work.runs:
            grouped.setdefault((place, run.name, run.is_baseline), []).append(run)
    ordered = sorted(grouped.items(), key=lambda item: item[0][2])  # baselines last, else as they were
    several = len(works) > 1
    return [
        Kind(f"{works[place].title}: {name}" if several else name, number, works[place], tuple(runs))
        for number, ((place, name, _), runs) in enumerate(ordered)
    ]


def _titles(paths: Sequence[Path]) -> list[str]:
    """The last part of each path, of a trial its number; more parts where these are the same."""
    whole = [path.resolve().parts for path in paths]
    names = [f"trial {path.name}" if is_trial(path) else path.resolve().name for path in paths]
    length = 2
    while len(set(names)) < len(set(whole)) and length <= max(map(len, whole)):
        names = [
            "/".join(parts[-length - is_trial(path) :]) for path, parts in zip(paths, whole, strict=True)
        ]
        length += 1
    return names
