"""What came of a comparison: accuracies, paired differences to the reference, and verdicts."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from experiments.documents.material import Material, whole
from experiments.matched.cells import Cell
from experiments.matched.comparison import Comparison
from experiments.matched.difference import Difference, difference
from experiments.matched.holm import holm
from experiments.matched.tune import Tuned
from experiments.matched.verdict import verdict
from experiments.reports.bootstrap import LEVEL, Interval, mean_interval
from experiments.runs.outcome import scores
from experiments.runs.results import seconds
from experiments.tasks import Headline


@dataclasses.dataclass(frozen=True)
class Made:
    """What was run of a cell.

    Attributes:
        cell: which.
        tuned: what came of it, on each fold; on one split one.
    """

    cell: Cell
    tuned: tuple[Tuned, ...]

    @property
    def reason(self) -> str:
        """Why there is no result; empty where there is one."""
        return next((each.reason for each in self.tuned if each.reason), "")

    @property
    def summaries(self) -> list[dict[str, Any]]:
        """Those of the runs with the chosen rate."""
        found = [run.summary for each in self.tuned for run in each.runs]
        return [summary for summary in found if summary is not None]

    @property
    def trainable_bytes(self) -> int:
        """Of the runs, means over folds; as planned where there is no result."""
        return self.cell.solved.bytes.trainable if self.reason else round(self.mean("trainable_bytes"))

    @property
    def index_bytes(self) -> int:
        """The same of index buffers, which other words of other folds make larger or smaller."""
        return self.cell.solved.bytes.index if self.reason else round(self.mean("index_bytes"))

    def mean(self, key: str) -> float:
        """The mean over those runs of a number in their summaries."""
        return float(np.mean([summary[key] for summary in self.summaries]))

    @property
    def seconds(self) -> float:
        """Of preparing and training one with the chosen rate, with compilation and evaluations."""
        return float(np.mean(np.array([seconds(summary) for summary in self.summaries], float)))


@dataclasses.dataclass(frozen=True)
class Against:
    """A cell against the reference.

    Attributes:
        interval: of the difference alone, 95 %.
        simultaneous: as wide that all of the comparison hold at once with 95 % (Bonferroni).
        p: of there being no difference.
        p_adjusted: the same, by Holm over all that is tested in the comparison.
        p_margin_adjusted: of a loss of just the headline's margin, one point of a share, adjusted alike.
        verdict: in words.
    """

    interval: Interval
    simultaneous: Interval
    p: float
    p_adjusted: float
    p_margin_adjusted: float
    verdict: str


@dataclasses.dataclass(frozen=True)
class Result:
    """A line of a table.

    Attributes:
        made: the cell, and its runs.
        score: on the test rows; None where it failed.
        against: the reference; None of the reference, and where either failed.
    """

    made: Made
    score: Interval | None
    against: Against | None

    @property
    def verdict(self) -> str:
        """In words; why there is none, where there is none."""
        if self.made.reason:
            return f"failed: {self.made.reason}"
        if self.made.cell.is_reference:
            return "reference"
        return self.against.verdict if self.against else "the reference failed"


@dataclasses.dataclass(frozen=True)
class Found:
    """The results on one data set.

    Attributes:
        data: its name in the comparison.
        title: what its source calls it.
        headline: what the score is.
        test_rows: how many rows it is of.
        test_groups: how many groups of near-duplicates they form.
        folds: in how many parts it was cut; 0 for one split.
        words: words and runs of words of the training text that occur often enough to have a row.
        results: the reference first.
    """

    data: str
    title: str
    headline: Headline
    test_rows: int
    test_groups: int
    folds: int
    words: int
    results: tuple[Result, ...]


def results(
    comparison: Comparison, made: Sequence[Made], materials: Mapping[str, Sequence[Material]]
) -> list[Found]:
    """Judges all cells; p-values are adjusted over the whole comparison.

    Args:
        comparison: what is compared.
        made: its cells.
        materials: by data set.

    Raises:
        RunFailure: predictions of a finished run are missing or damaged.
    """
    scored = [None if each.reason else _scores(each, materials[each.cell.data]) for each in made]
    differences = [
        _difference(each, own, _of_reference(each, made, scored), materials[each.cell.data])
        for each, own in zip(made, scored, strict=True)
    ]
    told = [
        (each, materials[cell.cell.data][0].config.task.headline)
        for each, cell in zip(differences, made, strict=True)
        if each is not None
    ]
    against = iter(_against(told))
    judged = [
        Result(
            each,
            None if own is None else _interval(own, materials[each.cell.data]),
            None if apart is None else next(against),
        )
        for each, own, apart in zip(made, scored, differences, strict=True)
    ]
    return [
        _found(name, folds, [each for each in judged if each.made.cell.data == name])
        for name, folds in materials.items()
    ]


def _found(name: str, folds: Sequence[Material], judged: Sequence[Result]) -> Found:
    together = whole(folds)
    test, config = together.splits.test, together.config
    words = sum(count >= config.text.min_count for count in folds[0].learnt_counts.values())
    groups = len(np.unique(together.dataset.groups[test]))
    cut = config.folds if config.folds_run else 0
    headline = config.task.headline
    return Found(name, together.dataset.name, headline, len(test), groups, cut, words, tuple(judged))


def _scores(made: Made, folds: Sequence[Material]) -> np.ndarray:
    """How well each seed does on each test row, [seeds, rows], one fold's rows after the other's."""
    parts = []
    for tuned, material in zip(made.tuned, folds, strict=True):
        targets = material.dataset.labels[material.splits.test]
        parts.append(np.stack([scores(run, material.config.task, targets) for run in tuned.runs]))
    return np.concatenate(parts, axis=1)


def _groups(folds: Sequence[Material]) -> np.ndarray:
    return np.concatenate([each.dataset.groups[each.splits.test] for each in folds])


def _interval(own: np.ndarray, folds: Sequence[Material]) -> Interval:
    headline = folds[0].config.task.headline
    return mean_interval(own, _groups(folds), least=headline.least, most=headline.most)


def _of_reference(
    made: Made, everything: Sequence[Made], scored: Sequence[np.ndarray | None]
) -> np.ndarray | None:
    pairs = zip(everything, scored, strict=True)
    return next(own for each, own in pairs if each.cell.data == made.cell.data and each.cell.is_reference)


def _difference(
    made: Made, own: np.ndarray | None, reference: np.ndarray | None, folds: Sequence[Material]
) -> Difference | None:
    if made.cell.is_reference or own is None or reference is None:
        return None
    headline = folds[0].config.task.headline
    return difference(own, reference, _groups(folds), least=headline.least, most=headline.most)


def _against(found: Sequence[tuple[Difference, Headline]]) -> list[Against]:
    """Judges all differences together: of each it is asked whether it is none, and whether the margin."""
    zeros = [each.p() for each, _ in found]
    margins = [each.p(-headline.margin) for each, headline in found]
    adjusted = holm([*zeros, *margins])
    level = 1 - (1 - LEVEL) / max(1, len(found))
    return [
        Against(each.interval(), each.interval(level), p, zero, margin, verdict(each, zero, margin, headline))
        for (each, headline), p, zero, margin in zip(
            found, zeros, adjusted[: len(found)], adjusted[len(found) :], strict=True
        )
    ]
