"""What is learnt of a text: its class, its labels, a value; and how predictions of anything are judged."""

from experiments.tasks.base import Linear, Reader, Task
from experiments.tasks.binary import Auc, AveragePrecision
from experiments.tasks.classes import CLASSES, Classes
from experiments.tasks.judge import Headline, Judge, Metric
from experiments.tasks.labels import Labels
from experiments.tasks.ranks import Ranks
from experiments.tasks.rmse import Rmse
from experiments.tasks.top import TopK
from experiments.tasks.value import Value

__all__ = [
    "CLASSES",
    "Auc",
    "AveragePrecision",
    "Classes",
    "Headline",
    "Judge",
    "Labels",
    "Linear",
    "Metric",
    "Ranks",
    "Reader",
    "Rmse",
    "Task",
    "TopK",
    "Value",
]
