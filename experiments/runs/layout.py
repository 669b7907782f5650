"""Which runs a config has, and where each lies in the workdir.

One split: `NAME/seed-0`, and the baselines in `baselines/`; a run that is the only one is the workdir itself.
Folds: the same in `fold-0/`, `fold-1/`, ….
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from experiments.config import Config, Study, Transfer
from experiments.runs.run import RunDirectory
from experiments.settings import codec

#: Of whatever trains embeddings with several seeds, in folds or not.
AnyConfig = Config | Study
#: Beside a run's config where it came to no result, and is not tried again: `reason`.
FAILED = "failed.json"


class Run(NamedTuple):
    """One training.

    Attributes:
        name: of the embedding.
        seed: of the training.
        fold: number of the fold; None where there is one split.
    """

    name: str
    seed: int
    fold: int | None = None


def names(config: AnyConfig) -> dict[str, Any]:
    """By its name, what each embedding of a config is trained with: settings that are of it alone.

    The reference is named after its kind. Where it begins with vectors it is named after its mode, and so are
    the modes beside it.
    """
    if isinstance(config, Study):
        return _named(config)
    transfer = config.transfer
    name = transfer.mode if transfer.vectors else codec.kind_name(config.embedding)
    while name in config.rivals:
        name += "-reference"
    own = dataclasses.replace(config, rivals={}, transfer=transfer.alone(transfer.mode))
    beside = {mode: dataclasses.replace(own, transfer=transfer.alone(mode)) for mode in transfer.beside}
    drawn = dataclasses.replace(own, transfer=Transfer())
    rivals = {name: dataclasses.replace(drawn, embedding=spec) for name, spec in config.rivals.items()}
    return {name: own, **beside, **rivals}


def _named(config: Study) -> dict[str, Study]:
    name = codec.kind_name(config.embedding)
    while name in config.rivals:
        name += "-reference"
    own = {name: config.embedding, **config.rivals}
    return {each: dataclasses.replace(config, embedding=spec, rivals={}) for each, spec in own.items()}


def numbers(config: AnyConfig) -> tuple[int | None, ...]:
    """The folds that are run; a None where there is one split."""
    return config.folds_run or (None,)


def folder(workdir: Path, fold: int | None) -> Path:
    """Where all runs of a fold lie; the workdir itself where there is one split."""
    return workdir if fold is None else workdir / f"fold-{fold}"


def told(fold: int | None, what: str) -> str:
    """A run's name for its progress, with its fold's before it.

    Example:
        >>> told(3, "majority"), told(None, "majority")
        ('fold 3 · majority', 'majority')
    """
    return what if fold is None else f"fold {fold} · {what}"


def runs(config: AnyConfig) -> Iterator[Run]:
    """Every training of a config's embeddings, in order."""
    for fold in numbers(config):
        for name in names(config):
            for seed in config.seeds:
                yield Run(name, seed, fold)


def run_directory(workdir: Path, config: AnyConfig, run: Run) -> RunDirectory:
    """Where a run lies: the workdir itself if it is the only one."""
    alone = len(names(config)) == len(config.seeds) == 1 and config.folds < 2
    if alone:
        return RunDirectory(workdir)
    return RunDirectory(folder(workdir, run.fold) / run.name / f"seed-{run.seed}")


def run_directories(workdir: Path, config: AnyConfig) -> dict[Run, RunDirectory]:
    """Where every run lies."""
    return {run: run_directory(workdir, config, run) for run in runs(config)}
