"""Progress on a terminal: bars that are redrawn, however narrow it is."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn
from rich.progress import Progress as RichBars

from experiments.reports.progress_base import (
    Clock,
    Progress,
    RunProgress,
    in_short,
    in_words,
    time_left,
)

_BAR, _NARROW_BAR = 16, 8
#: Columns of the terminal below which the bar is a narrow one.
_NARROW = 100


class Bars(Progress):
    """Bars of all runs, and of each at work. What there is no room for is left out, metrics first."""

    def __init__(self, kinds: Sequence[str], console: Console, clock: Clock, bars: RichBars) -> None:
        super().__init__(kinds, console, clock)
        self._bars = bars
        self._whole = bars.add_task("all runs", total=self.total, told="")
        self._at_work: dict[RunProgress, TaskID] = {}

    @classmethod
    @contextlib.contextmanager
    def shown(cls, kinds: Sequence[str], console: Console, clock: Clock) -> Iterator[Bars]:
        """The bars, until the block ends."""
        name = TextColumn("{task.description}", markup=False)
        told = TextColumn("{task.fields[told]}", markup=False)
        bar = BarColumn(_bar_width(console))
        with RichBars(name, bar, told, console=console, transient=True) as bars:
            yield cls(kinds, console, clock, bars)

    @contextlib.contextmanager
    def reading(self, name: str) -> Iterator[Callable[[int, int], None]]:
        """A bar of the parts that are read."""
        bar = self._bars.add_task(f"reading {name}", total=None, told="")

        def tell(done: int, parts: int) -> None:
            told = f"{done}/{parts}"
            self._bars.update(bar, completed=done, total=parts, told=told, refresh=True)

        yield tell
        self._bars.remove_task(bar)

    def begin(self, run: RunProgress) -> None:
        """A bar of its own, until it is done."""
        name = _cut(run.name, self.console.width // 3)
        steps = max(run.steps, 1)
        self._at_work[run] = self._bars.add_task(name, total=steps, completed=run.start, told="")

    def show(self, run: RunProgress) -> None:
        """Moves the run's bar and that of all; what is told beside them fits the terminal as it is now."""
        if run in self._at_work:
            name = max(cell_len(task.description) for task in self._bars.tasks)
            room = (
                self.console.width - name - _bar_width(self.console) - 2
            )  # a space at either side of the bar
            self._bars.update(self._at_work[run], completed=run.step, told=fitted(run, room))
        self._tell_whole(time_left(self.left(run)))

    def finish(self, run: RunProgress, summary: str) -> None:
        """Takes the run's bar away, and leaves a line."""
        if run in self._at_work:
            self._bars.remove_task(self._at_work.pop(run))
        super().finish(run, summary)
        self._tell_whole("")

    def fail(self, name: str, why: str) -> None:
        """Takes away the bar of the run that was started last, and leaves a line."""
        if self._at_work:
            self._bars.remove_task(self._at_work.popitem()[1])
        super().fail(name, why)

    def _tell_whole(self, left: str) -> None:
        completed = self._finished + sum(run.part for run in self._at_work)
        self._bars.update(
            self._whole, total=self.total, completed=completed, told=f"{self._finished}/{self.total}{left}"
        )


def fitted(run: RunProgress, room: int) -> str:
    """What is told of a run in so many columns: its step and the time left, then what there is room for.

    The speed goes before the metrics, of which the last is the task's own.

    Args:
        run: of which it is told.
        room: columns.
    """
    speed = [f"{in_short(run.tokens)} tok/s"] if run.tokens else []
    metrics = [in_words(name, value) for name, value in run.metrics.items()]
    told = f"{run.step}/{run.steps}{time_left(run.left)}"
    for part in speed + metrics[-1:] + metrics[:-1]:
        if cell_len(f"{told}, {part}") <= room:
            told = f"{told}, {part}"
    return told


def _bar_width(console: Console) -> int:
    return _BAR if console.width >= _NARROW else _NARROW_BAR


def _cut(name: str, room: int) -> str:
    return name if cell_len(name) <= room else f"{set_cell_size(name, room - 1).rstrip()}…"
