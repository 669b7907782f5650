"""Several seeds of one embedding, trained in one program: each has its own run, as if it were by itself."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from experiments.comparisons.single import Prepared, Training, checkpoints_of
from experiments.config import Config
from experiments.errors import Diverged
from experiments.process import stopping
from experiments.reports.progress import Progress
from experiments.runs.run import RunDirectory
from experiments.training.at_once import at_once
from experiments.training.train import Fitting


def why_not(config: Config) -> str:
    """Why seeds can't be trained in one program; empty where they can.

    Args:
        config: of the runs.

    Example:
        >>> import embedlab
        >>> why_not(Config(embedlab.Dense(9, 2), stream=True))
        'stream=true reads the batches of each from disk'
    """
    if config.mesh.devices > 1:
        return f"each is on all {config.mesh.devices} devices of the mesh"
    if config.stream:
        return "stream=true reads the batches of each from disk"
    if config.encoder.by_length:
        kind = type(config.encoder).__name__.lower()
        return f"encoder.type={kind} has batches of documents of like length, of other shapes for each seed"
    return ""


def told(config: Config) -> str:
    """What is said where seeds are to be trained in one program and can't be; empty where there is nothing.

    Args:
        config: of all runs.
    """
    why = why_not(config) if config.seeds_together and len(config.seeds) > 1 else ""
    return f"Seeds are trained one by one, for all that seeds_together is true: {why}." if why else ""


def run_several(
    directories: Mapping[int, RunDirectory], prepared: Prepared, name: str, progress: Progress
) -> list[dict[str, Any]]:
    """Trains several seeds at once, then evaluates and writes each as `run_one` does; returns the summaries.

    Args:
        directories: of the runs, by seed.
        prepared: what is read.
        name: of the embedding, for the progress.
        progress: where they are told of.

    Raises:
        RunFailure: a loss is not a number, or a file can't be read or written, or is damaged; of any of them.
            All end then; of the others their checkpoints are left.
        Mistake: one would go on with another vocabulary, or with other types, than it was begun with.
    """
    with contextlib.ExitStack() as stack:
        trainings = []
        for seed, directory in directories.items():
            checkpoints = stack.enter_context(checkpoints_of(directory, prepared))
            beside = (progress, checkpoints, len(directories))
            trainings.append(Training(directory, prepared, name, seed, *beside))
        with stopping.patiently():
            each = zip(directories, trainings, strict=True)
            fitted = at_once([_told_apart(training.fitting(), name, seed) for seed, training in each])
    return [training.finish(each) for training, each in zip(trainings, fitted, strict=True)]


def _told_apart(fitting: Fitting, name: str, seed: int) -> Fitting:
    """The same, whose loss that is no number is told with its seed: others are at work beside it."""
    try:
        return (yield from fitting)
    except Diverged as error:
        raise Diverged(f"{name} · seed {seed}: {error}") from None
