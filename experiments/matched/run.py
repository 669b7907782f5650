"""Runs a whole comparison in a workdir: data once, cells one after the other, and then the tables."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jax
from rich.console import Console

from experiments.documents.material import Material, read_folds
from experiments.errors import Mistake
from experiments.matched import output
from experiments.matched.cells import Cell, cells
from experiments.matched.comparison import Comparison
from experiments.matched.results import Made, results
from experiments.matched.tune import Tuned, Tuning
from experiments.reports.progress import Progress, progress
from experiments.runs import fingerprint, lock, targets
from experiments.runs.run import RunDirectory
from experiments.settings import codec
from experiments.training import optimizers, steps

_ASKED = "comparison.json"
_PROGRAMS = 40  # of steps; others come with each


def run(comparison: Comparison, workdir: Path, console: Console, *, plan: bool = False) -> None:
    """Runs what is not finished, writes the tables, and shows them.

    Args:
        comparison: what is compared.
        workdir: where all is written; it is held alone meanwhile.
        console: where it is shown.
        plan: whether only sizes and numbers of trainings are shown, and nothing is written.

    Raises:
        Mistake: data, an embedding or the workdir is refused; before any training.
        RunFailure: a run fails by something else than its rate, or a file of an earlier one is damaged.
    """
    for config in comparison.data.values():
        for rate in comparison.rates:
            optimizers.check(dataclasses.replace(config.train, rate=rate))
    if plan:
        materials = _read(comparison, None, console)
        output.show_plan(comparison, cells(comparison, materials), materials, console)
        return
    with lock.held(workdir):
        _require_own(workdir)
        began = time.perf_counter()
        materials = _read(comparison, workdir, console)
        planned = cells(comparison, materials)
        asked = _asked(comparison)
        if not (workdir / _ASKED).exists():
            RunDirectory(workdir).write(_ASKED, asked)
        _claim(workdir, materials)
        made = _run(comparison, workdir, planned, materials, console)
        RunDirectory(workdir).write(_ASKED, asked)  # not before: a run may have refused a setting
        found = results(comparison, made, materials)
        output.write(workdir, comparison, found, console)
        took = time.perf_counter() - began
        console.print(f"\nWritten to {workdir} in {took:.0f} s.", highlight=False, soft_wrap=True)


def _read(comparison: Comparison, workdir: Path | None, console: Console) -> dict[str, tuple[Material, ...]]:
    found = {}
    for name, config in comparison.data.items():
        with progress(1, console) as shown, shown.reading(name) as tell:
            found[name] = read_folds(config, tell, workdir)
    return found


def _require_own(workdir: Path) -> None:
    """Refuses a folder of someone else's; hidden files are no matter."""
    found = sorted(file.name for file in workdir.iterdir() if not file.name.startswith("."))
    if found and _ASKED not in found:
        raise Mistake(
            f"--workdir {workdir}: it holds no comparison (there is no {_ASKED}), but {', '.join(found[:3])}"
            f"{', …' * (len(found) > 3)}. Give a new folder, or an empty one."
        )


def _asked(comparison: Comparison) -> dict[str, Any]:
    """What is asked, as JSON values."""
    return {
        "data": {name: codec.encode(config) for name, config in comparison.data.items()},
        "kinds": {name: kind.field for name, kind in comparison.kinds.items()},
        **{field: list(getattr(comparison, field)) for field in ("budgets", "seeds", "rates")},
        "reference": comparison.reference,
        "tolerance": comparison.tolerance,
    }


def _claim(workdir: Path, materials: Mapping[str, Sequence[Material]]) -> None:
    """Writes down what the data are: runs that are there must have been of the same."""
    for name, folds in materials.items():
        directory = RunDirectory(workdir / name)
        directory.path.mkdir(exist_ok=True)
        found = fingerprint.fingerprint(folds[0].dataset, *(each.splits for each in folds))
        fingerprint.require_same(directory, found)
        fingerprint.keep(directory, found)
        targets.keep(directory.path, folds)


def _run(
    comparison: Comparison,
    workdir: Path,
    planned: Mapping[str, Sequence[Cell]],
    materials: Mapping[str, Sequence[Material]],
    console: Console,
) -> list[Made]:
    made = []
    with progress(_words(comparison, planned, materials), console) as shown:
        for name, of_data in planned.items():
            for cell in of_data:
                made.append(Made(cell, tuple(_tuned(comparison, workdir, cell, materials[name], shown))))
    return made


def _tuned(
    comparison: Comparison, workdir: Path, cell: Cell, folds: Sequence[Material], shown: Progress
) -> list[Tuned]:
    found = []
    for material in folds:
        found.append(Tuning(workdir, cell, material, shown).run(comparison.rates, comparison.seeds))
        if steps.programs() > _PROGRAMS:
            jax.clear_caches()  # a process has room for so many only
    return found


def _words(
    comparison: Comparison,
    planned: Mapping[str, Sequence[Cell]],
    materials: Mapping[str, Sequence[Material]],
) -> list[str]:
    """A word for each training: those of one kind take alike long, about."""
    each = len(comparison.rates) + len(comparison.seeds) - 1
    return [
        cell.kind
        for name, of_data in planned.items()
        for cell in of_data
        for _ in range(each * len(materials[name]))
    ]
