"""Several embeddings, seeds and folds of one application, beside its baselines: runs what is to be run."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from experiments.config import Study
from experiments.errors import mistakes
from experiments.reports import report
from experiments.reports.pooled import pooled
from experiments.reports.progress import Progress, progress
from experiments.runs import earlier, extension, layout, lock, targets
from experiments.runs.checkpoints import Checkpoints
from experiments.runs.layout import Run, run_directories
from experiments.runs.outcome import Outcome, scores, told
from experiments.runs.run import RunDirectory
from experiments.runs.targets import Targets
from experiments.study import alike, baseline_runs, digests, registry
from experiments.study.application import Application
from experiments.study.learnings import Learnings, Ready
from experiments.study.quality import on_shared_words
from experiments.study.run import run_one
from experiments.study.split import Split
from experiments.study.table import of_folds, table
from experiments.training import optimizers


def run(
    application: Application, config: Study, workdir: Path, console: Console, *, previous: bool = False
) -> None:
    """Runs a whole config in a workdir and shows its tables; a finished one is only shown again.

    Args:
        application: whose config it is.
        config: the settings.
        workdir: where all is written; it is held alone meanwhile.
        console: where results are shown.
        previous: whether a damaged checkpoint is set aside for the one before it.

    Raises:
        Mistake: the settings, the workdir, the data or an embedding is refused; before anything is written
            that would keep the right command from the same workdir.
        RunFailure: a run fails, or a file of an earlier one is damaged.
    """
    optimizers.check(config.train)
    with lock.held(workdir):
        _run(application, config, workdir, console, previous)


def _run(application: Application, config: Study, workdir: Path, console: Console, previous: bool) -> None:
    started = time.perf_counter()
    directory, encoded = RunDirectory(workdir), registry.encode(application, config)
    directory.check(encoded)
    parts = list(run_directories(workdir, config).values())
    if not previous:
        earlier.require_whole(parts, config.train)
    earlier.require_same_numbers(parts)
    with progress(1, console) as shown, shown.reading(application.name) as tell, mistakes():
        splits = application.read(config, tell)
        for split in splits:
            split.require_told()
    found = digests.of(splits)
    digests.require_same(directory, found)
    learnings = Learnings(workdir, list(splits))  # what is wrong with one is said before anything is written
    finished = _is_finished(workdir, config, encoded, splits)
    earlier.tell_of_changes(directory, config.train, encoded, console)
    if not finished:
        earlier.make_ready(directory, parts, config.train, previous, console)
    directory.claim(encoded)
    digests.keep(directory, found)
    for split in splits:
        targets.write(
            layout.folder(workdir, split.fold), Targets(split.targets, split.groups, split.groups_across)
        )
    loaded = time.perf_counter() - started
    if finished:
        directory.verify(whole=False)
        console.print(f"{workdir} is finished; nothing to do.", highlight=False, soft_wrap=True)
    with progress(_kinds(workdir, splits), Console(quiet=True) if finished else console) as shown:
        shown.print("\n".join(of_folds([split.about for split in splits], splits[0].fold)))
        baselines, outcomes = _run_all(application, workdir, splits, learnings, shown)
    made = table(splits, baselines, outcomes)
    shared = on_shared_words(run_directories(workdir, config), config.quality)
    seconds = {"data": loaded, "total": time.perf_counter() - started}
    if not finished:
        report.write(directory, made, baselines, outcomes, shared, seconds)
    report.show(console, made, report.quality(outcomes, shared))
    if not finished:
        console.print(f"Written to {workdir} in {seconds['total']:.0f} s.", highlight=False)


def _is_finished(workdir: Path, config: Study, encoded: dict[str, Any], splits: Sequence[Split]) -> bool:
    directory, steps = RunDirectory(workdir), config.train.steps
    if not (workdir / "table.md").exists():
        return False
    if extension.has_other_baselines(directory.read("config.json") or {}, encoded):
        return False
    parts = [directory, *run_directories(workdir, config).values()]
    for split in splits:
        parts += baseline_runs.directories(layout.folder(workdir, split.fold), split).values()
    return all(part.finished(steps) is not None for part in parts)


def _kinds(workdir: Path, splits: Sequence[Split]) -> list[str]:
    """A word for each run, in the order in which they are made: those of one word take alike long."""
    config = splits[0].config
    trained = ["embedding"] * (len(layout.names(config)) * len(config.seeds))
    return [kind for split in splits for kind in (*baseline_runs.directories(workdir, split), *trained)]


def _run_all(
    application: Application,
    workdir: Path,
    splits: Sequence[Split],
    learnings: Learnings,
    progress: Progress,
) -> tuple[list[Outcome], list[Outcome]]:
    """What came of the baselines and of the embeddings, over the rows of all folds."""
    baselines, outcomes = [], []
    own = alike.names(workdir, splits[0].config, learnings.auto)
    for split in splits:
        baselines.append(baseline_runs.run(layout.folder(workdir, split.fold), split, progress))
        of_split = [
            _run_seeds(
                *(application, workdir, split, name, each),
                functools.partial(learnings.of, split, name),
                progress,
            )
            for name, each in own.items()
        ]
        outcomes.append(of_split)
    return _pooled(baselines, splits), _pooled(outcomes, splits)


def _pooled(by_split: Sequence[Sequence[Outcome]], splits: Sequence[Split]) -> list[Outcome]:
    tested = [split.targets for split in splits]
    return [pooled(parts, tested, splits[0].judge) for parts in zip(*by_split, strict=True)]


def _run_seeds(
    application: Application,
    workdir: Path,
    split: Split,
    name: str,
    own: Study,
    ready: Callable[[], Ready],
    progress: Progress,
) -> Outcome:
    """Trains one embedding with every seed; finished runs are read back, not repeated."""
    config, judge, shown = split.config, split.judge, layout.told(split.fold, name)
    make = functools.cache(ready)
    summaries, places = [], []
    for seed in config.seeds:
        directory = layout.run_directory(workdir, config, Run(name, seed, split.fold))
        directory.claim(registry.encode_run(application, own, seed, split.fold))
        summary = directory.finished(config.train.steps)
        if summary is None:
            directory.reopen()
            summary = run_one(directory, split, own.train, make(), shown, seed, progress)
        else:
            directory.verify()
            Checkpoints(directory.path / "checkpoints", create=False).verify()
            progress.skip(f"{shown} · seed {seed}", told(summary, judge))
        summaries.append(summary)
        places.append(directory)
    found = np.stack([scores(directory, judge, split.targets) for directory in places])
    return Outcome(name, found, summaries, tuple(places), split.fold)
