"""Which runs a page shows: of searches, which make many, those that their results rest on."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from experiments.errors import Mistake
from experiments.page.searched import Searched, is_trial
from experiments.paths import expanded
from experiments.runs.chosen import chosen
from experiments.runs.found import found
from experiments.runs.found_run import FoundRun

#: What a finished comparison at the same bytes has in its folder.
COMPARED = "compare.json"


def kept(paths: Sequence[str | os.PathLike[str]], sweeps: Sequence[Searched]) -> list[FoundRun]:
    """The runs of some paths: of a sweep's trials some, of a comparison's rates those that were chosen.

    Args:
        paths: as for `experiments.runs.found.found`.
        sweeps: those that the paths are, or hold; none of their trials need have a run.

    Raises:
        Mistake: a path is not there, or holds neither a run nor a sweep.
    """
    runs: dict[Path, FoundRun] = {}
    for path in paths:
        above = Path(os.path.abspath(expanded(path)))
        is_searched = any(above in (each.path, each.path.parent) for each in sweeps)
        with contextlib.suppress(*[Mistake] * is_searched):
            for run in found([path]):
                runs.setdefault(run.path.resolve(), run)
    return _of_sweeps(chosen(runs.values()), sweeps)


def _of_sweeps(runs: Sequence[FoundRun], sweeps: Sequence[Searched]) -> list[FoundRun]:
    """All but the trials that are not shown; trials in the order of their worth."""
    trials: dict[tuple[Path, int], FoundRun] = {}
    others = []
    for run in runs:
        if is_trial(run.workdir) and any(each.path == run.workdir.parent.parent for each in sweeps):
            trials[run.workdir.parent.parent, int(run.workdir.name)] = run
        else:
            others.append(run)
    return others + [
        trials[each.path, number]
        for each in sweeps
        for number in each.shown([number for path, number in trials if path == each.path])
    ]


def comparison(workdir: Path) -> Path | None:
    """The folder of the finished comparison at the same bytes whose runs on one data set a workdir holds."""
    folder = workdir.parent
    is_part = (folder / COMPARED).is_file() and not (workdir / "config.json").is_file()
    return folder if is_part and (workdir / "data.json").is_file() else None
