"""Tracks of landmarks in video: their frames as the words of a codebook, or direct, and their class."""

from typing import Any


def __getattr__(name: str) -> Any:
    if name != "APPLICATION":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from experiments.video.application import APPLICATION  # here: all that it imports takes seconds

    return APPLICATION
