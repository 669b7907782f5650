"""Embeddings of several kinds at the same trainable bytes, each with a rate of its own."""

from experiments.matched.comparison import Comparison, Solve
from experiments.matched.kinds import KINDS

__all__ = ["KINDS", "Comparison", "Solve"]
