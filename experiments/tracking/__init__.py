"""Tracking: what runs write, in TensorBoard or Weights & Biases as well, for those who ask for it by flag.

A tracker is an observer of `experiments.runs.observers`, in a file of its own. What it shows can be made anew
of `metrics.jsonl` at any time, so a run needs none, and goes on without one that breaks.
"""

from experiments.tracking.wanted import Wanted

__all__ = ["Wanted"]
