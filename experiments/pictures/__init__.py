"""Pictures: patches as words of a codebook, and what the pictures are classes of."""

from typing import Any


def __getattr__(name: str) -> Any:
    if name != "APPLICATION":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from experiments.pictures.application import APPLICATION  # here: all that it imports takes seconds

    return APPLICATION
