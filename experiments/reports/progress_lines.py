"""Progress where there is no terminal: plain lines without control codes, and not many."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from experiments.reports.progress_base import Progress, RunProgress, in_minutes, time_left

#: Least seconds between two plain lines of one run, those of its start and its ends apart.
PLAIN_EVERY = 5.0


class Lines(Progress):
    """The start and the end of a run and of its training, and between them a line every few seconds."""

    _last = 0.0

    @contextlib.contextmanager
    def reading(self, name: str) -> Iterator[Callable[[int, int], None]]:
        """Tells that data are read, then how far that is."""
        self.print(f"Reading {name} …")
        self._last = self.clock()

        def tell(done: int, parts: int) -> None:
            if self._is_time():
                self.print(f"Reading {name}: {done} of {parts} parts")

        yield tell

    def begin(self, run: RunProgress) -> None:
        """A line that the run starts."""
        self._last = self.clock()
        how = f"resumes at {run.unit} {run.start}" if run.start else "starts"
        of = f", {run.steps} {run.unit}s at most" if run.steps > 1 else ""
        self.print(f"{self.place(run.number)} {run.name}: {how}{of}")

    def show(self, run: RunProgress) -> None:
        """A line on where the run is, unless the last one was just now."""
        if not self._is_time():
            return
        whole = self.left(run)
        both = f", {in_minutes(whole)} for all runs" if whole is not None else ""
        self.print(f"{self.place(run.number)} {run.name}: {run.told}{time_left(run.left)}{both}")

    def _is_time(self) -> bool:
        """Whether the last line is long enough ago; then the next one counts from now."""
        if self.clock() - self._last < PLAIN_EVERY:
            return False
        self._last = self.clock()
        return True
