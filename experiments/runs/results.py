"""What came of each embedding and baseline, over its seeds and folds: runs of one name, taken together."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import draccus
import numpy as np

from experiments.errors import Mistake
from experiments.reports.bootstrap import Interval, mean_interval
from experiments.reports.units import in_metric
from experiments.runs.found_run import FINISHED, FoundRun
from experiments.runs.run import RunDirectory
from experiments.runs.targets import Targets, groups_of
from experiments.tasks import CLASSES, Judge, Task, folds

#: Phases in which a run is looked at: no part of what a model costs.
NO_COST = ("inspect", "finish")


@dataclasses.dataclass(frozen=True)
class Result:
    """The runs of one embedding or baseline in one workdir.

    Attributes:
        label: what it is called among the others: its name, with its workdir's where two have the same.
        runs: one a seed and fold; one at least.
    """

    label: str
    runs: tuple[FoundRun, ...]

    @property
    def name(self) -> str:
        """Of the embedding or baseline."""
        return self.runs[0].name

    @property
    def workdir(self) -> Path:
        """Where its runs lie."""
        return self.runs[0].workdir

    @property
    def is_baseline(self) -> bool:
        """Whether it is there to be measured against."""
        return self.runs[0].is_baseline

    @property
    def kind(self) -> str:
        """The type of its embedding; "baseline" where it has none."""
        return kind(self.runs[0])

    @functools.cached_property
    def task(self) -> Judge:
        """How runs of its workdir are judged."""
        return task(self.runs[0])

    @functools.cached_property
    def tested(self) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Its predictions for all test rows, folds one after the other, and what they really are.

        Returns:
            float32 [seeds, rows, outputs]; the targets [rows, …]; the groups, int [rows]. None where a run's
            predictions or targets are missing.
        """
        if self._parts is None:
            return None
        predicted, known = self._parts
        return (
            np.stack([np.concatenate(parts) for parts in predicted]),
            folds.together([each.targets for each in known]),
            groups_of(known),
        )

    @functools.cached_property
    def _parts(self) -> tuple[list[list[np.ndarray]], list[Targets]] | None:
        """The same by seed and fold: the predictions of each seed, and what each fold's rows are."""
        first, *others = ({run.fold: run for run in runs} for runs in self._by_seed.values())
        alike = [first, *(runs for runs in others if runs.keys() == first.keys())]
        targets = {fold: run.targets for fold, run in first.items()}
        known = [each for each in targets.values() if each is not None]
        predicted = [[runs[fold].predictions.get("test") for fold in first] for runs in alike]
        if len(known) < len(first):
            return None
        lengths = [len(each.groups) for each in known]
        whole = [
            [part for part in parts if part is not None]
            for parts in predicted
            if [-1 if part is None else len(part) for part in parts] == lengths
        ]
        return (whole, known) if whole else None

    @functools.cached_property
    def interval(self) -> Interval | None:
        """The headline of its task on the test rows, with the 95 % interval for other rows and seeds.

        By bootstrap over groups of duplicates and seeds, as in the table of a comparison. None where
        predictions or targets are missing.
        """
        scores = self.scores(self.task)
        if scores is None or self._parts is None:
            return None
        headline, groups = self.task.headline, groups_of(self._parts[1])
        least, most = headline.bounds(scores)
        targets = folds.together([each.targets for each in self._parts[1]])
        telling = self.task.telling(targets, groups)
        found = mean_interval(scores, groups, telling=telling, least=least, most=most)
        return in_metric(headline, found)

    def scores(self, judge: Judge) -> np.ndarray | None:
        """The scores of all test rows, float64 [seeds, rows]; None where `tested` is.

        Args:
            judge: by which, for one that is not its task's. Each fold is judged by itself where need be.
        """
        if self._parts is None:
            return None
        predicted, known = self._parts
        targets = [each.targets for each in known]
        return np.stack([folds.scores(judge, parts, targets) for parts in predicted])

    @property
    def counted(self) -> int:
        """Of how many runs the interval is: seeds without the folds or predictions of the first are not."""
        if self.tested is None:
            return 0
        return len(self.tested[0]) * len(next(iter(self._by_seed.values())))

    @property
    def score(self) -> float | None:
        """The headline of its task on the test rows, mean over seeds; without targets, over folds as well."""
        return self.mean("test", self.task.headline.key) if self.interval is None else self.interval.mean

    def mean(self, *keys: str) -> float | None:
        """The mean over runs of a number at these keys of the summaries; None where a run has none."""
        found = [_at(run.summary, keys) for run in self.runs]
        numbers = [value for value in found if isinstance(value, int | float)]
        return float(np.mean(numbers)) if len(numbers) == len(found) else None

    @property
    def seconds(self) -> float | None:
        """What preparing and training one took, mean over runs, without what it was looked at."""
        found = [seconds(run.summary) for run in self.runs]
        return None if None in found else float(np.mean([each for each in found if each is not None]))

    @functools.cached_property
    def _by_seed(self) -> dict[int | None, list[FoundRun]]:
        found: dict[int | None, list[FoundRun]] = {}
        for run in self.runs:
            found.setdefault(run.seed, []).append(run)
        return found


def results(
    runs: Iterable[FoundRun],
    *,
    states: Collection[str] = (FINISHED,),
    pretrained: bool = False,
) -> list[Result]:
    """Runs of some states that are judged on rows, taken together by workdir and name, in the order given.

    Args:
        runs: of `experiments.runs.found`.
        states: those of the runs that count.
        pretrained: whether pretrainings are among them.
    """
    groups: dict[tuple[Path, str], list[FoundRun]] = {}
    for run in runs:
        if (run.is_judged or (pretrained and run.program == "pretrain")) and run.state in states:
            groups.setdefault((run.workdir, run.name), []).append(run)
    labels = _labels(list(groups))
    return [Result(labels[key], tuple(each)) for key, each in groups.items()]


def _labels(keys: Sequence[tuple[Path, str]]) -> Mapping[tuple[Path, str], str]:
    """Names, with as much of their workdirs before them as tells them apart."""
    names = [name for _, name in keys]
    return {
        (workdir, name): name if names.count(name) == 1 else f"{_short(workdir, keys)}: {name}"
        for workdir, name in keys
    }


def _short(workdir: Path, keys: Sequence[tuple[Path, str]]) -> str:
    others = {other for other, _ in keys} - {workdir}
    for length in range(1, len(workdir.parts)):
        tail = workdir.parts[-length:]
        if all(other.parts[-length:] != tail for other in others):
            return "/".join(tail)
    return str(workdir)


def kind(run: FoundRun) -> str:
    """The type of a run's embedding; "baseline" where it has none, or is there to be measured against."""
    embedding = run.config.get("embedding")
    if run.is_baseline or not isinstance(embedding, dict):
        return "baseline" if run.is_baseline else ""
    return str(embedding.get("type", ""))


def task(run: FoundRun) -> Judge:
    """How a run's workdir is judged; classes where a config says nothing, or can't be read.

    Raises:
        Mistake: it is of an application that there is not, or that refuses its config.
    """
    try:
        config = RunDirectory(run.workdir).read("config.json") or {}
    except Mistake:
        return CLASSES
    if "application" in config:
        return _judge(run.workdir, config)
    try:
        return draccus.decode(Task, config["task"])
    except (KeyError, ValueError, draccus.utils.DecodingError):
        return CLASSES


def _judge(workdir: Path, config: dict[str, Any]) -> Judge:
    from experiments.study import registry  # here: whoever reads other runs need not wait for it

    application, decoded = registry.decode_run(workdir / "config.json", config)
    return application.judge(decoded)


def seconds(summary: Mapping[str, Any]) -> float | None:
    """What a run took by its summary, without what it was looked at; None where it says nothing."""
    found = summary.get("seconds")
    if isinstance(found, dict):
        return float(found["total"] if "total" in found else sum(_costs(found)))
    return float(found) if isinstance(found, int | float) else None


def _costs(phases: Mapping[str, float]) -> list[float]:
    return [took for phase, took in phases.items() if phase not in NO_COST]


def _at(value: Any, keys: Sequence[str]) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
