"""Genes: sequences of DNA as words of k letters, and what they are classes of."""

from typing import Any


def __getattr__(name: str) -> Any:
    if name != "APPLICATION":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from experiments.genes.application import APPLICATION  # here: all that it imports takes seconds

    return APPLICATION
