"""Runs the baselines of an application that are not finished; reads the others back."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from experiments.errors import Mistake, RunFailure
from experiments.reports.progress import Progress
from experiments.runs import layout
from experiments.runs.outcome import Outcome, save_predictions, scores, told
from experiments.runs.run import RunDirectory, versions
from experiments.study.split import Baseline, Split

_FOLDER = "baselines"
_WITHOUT = "go on without baselines, in the same --workdir: --baselines false"


def directories(folder: Path, split: Split) -> dict[str, RunDirectory]:
    """Where the run of each baseline lies, by its name; none where baselines are not asked for.

    Args:
        folder: the workdir, or a fold's.
        split: of the data.
    """
    names = split.baselines() if split.config.baselines else ()
    return {name: RunDirectory(folder / _FOLDER / name) for name in names}


def run(folder: Path, split: Split, progress: Progress) -> list[Outcome]:
    """Fits what is not fitted yet.

    Args:
        folder: the workdir, or a fold's.
        split: of the data.
        progress: where they are told of.

    Raises:
        Mistake: a baseline can't be fitted to the data.
        RunFailure: there is not memory enough, or what a finished one left can't be read.
    """
    fits = split.baselines()
    return [
        _fitted(name, directory, fits[name], split, progress)
        for name, directory in directories(folder, split).items()
    ]


def _fitted(name: str, directory: RunDirectory, fit: Baseline, split: Split, progress: Progress) -> Outcome:
    shown, judge = layout.told(split.fold, name), split.judge
    summary = directory.summary
    if summary is None:
        run = progress.run(shown, 1)
        summary = _run(name, directory, fit, split)
        run.done(told(summary, judge))
    else:
        directory.verify()
        progress.skip(shown, told(summary, judge))
    found = scores(directory, judge, split.targets)
    return Outcome(name, found[None], [summary], (directory,), split.fold)


def _run(name: str, directory: RunDirectory, fit: Baseline, split: Split) -> dict[str, Any]:
    directory.path.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    try:
        found = fit()
    except ValueError as error:
        raise Mistake(f"{name}: {error}; {_WITHOUT}") from error
    except MemoryError as error:
        raise RunFailure(f"{name}: out of memory ({error or 'no more to be had'}); {_WITHOUT}.") from error
    summary = {
        "test": split.judge.metrics(found.test, split.targets),
        "by_name": split.by_name(found.test),
        "what": found.what,
        "parameters": found.parameters,
        "trainable_bytes": found.bytes,
        "index_bytes": 0,
        "seconds": time.perf_counter() - began,
        **found.facts,
        "versions": versions(),
    }
    save_predictions(directory, test=found.test)
    directory.finish(summary, "predictions.npz")
    return summary
