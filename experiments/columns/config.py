"""The config of a table's columns.

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
from experiments.tasks import Auc, AveragePrecision, Classes, Judge

Metric = Literal["auc", "average_precision", "accuracy"]


@dataclasses.dataclass(frozen=True)
class Form:
    """From the vectors of a row's columns to one number an output.

    Attributes:
        hidden: widths of the layers between; none for a linear form of the vectors.
        linear: whether a linear form of the vectors is added to what the layers give.
        factorised: whether the products of all pairs of columns' vectors are added, crosses aside: those of
            a factorisation machine, one weight a component and output.
        dropout: probability in [0, 1) that a number is dropped in training, of each layer's input.

    Raises:
        ValueError: a width below 1, a switch that is no bool, or a probability outside [0, 1).

    Example:
        >>> Form(hidden=(64, 32), factorised=True).linear
        True
    """

    hidden: tuple[int, ...] = (64,)
    linear: bool = True
    factorised: bool = False
    dropout: float = 0.0

    def __post_init__(self) -> None:
        for width in self.hidden:
            require(isinstance(width, int) and 0 < width < 2**20, "hidden", width, "give widths from 1 on")
        require_bool("linear", self.linear)
        require_bool("factorised", self.factorised)
        require_probability("dropout", self.dropout)
        some = bool(self.hidden) or self.linear or self.factorised
        remedy = "without hidden layers and products nothing is left; leave it true"
        require(some, "linear", self.linear, remedy)


@dataclasses.dataclass(frozen=True)
class Columns(Study):
    """A study of a table: one column is told from the others.

    In training, `train.dropout.words` is the share of values that are taken for unknown, so that `COLUMN=?`
    is learnt beside what rare values make of it; `train.dropout.components` drops components of vectors.

    Attributes:
        data: the table, and which column is what.
        words: how values become words.
        form: from vectors to outputs.
        task: how classes are learnt; `task.balance` and `task.weights` make up for rare ones.
        metric: what decides: auc or average_precision of two classes, or accuracy of any number.
        costs: of mistakes, for the threshold.
        batch_rows: rows that are predicted at once.

    Raises:
        ValueError: as `Study`; a metric that there is not.
    """

    data: TableData = TableData()
    words: Wording = Wording()
    form: Form = Form()
    task: Classes = Classes()
    metric: Metric = "auc"
    costs: Costs = Costs()
    batch_rows: int = 4096

    def __post_init__(self) -> None:
        super().__post_init__()
        kinds = {"data": TableData, "words": Wording, "form": Form, "task": Classes, "costs": Costs}
        for field, kind in kinds.items():
            value = getattr(self, field)
            require(isinstance(value, kind), field, value, f"give an instance of {kind.__name__}")
        require_choice("metric", self.metric, get_args(Metric))
        require_counts(self, MOST, "batch_rows")

    @property
    def judge(self) -> Judge:
        """How predictions are judged."""
        if self.metric == "accuracy":
            return self.task
        kind = Auc if self.metric == "auc" else AveragePrecision
        missed, false_alarm = self.costs.missed, self.costs.false_alarm
        return kind(missed=missed, false_alarm=false_alarm, decides=True)
