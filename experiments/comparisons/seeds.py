"""One embedding on one split, with every seed: runs what is not finished yet."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from experiments.comparisons import several
from experiments.comparisons.single import Prepared, prepare, run_one
from experiments.config import Config
from experiments.documents.material import Material
from experiments.reports.progress import Progress
from experiments.runs import layout
from experiments.runs.checkpoints import Checkpoints
from experiments.runs.outcome import Outcome, scores, told
from experiments.runs.run import RunDirectory
from experiments.settings import codec
from experiments.training.lexicon import Lexicon


def run_seeds(
    name: str,
    directories: Mapping[int, RunDirectory],
    material: Material,
    lexicon: Callable[[], Lexicon],
    progress: Progress,
) -> Outcome:
    """Trains with every seed; finished runs are read back, not repeated.

    Args:
        name: in the table.
        directories: of the runs, by seed.
        material: what they share; its config is that of these runs alone, but for seeds and folds.
        lexicon: called where a run is not finished.
        progress: where they are told of.

    Raises:
        RunFailure: a run fails, or what a finished one left can't be read.
    """
    config = material.config
    targets = material.dataset.labels[material.splits.test]
    only = () if material.fold is None else (material.fold,)
    shown = layout.told(material.fold, name)
    summaries: dict[int, dict[str, Any]] = {}
    make = functools.cache(lambda: prepare(lexicon(), material))
    for seeds in _groups(config, directories):
        unfinished = {}
        for seed in seeds:
            directory = directories[seed]
            directory.claim(codec.encode(dataclasses.replace(config, seeds=(seed,), only_folds=only)))
            summary = directory.finished(config.train.steps)
            if summary is None:
                directory.reopen()
                unfinished[seed] = directory
            else:
                directory.verify()
                Checkpoints(directory.path / "checkpoints", create=False).verify()
                progress.skip(f"{shown} · seed {seed}", told(summary, config.task))
                summaries[seed] = summary
        summaries |= _run(unfinished, make, shown, progress)
    found = np.stack([scores(directory, config.task, targets) for directory in directories.values()])
    in_order = [summaries[seed] for seed in directories]
    return Outcome(name, found, in_order, tuple(directories.values()), material.fold)


def _groups(config: Config, seeds: Iterable[int]) -> list[list[int]]:
    """The seeds, those together that are trained in one program."""
    if config.seeds_together and not several.why_not(config):
        return [list(seeds)]
    return [[seed] for seed in seeds]


def _run(
    directories: Mapping[int, RunDirectory], make: Callable[[], Prepared], name: str, progress: Progress
) -> dict[int, dict[str, Any]]:
    """Runs what is not finished; the summaries by seed."""
    if len(directories) > 1:
        summaries = several.run_several(directories, make(), name, progress)
        return dict(zip(directories, summaries, strict=True))
    return {seed: run_one(directory, make(), name, seed, progress) for seed, directory in directories.items()}
