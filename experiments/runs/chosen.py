"""Which runs of a comparison at matched bytes count: those at the rates chosen on validation."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Mapping
from pathlib import Path

from experiments.errors import Mistake
from experiments.runs.found_run import FoundRun
from experiments.runs.run import RunDirectory

_ASKED = "comparison.json"  # of a comparison, from its beginning on


def chosen(runs: Iterable[FoundRun]) -> list[FoundRun]:
    """Runs without those at rates that a comparison tried and did not choose.

    What these get on test rows is nothing to choose by, so pages and figures leave them out. A rate is then
    no part of a name: folds of one embedding may have rates of their own, and are taken together.

    Args:
        runs: of `experiments.runs.found`.

    Returns:
        The runs; all of them where none was chosen, as where one that was not is asked for by itself. Runs of
        a comparison that has no `compare.json` yet, which is written at its end, stay, as `undecided`.
    """
    everything, taken = list(runs), functools.cache(_taken)
    kept = []
    for run in everything:
        of_data = taken(run.workdir.parent).get(run.workdir.name)
        if of_data is None and (run.workdir.parent / _ASKED).is_file():
            kept.append(dataclasses.replace(run, undecided=True))
        elif of_data is None:
            kept.append(run)
        elif run.path in of_data:
            kept.append(dataclasses.replace(run, name=run.name.rpartition(", rate ")[0] or run.name))
    return kept or everything


def judged(runs: Iterable[FoundRun]) -> list[FoundRun]:
    """All runs; those at rates that a comparison tried and did not choose, or not yet, are `undecided`.

    Args:
        runs: of `experiments.runs.found`.
    """
    everything = list(runs)
    kept = {run.path for run in chosen(everything) if not run.undecided}
    return [dataclasses.replace(run, undecided=run.path not in kept) for run in everything]


def _taken(folder: Path) -> Mapping[str, set[Path]]:
    """By data set, the runs that a folder's `compare.json` tells of; none where it is none."""
    try:
        record = RunDirectory(folder).read("compare.json") or {}
        found: dict[str, set[Path]] = {str(name): set() for name in record["data"]}
        for cell in record["cells"]:
            found[cell["data"]] |= {folder / run for run in cell["runs"]}
        return found
    except (Mistake, KeyError, TypeError):
        return {}
