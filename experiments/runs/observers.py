"""Who else is told of the lines of metrics that runs write: nobody, unless it was asked for.

`RunDirectory` tells of all that becomes of a run's metrics, so programs that write a run directory need know
nothing of who listens.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

Line = Mapping[str, Any]


class Observer(Protocol):
    """What is told of runs. A run is known by its folder, and is told of in this order."""

    def begun(self, run: Path, lines: Sequence[Line]) -> None:
        """A run begins, or goes on: of its metrics these lines stand, and all others are void."""

    def line(self, run: Path, line: Line) -> None:
        """A line was written: step, split, name → value."""

    def finished(self, run: Path) -> None:
        """A run's files are all there, but for its summary; or those of something that never `begun`."""

    def close(self) -> None:
        """Nothing more will come."""


_observers: tuple[Observer, ...] = ()


@contextlib.contextmanager
def observed(*observers: Observer) -> Iterator[None]:
    """Within, these are told, in their order, and nobody else; at the end they are closed."""
    global _observers
    before, _observers = _observers, observers
    try:
        yield
    finally:
        _observers = before
        for observer in observers:
            observer.close()


def begun(run: Path, lines: Sequence[Line]) -> None:
    """Tells that a run begins with these lines."""
    for observer in _observers:
        observer.begun(run, lines)


def line(run: Path, values: Line) -> None:
    """Tells of a line."""
    for observer in _observers:
        observer.line(run, values)


def finished(run: Path) -> None:
    """Tells that a run's files are there."""
    for observer in _observers:
        observer.finished(run)
