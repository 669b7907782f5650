"""One line of the table that a comparison ends in."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Mapping

from experiments.reports.bootstrap import Interval
from experiments.reports.mcnemar import Discordant


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the table: an embedding over its seeds, or a baseline.

    Attributes:
        name: its name.
        kind: "embedding", or "baseline" for what it is measured against.
        score: the mean score on the test rows: the headline of the task (accuracy, of classes), in parts of
            1, or minus it where less is better.
        metrics: the task's other metrics by name, means over seeds; those that are undefined in none of them.
        difference: score minus the reference's, paired by row; None for the reference itself.
        parameters: trained numbers.
        trainable_bytes: their bytes.
        index_bytes: bytes of buffers that can be computed from the words.
        seconds: of preparing and training one, with compilation and evaluations, mean over seeds.
        seeds: with how many it was trained; None where no chance is in it.
        over: score minus that of other embeddings and of the baselines, paired by row, by their names.
        mcnemar: where it differs from them; of those that have one seed, as it has itself.
        vectors: how many vectors of its width the trained numbers would make; None if not known, or if it
            holds no embedding.
        improving: runs whose best step was their last, so that more steps might have done better.
        by_fold: score on the rows of each fold; empty where there is one split.

    Example:
        >>> score = Interval(0.2, 0.18, 0.22)
        >>> Row("majority", "baseline", score, {"macro_f1": 0.04}, None, 0, 0, 0, 0.0, None).is_baseline
        True

    Source: none; the columns are this experiment's own.
    """

    name: str
    kind: str
    score: Interval
    metrics: Mapping[str, float]
    difference: Interval | None
    parameters: int
    trainable_bytes: int
    index_bytes: int
    seconds: float
    seeds: int | None
    over: Mapping[str, Interval] = dataclasses.field(default_factory=dict)
    mcnemar: Mapping[str, Discordant] = dataclasses.field(default_factory=dict)
    vectors: int | None = None
    improving: int = 0
    by_fold: tuple[float, ...] = ()

    @property
    def runs(self) -> int:
        """How many trainings it is of."""
        return (self.seeds or 1) * max(1, len(self.by_fold))

    @property
    def over_folds(self) -> tuple[float, float] | None:
        """Mean and standard deviation of the score over folds, as papers give them; None below two folds."""
        if len(self.by_fold) < 2:
            return None
        return statistics.mean(self.by_fold), statistics.stdev(self.by_fold)

    @property
    def is_baseline(self) -> bool:
        """Whether it is there to be measured against."""
        return self.kind == "baseline"
