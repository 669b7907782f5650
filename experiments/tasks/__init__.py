"""What is learnt of a text: its class, its labels, a value."""

from experiments.tasks.base import Linear, Reader, Task
from experiments.tasks.classes import CLASSES, Classes
from experiments.tasks.judge import Headline, Judge, Metric
from experiments.tasks.labels import Labels
from experiments.tasks.value import Value

__all__ = ["CLASSES", "Classes", "Headline", "Judge", "Labels", "Linear", "Metric", "Reader", "Task", "Value"]
