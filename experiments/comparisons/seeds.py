"""One embedding on one split, with every seed: runs what is not finished yet."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np

from experiments.comparisons.single import prepare, run_one
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
    summaries, prepared = [], None
    for seed, directory in directories.items():
        directory.claim(codec.encode(dataclasses.replace(config, seeds=(seed,), only_folds=only)))
        summary = directory.finished(config.train.steps)
        if summary is None:
            directory.reopen()
            prepared = prepared or prepare(lexicon(), material)
            summary = run_one(directory, prepared, shown, seed, progress)
        else:
            directory.verify()
            Checkpoints(directory.path / "checkpoints", create=False).verify()
            progress.skip(f"{shown} · seed {seed}", told(summary, config.task))
        summaries.append(summary)
    found = np.stack([scores(directory, config.task, targets) for directory in directories.values()])
    return Outcome(name, found, summaries, tuple(directories.values()), material.fold)
