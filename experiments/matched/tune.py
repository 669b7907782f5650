"""One cell on one split: each rate with the first seed, then the best of them with the others."""

from __future__ import annotations

import dataclasses
import functools
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from experiments.comparisons.single import Prepared, prepare, run_one
from experiments.documents.material import Material
from experiments.errors import Diverged, Mistake
from experiments.matched.cells import Cell
from experiments.reports.progress import Progress
from experiments.runs import extension, layout
from experiments.runs.checkpoints import Checkpoints
from experiments.runs.outcome import told
from experiments.runs.run import RunDirectory, differences
from experiments.settings import codec
from experiments.training.lexicon import lexicon

_CHECKPOINTS = "checkpoints"


@dataclasses.dataclass(frozen=True)
class Trial:
    """A rate that was tried.

    Attributes:
        rate: the learning rate.
        score: of the validation rows, by the task's headline; None where the training failed.
        loss: of the same.
        steps: of the best evaluation.
        reason: why it failed; empty where it did not.
    """

    rate: float
    score: float | None
    loss: float | None
    steps: int | None
    reason: str = ""


@dataclasses.dataclass(frozen=True)
class Tuned:
    """What came of a cell on one split.

    Attributes:
        fold: its number; None where there is one split.
        trials: in the order of their rates.
        chosen: place of the best trial; None where none came to anything.
        runs: those with the chosen rate, a seed each.
        reason: why there is no result; empty where there is one.
    """

    fold: int | None
    trials: tuple[Trial, ...]
    chosen: int | None
    runs: tuple[RunDirectory, ...]
    reason: str = ""

    @property
    def rate(self) -> float | None:
        """The chosen rate."""
        return None if self.chosen is None else self.trials[self.chosen].rate

    @property
    def edge(self) -> str:
        """Where a rate beyond those tried might be better: "lowest" or "highest", empty within."""
        return "" if self.chosen is None else edge(self.trials, self.chosen)


def best(trials: Sequence[Trial]) -> int | None:
    """The place of the best trial: the greatest score on validation, of equal ones the least loss.

    Example:
        >>> best([Trial(0.1, 0.8, 0.5, 100), Trial(0.2, 0.8, 0.4, 100), Trial(0.3, None, None, None, "nan")])
        1
    """
    made = [place for place, trial in enumerate(trials) if trial.score is not None]
    return max(made, key=lambda place: (trials[place].score, -(trials[place].loss or 0.0)), default=None)


def edge(trials: Sequence[Trial], chosen: int) -> str:
    """Whether a rate beyond those tried might be better than the chosen one; where it failed, none is there.

    Example:
        >>> found = [Trial(0.1, 0.7, 0.5, 100), Trial(0.2, 0.8, 0.4, 100)]
        >>> edge(found, 1), edge([*found, Trial(0.4, None, None, None, "the loss became nan")], 1)
        ('highest', '')
    """
    rate = trials[chosen].rate
    if len(trials) > 1 and rate == min(trial.rate for trial in trials):
        return "lowest"
    return "highest" if rate == max(trial.rate for trial in trials) else ""


class Tuning:
    """Runs the trainings of one cell on one split; what they read alike is made once, and only if needed."""

    def __init__(self, workdir: Path, cell: Cell, material: Material, progress: Progress) -> None:
        self._workdir, self._cell, self._material, self._progress = workdir, cell, material, progress

    def run(self, rates: Sequence[float], seeds: Sequence[int]) -> Tuned:
        """Trains what is not finished.

        Args:
            rates: to be tried, with the first seed.
            seeds: of the trainings at the best rate.

        Raises:
            RunFailure: a run fails by something else than its rate, a full disk say, or a finished one is
                damaged.
        """
        trials = tuple(self._trial(rate, seeds[0]) for rate in rates)
        chosen, fold = best(trials), self._material.fold
        if chosen is None:
            for seed in seeds[1:]:
                self._progress.skip(
                    f"{self._told(rates[0])} · seed {seed}", "no rate came to a result", "not run"
                )
            return Tuned(fold, trials, None, (), f"every rate failed: {trials[0].reason}")
        rate = trials[chosen].rate
        if not (self._directory(rate, seeds[0]).path / _CHECKPOINTS).exists():
            trials = (*trials[:chosen], self._again(rate, seeds[0]), *trials[chosen + 1 :])
        runs = tuple(self._directory(rate, seed) for seed in seeds)
        ended = [(seeds[0], trials[chosen].reason)]
        for seed in seeds[1:]:
            if not ended[-1][1]:
                ended.append((seed, self._train(rate, seed)[1]))
        self._tidy(rates, rate, seeds[0])
        seed, reason = ended[-1]
        why = f"seed {seed} failed at rate {rate:g}: {reason}" if reason else ""
        return Tuned(fold, trials, chosen, runs, why)

    def _trial(self, rate: float, seed: int) -> Trial:
        summary, reason = self._train(rate, seed)
        if summary is None:
            return Trial(rate, None, None, None, reason)
        valid, key = summary["valid"], self._material.config.task.headline.key
        return Trial(rate, valid[key], valid["loss"], summary["best_step"])

    def _again(self, rate: float, seed: int) -> Trial:
        """Trains once more at a rate whose checkpoints were taken, when another was chosen: it is to load."""
        self._directory(rate, seed).reopen()
        self._progress.more()
        return self._trial(rate, seed)

    def _train(self, rate: float, seed: int) -> tuple[dict[str, Any] | None, str]:
        """The summary of a training, or else why it failed; one of both that lies there is read."""
        directory, name, task = (
            self._directory(rate, seed),
            self._told(rate),
            self._material.config.task,
        )
        config = self._cell.config(self._material.config, rate, seed, self._material.fold)
        self._claim(directory, codec.encode(config))
        summary = directory.finished(config.train.steps)
        failed = directory.read(layout.FAILED)
        if failed is not None:
            self._progress.skip(f"{name} · seed {seed}", failed["reason"], "failed before")
            return None, failed["reason"]
        if summary is not None:
            directory.verify()
            Checkpoints(directory.path / _CHECKPOINTS, create=False).verify()
            self._progress.skip(f"{name} · seed {seed}", told(summary, task))
            return summary, ""
        directory.reopen()
        own = dataclasses.replace(self._material, config=config)
        prepared = dataclasses.replace(self._prepared, material=own)
        try:
            return run_one(directory, prepared, name, seed, self._progress), ""
        except Diverged as error:
            reason = str(error).partition(";")[0]
            directory.write(layout.FAILED, {"reason": reason})
            self._progress.fail(f"{name} · seed {seed}", reason)
            return None, reason

    def _claim(self, directory: RunDirectory, config: dict[str, Any]) -> None:
        """Refuses settings other than those that a run was begun with, in words of the comparison's file."""
        old = directory.read("config.json")
        different = [] if old is None else differences(extension.extended(old, config), config)
        if different:
            raise Mistake(
                f"--workdir {self._workdir}: its runs on {self._cell.data} were begun with other settings "
                f"({', '.join(different[:5])}). Put these back in the comparison's file, or give another "
                "--workdir; only seeds, rates, budgets, kinds, data sets and more steps may come in."
            )
        directory.claim(config)

    @functools.cached_property
    def _prepared(self) -> Prepared:
        own = self._cell.config(self._material.config, 1.0, 0, self._material.fold)
        material = dataclasses.replace(self._material, config=own)
        return prepare(lexicon(own.embedding, material, self._cell.name), material)

    def _directory(self, rate: float, seed: int) -> RunDirectory:
        return self._cell.directory(self._workdir, rate, seed, self._material.fold)

    def _told(self, rate: float) -> str:
        """The training's name, but for its seed."""
        return f"{self._cell.data} · {layout.told(self._material.fold, self._cell.name)} · rate {rate:g}"

    def _tidy(self, rates: Sequence[float], chosen: float, seed: int) -> None:
        """Takes the checkpoints of rates that were not chosen: they are most of what a run weighs."""
        for rate in rates:
            if rate != chosen:
                folder = self._directory(rate, seed).path / _CHECKPOINTS
                shutil.rmtree(folder, ignore_errors=True)
