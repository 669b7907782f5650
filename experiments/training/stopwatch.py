"""Seconds by phase."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping


class Stopwatch:
    """Adds up the seconds that each phase took.

    Attributes:
        seconds: phase → seconds so far.

    Example:
        >>> watch = Stopwatch({"train": 60.0})   # of an earlier time
        >>> with watch("train"):
        ...     pass
        >>> round(watch.seconds["train"])
        60
    """

    def __init__(self, seconds: Mapping[str, float] | None = None) -> None:
        self.seconds: dict[str, float] = dict(seconds or {})

    def add(self, seconds: Mapping[str, float]) -> None:
        """Adds seconds that were counted elsewhere."""
        for phase, more in seconds.items():
            self.seconds[phase] = self.seconds.get(phase, 0.0) + more

    @contextlib.contextmanager
    def __call__(self, phase: str) -> Iterator[None]:
        """Counts what happens within towards a phase."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.add({phase: time.perf_counter() - started})
