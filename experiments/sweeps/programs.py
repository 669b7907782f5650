"""The programs that a sweep runs: what a trial of each is, what may decide, and what its run came to."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from embedlab.checks import require
from experiments.config import Config
from experiments.errors import Mistake, mistakes
from experiments.pretraining import Pretraining
from experiments.reports.telling import telling
from experiments.settings.schema import did_you_mean

_LESS = ("loss", "error", "rmse", "mae", "ece", "cost")  # of a metric that is the better the less it is


class Program(ABC):
    """A program, as a sweep knows it.

    Attributes:
        name: of its module in `experiments`.
        kind: the class of its configs.
        split: the lines of `metrics.jsonl` that a trial is judged by.
    """

    name: str
    kind: type
    split: str

    @abstractmethod
    def alone(self, config: Any, seeds: int = 1) -> Any:
        """The config with one training for each of its first seeds, and nothing a search has no use for.

        Raises:
            ValueError: it has fewer seeds.
        """

    @abstractmethod
    def runs(self, config: Any) -> int:
        """How many runs a trial of this config is."""

    @abstractmethod
    def require(self, config: Any, fields: Collection[str]) -> None:
        """Requires what all trials read, or each would fail alike, and be recorded so for good.

        Args:
            config: the base.
            fields: that trials have in other ways.

        Raises:
            Mistake: it is not there, or can't be read.
        """

    @abstractmethod
    def metrics(self, config: Any) -> list[str]:
        """The names of what may decide, the one that is meant by default first."""

    @abstractmethod
    def run(self, config: Any, folder: Path) -> list[Any]:
        """Runs it, or goes on with it; returns the summaries of its runs."""

    @abstractmethod
    def value(self, summary: Mapping[str, Any], metric: str) -> Any:
        """What decides, of a finished run."""


class Classify(Program):
    """`experiments.classify`: judged on validation rows."""

    name, kind, split = "classify", Config, "valid"

    def alone(self, config: Config, seeds: int = 1) -> Config:
        require_seeds(config.seeds, seeds)
        transfer = dataclasses.replace(config.transfer, beside=())
        return dataclasses.replace(
            config,
            rivals={},
            baselines=False,
            seeds=config.seeds[:seeds],
            only_folds=config.folds_run[:1],
            transfer=transfer,
            quality=dataclasses.replace(config.quality, every=0),
        )

    def require(self, config: Config, fields: Collection[str]) -> None:
        vectors = config.transfer.vectors
        if vectors and not _any_of("transfer", fields) and not Path(vectors).exists():
            raise Mistake(f"transfer.vectors={vectors!r}: it is not there; give a file of vectors")
        if config.stream or _any_of("data", fields) or _any_of("task", fields):
            return
        with mistakes(), telling("reading the data") as tell:
            config.data.load(tell, config.task)

    def metrics(self, config: Config) -> list[str]:
        task = config.task
        return list(dict.fromkeys([task.headline.key, *(each.key for each in task.columns), "loss"]))

    def runs(self, config: Config) -> int:
        return len(config.seeds)

    def run(self, config: Config, folder: Path) -> list[Any]:
        from experiments.comparisons import comparison
        from experiments.runs.layout import run_directories

        comparison.run(config, folder, Console(quiet=True))
        return [directory.summary for directory in run_directories(folder, config).values()]

    def value(self, summary: Mapping[str, Any], metric: str) -> Any:
        return summary["valid"].get(metric)


class Pretrain(Program):
    """`experiments.pretrain`: judged by published similarities of words."""

    name, kind, split = "pretrain", Pretraining, "similarity"

    def alone(self, config: Pretraining, seeds: int = 1) -> Pretraining:
        require(seeds == 1, "seeds", seeds, "a pretraining has one")
        return config

    def runs(self, config: Pretraining) -> int:
        return 1

    def require(self, config: Pretraining, fields: Collection[str]) -> None:
        if not _any_of("corpus", fields):
            with mistakes("corpus"):
                config.corpus.files()

    def metrics(self, config: Pretraining) -> list[str]:
        from experiments.intrinsic.sets import read_sets

        if not config.quality.times:
            raise Mistake(
                "quality.times=0: nothing is asked of the vectors that could decide; give one or more"
            )
        with mistakes("quality"):
            return list(read_sets(config.quality.similarity or None, analogies=()).similarity)

    def run(self, config: Pretraining, folder: Path) -> list[Any]:
        from experiments.pretraining.run import run
        from experiments.runs.run import RunDirectory

        run(config, folder, Console(quiet=True))
        return [RunDirectory(folder).summary]

    def value(self, summary: Mapping[str, Any], metric: str) -> Any:
        return summary["similarity"].get(metric, {}).get("spearman")


_OWN: dict[str, Program] = {program.name: program for program in (Classify(), Pretrain())}


def program_named(name: str) -> Program:
    """The program of this name: one of `experiments`, or an application.

    Raises:
        Mistake: there is none.

    Example:
        >>> program_named("classify").split
        'valid'
    """
    from experiments.study import registry  # here: it is slow to import
    from experiments.sweeps.application import OfApplication

    return _OWN[name] if name in _OWN else OfApplication(registry.application(name))


def program_of(config: Any) -> Program:
    """The program that a config is of.

    Raises:
        Mistake: there is none.

    Example:
        >>> program_of(3)
        Traceback (most recent call last):
        experiments.errors.Mistake: base: got int, expected a config of experiments.classify or pretrain, or
        of an application
    """
    for program in _OWN.values():
        if isinstance(config, program.kind):
            return program
    from experiments.study import registry
    from experiments.sweeps.application import OfApplication

    if (application := registry.application_of(config)) is not None:
        return OfApplication(application)
    known = " or ".join(_OWN)
    raise Mistake(
        f"base: got {type(config).__name__}, expected a config of experiments.{known}, or of an application"
    )


def metric_of(program: Program, config: Any, wanted: str) -> str:
    """The metric that decides.

    Raises:
        Mistake: the program's runs have no such metric.

    Example:
        >>> import embedlab
        >>> metric_of(program_named("classify"), Config(embedlab.Dense(10, 2)), "")
        'accuracy'
    """
    known = program.metrics(config)
    if not known:
        raise Mistake(
            "metric: there is no published set of similarities to judge by; set EMBEDLAB_DATA, or name a "
            "file in quality.similarity"
        )
    if not wanted or wanted in known:
        return wanted or known[0]
    raise Mistake(
        f"metric={wanted!r}: expected a metric of the validation rows: {', '.join(known)}"
        f"{did_you_mean(wanted, known)}"
    )


def require_seeds(own: tuple[int, ...], seeds: int) -> None:
    """Requires that a base has as many seeds as each trial is to be trained with."""
    remedy = f"the base's own are {len(own)}; give it as many, or a sweep of fewer"
    require(len(own) >= seeds, "seeds", seeds, remedy)


def _any_of(group: str, fields: Collection[str]) -> bool:
    return any(field.partition(".")[0] == group for field in fields)


def less_is_better(metric: str) -> bool:
    """Whether the name of a metric says so.

    Example:
        >>> less_is_better("log_loss"), less_is_better("mean_rank"), less_is_better("accuracy")
        (True, True, False)
    """
    return metric == "mean_rank" or any(word in _LESS for word in metric.split("_"))
