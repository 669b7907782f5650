"""A tracker that can't cost a run: what it raises is told once, and it hears no more."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from experiments.runs.observers import Line, Observer


class Guarded:
    """Another observer, until it breaks."""

    def __init__(self, observer: Observer, name: str, tell: Callable[[str], None]) -> None:
        """Takes the observer.

        Args:
            observer: what is told of the runs.
            name: what it is called.
            tell: called with a paragraph where it breaks.
        """
        self._observer: Observer | None = observer
        self._name, self._tell = name, tell

    def begun(self, run: Path, lines: Sequence[Line]) -> None:
        """See `Observer`."""
        with self._heard() as observer:
            if observer:
                observer.begun(run, lines)

    def line(self, run: Path, line: Line) -> None:
        """See `Observer`."""
        with self._heard() as observer:
            if observer:
                observer.line(run, line)

    def finished(self, run: Path) -> None:
        """See `Observer`."""
        with self._heard() as observer:
            if observer:
                observer.finished(run)

    def close(self) -> None:
        """See `Observer`."""
        with self._heard() as observer:
            if observer:
                observer.close()

    @contextlib.contextmanager
    def _heard(self) -> Iterator[Observer | None]:
        observer = self._observer
        try:
            yield observer
        except Exception as error:  # of whatever kind a library's errors are; a stop of the program is none
            self._observer = None
            what = str(error).strip().partition("\n")[0] or type(error).__name__
            self._tell(
                f"{self._name} failed ({what}) and hears no more of this run, which goes on; the next start "
                "of the same command that has something to do tells it all again."
            )
            if observer:
                with contextlib.suppress(Exception):
                    observer.close()
