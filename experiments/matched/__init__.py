"""Embeddings of several kinds at the same trainable bytes, each with a rate of its own."""

from experiments.matched.comparison import Comparison, Solve

__all__ = ["Comparison", "Solve"]
