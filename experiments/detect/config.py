"""The config of a detector.

Source: the fields are the project's own.
"""

from __future__ import annotations

import dataclasses
from typing import Literal, get_args

from embedlab.checks import require
from experiments.checks import MOST, require_bool, require_choice, require_counts, require_probability
from experiments.config import Study
from experiments.study.tabular.decisions import Costs
from experiments.study.tabular.rows import TableData
from experiments.study.tabular.wording import Wording
from experiments.tasks import Auc, AveragePrecision, Judge

Metric = Literal["auc", "average_precision"]
Learns = Literal["normal", "mixed"]
Score = Literal["surprise", "largest", "neighbours", "gaussian"]


@dataclasses.dataclass(frozen=True)
class EventData(TableData):
    """Events, with a column that says which of them are unusual.

    Attributes:
        normal: values of the target that usual events have; every other is an anomaly. None of them for the
            most frequent value.
        distinct: whether of rows that are equal, in all columns and the target, only the first is kept.

    Raises:
        ValueError: as `TableData`; `distinct` that is no bool.

    Example:
        >>> EventData(path="log.csv", target="label", normal=("ok",)).distinct
        True
    """

    normal: tuple[str, ...] = ()
    distinct: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        require_bool("distinct", self.distinct)
        remedy = "name the usual values as data.normal; every other is an anomaly"
        require(not self.positive, "positive", self.positive, remedy)


@dataclasses.dataclass(frozen=True)
class Form:
    """How a column is expected from others.

    Attributes:
        hidden: numbers between a row's vectors and what is expected.
        others: whether a column is expected from the others alone; else from all, through the hidden
            numbers as a bottleneck, as in an autoencoder.
        corrupted: probability in [0, 1) that a column is hidden from what is expected, in training, as in a
            denoising autoencoder.

    Raises:
        ValueError: a count below 1, a switch that is no bool, or a probability outside [0, 1).

    Example:
        >>> Form(hidden=32).others
        True
    """

    hidden: int = 64
    others: bool = True
    corrupted: float = 0.1

    def __post_init__(self) -> None:
        require_counts(self, MOST, "hidden")
        require_bool("others", self.others)
        require_probability("corrupted", self.corrupted)


@dataclasses.dataclass(frozen=True)
class Detect(Study):
    """A study of unusual events.

    Attributes:
        data: the events.
        words: how values become words; crosses are not expected, and so are refused.
        form: how columns are expected from each other.
        learns: from which training rows: normal ones alone, or mixed, whatever they are.
        score: of how unusual an event is: surprise, the mean of its columns'; largest, that of the most
            surprising column; neighbours, the distance to the nearest training rows by their hidden
            numbers; gaussian, the distance to the mean of all, in units of their spread.
        neighbours: how many-th nearest one's distance it is.
        kept_rows: training rows that distances are taken to, at most.
        values: of a column that are expected, at most; the most frequent, the others are unknown together.
        metric: what decides: auc or average_precision.
        costs: of mistakes, for the threshold.
        batch_rows: rows that are scored at once.

    Raises:
        ValueError: as `Study`; a choice that there is not, or crosses.
    """

    data: EventData = EventData()
    words: Wording = Wording()
    form: Form = Form()
    learns: Learns = "normal"
    score: Score = "surprise"
    neighbours: int = 5
    kept_rows: int = 5000
    values: int = 1000
    metric: Metric = "auc"
    costs: Costs = Costs()
    batch_rows: int = 2048

    def __post_init__(self) -> None:
        super().__post_init__()
        kinds = {"data": EventData, "words": Wording, "form": Form, "costs": Costs}
        for field, kind in kinds.items():
            value = getattr(self, field)
            require(isinstance(value, kind), field, value, f"give an instance of {kind.__name__}")
        for field, choices in {"learns": Learns, "score": Score, "metric": Metric}.items():
            require_choice(field, getattr(self, field), get_args(choices))
        require_counts(self, MOST, "neighbours", "kept_rows", "values", "batch_rows")
        remedy = "pairs of columns are not expected here; leave them out"
        require(not self.words.crosses, "words.crosses", self.words.crosses, remedy)

    @property
    def judge(self) -> Judge:
        """How scores are judged."""
        kind = Auc if self.metric == "auc" else AveragePrecision
        missed, false_alarm = self.costs.missed, self.costs.false_alarm
        return kind(missed=missed, false_alarm=false_alarm, probabilities=False, decides=True)
