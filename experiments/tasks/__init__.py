"""What is learnt of a text: its class, its labels, a value."""

from experiments.tasks.base import Headline, Linear, Metric, Reader, Task
from experiments.tasks.classes import CLASSES, Classes
from experiments.tasks.labels import Labels
from experiments.tasks.value import Value

__all__ = ["CLASSES", "Classes", "Headline", "Labels", "Linear", "Metric", "Reader", "Task", "Value"]
