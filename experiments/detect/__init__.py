"""Events that are unlike the others, told by what an embedding of their columns expects."""

from experiments.detect.application import APPLICATION

__all__ = ["APPLICATION"]
