"""What is learnt of a text: its class, its labels, a value."""

from experiments.tasks.base import Headline, Linear, Metric, Reader, Task
from experiments.tasks.classes import CLASSES, Classes

__all__ = ["CLASSES", "Classes", "Headline", "Linear", "Metric", "Reader", "Task"]
