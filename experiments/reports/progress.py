"""How far a comparison is: bars on a terminal, plain lines elsewhere, with the same information."""

from __future__ import annotations

import contextlib
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import IO

from rich.console import Console, RenderableType
from rich.progress import BarColumn, TaskID, TextColumn
from rich.progress import Progress as Bars

#: Columns of what is printed where there is no terminal whose width would be known.
PLAIN_WIDTH = 100
#: Least seconds between two plain lines of one run, its first and last apart.
PLAIN_EVERY = 5.0

Clock = Callable[[], float]


def open_console(file: IO[str] | None = None) -> Console:
    """A console for results: as wide as the terminal, or 100 columns where there is none.

    Args:
        file: where to write; standard output by default.

    Returns:
        The console.

    Example:
        >>> import io
        >>> open_console(io.StringIO()).width
        100

    Source: rich takes 80 columns where there is no terminal, too few for the table of a comparison.
    """
    console = _Console(file=file or sys.stdout)
    return console if console.is_terminal else _Console(file=file or sys.stdout, width=PLAIN_WIDTH)


class _Console(Console):
    """Lets the program end where its reader has gone away, instead of ending it in the middle."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


class RunProgress:
    """One run of a comparison; made by `Progress.run`."""

    def __init__(self, whole: Progress, name: str, number: int, steps: int, start: int) -> None:
        self.name, self.number, self.steps, self.start = name, number, steps, start
        self.step = start
        self.metrics: dict[str, float] = {}
        self.tokens: float | None = None
        self.began = whole.clock()
        self._whole = whole
        self._pace_from: tuple[int, float] | None = None  # step and time, once all is compiled

    def update(self, step: int, **metrics: float) -> None:
        """Tells of a step, with the latest metrics by name; what is not named again keeps its value."""
        self.step = step
        self.metrics |= metrics
        self._whole.show(self)

    def fast(self, tokens: float | None) -> None:
        """Tells how many tokens a second the steps take, None if it is not known; shown with what is next."""
        self.tokens = tokens

    def compiled(self, step: int) -> None:
        """Tells that all is compiled: only steps after this one count towards the speed. Once is enough."""
        self._pace_from = self._pace_from or (step, self._whole.clock())

    def done(self, summary: str) -> None:
        """Ends the run, at whatever step, with a line on what came of it."""
        self._whole.finish(self, summary)

    @property
    def part(self) -> float:
        """How much of the run's steps is done, from 0 to 1."""
        return min(self.step / self.steps, 1.0) if self.steps else 1.0

    @property
    def described(self) -> str:
        """The metrics and the speed, in words."""
        told = [f"{name.replace('_', ' ')} {value:.3f}" for name, value in self.metrics.items()]
        return ", ".join(told + ([f"{in_short(self.tokens)} tokens/s"] if self.tokens else []))

    @property
    def left(self) -> float | None:
        """Seconds that the remaining steps would take at the rate so far; None where it is not known."""
        step, time = self._pace_from or (self.start, self.began)
        made = self.step - step
        return (self._whole.clock() - time) / made * max(self.steps - self.step, 0) if made > 0 else None

    @property
    def whole(self) -> float | None:
        """Seconds that all of the run's steps would take, its compilation among them; None if not known."""
        left, here = self.left, 1 - self.start / self.steps if self.steps else 0.0
        return None if left is None or here <= 0 else (self._whole.clock() - self.began + left) / here


class Progress(ABC):
    """The progress of several runs, one after the other; made by `progress`.

    Attributes:
        total: how many runs there are.
        clock: seconds since some fixed moment.
    """

    def __init__(self, total: int, console: Console, clock: Clock) -> None:
        self.total, self.console, self.clock = total, console, clock
        self._started = 0
        self._finished = 0
        # Seconds of finished runs that made steps here: those read back from an earlier time took none.
        self._took: list[float] = []

    def run(self, name: str, steps: int, *, start: int = 0) -> RunProgress:
        """Starts the next run.

        Args:
            name: its name.
            steps: how many steps it has at most.
            start: steps that are done already, where it resumes; they do not count towards its speed.
        """
        self._started += 1
        run = RunProgress(self, name, self._started, steps, start)
        self.begin(run)
        return run

    def skip(self, name: str, summary: str) -> None:
        """Tells of the next run that it was finished at an earlier time."""
        self._started += 1
        self._finished += 1
        self.print(f"{self.place(self._started)} {name}: finished before, {summary}")

    def left(self, run: RunProgress) -> float | None:
        """Seconds that all runs would still take, each other as long as those so far; None if not known."""
        took = [*self._took, *([run.whole] if run.whole is not None else [])]
        if not took:
            return None
        usual = sum(took) / len(took)
        own = run.left if run.left is not None else max(usual - (self.clock() - run.began), 0)
        return own + max(self.total - self._finished - 1, 0) * usual

    def print(self, content: RenderableType) -> None:
        """Prints a text as it is, or anything that rich can show; nothing for an empty text."""
        if not isinstance(content, str):
            self.console.print(content)
        elif content:
            self.console.print(content, markup=False, highlight=False, emoji=False, soft_wrap=True)

    def finish(self, run: RunProgress, summary: str) -> None:
        """Called by a run that is done."""
        self._finished += 1
        if run.step > run.start:  # a whole run, though it may have stopped early or begun late
            self._took.append((self.clock() - run.began) / (1 - run.start / run.steps))
        took = _time(self.clock() - run.began)
        self.print(f"{self.place(run.number)} {run.name}: {summary} ({took})")

    def place(self, number: int) -> str:
        """Which of the runs it is, as in [3/12]."""
        width = len(str(self.total))
        return f"[{number:{width}d}/{self.total}]"

    @abstractmethod
    def reading(self, name: str) -> AbstractContextManager[Callable[[int, int], None]]:
        """Shows that data are read: gives what takes (parts done, parts in all)."""

    @abstractmethod
    def begin(self, run: RunProgress) -> None:
        """Called when a run starts."""

    @abstractmethod
    def show(self, run: RunProgress) -> None:
        """Called when a run has news."""


class _Terminal(Progress):
    """Two bars: all runs, and the one at work."""

    def __init__(self, total: int, console: Console, clock: Clock, bars: Bars) -> None:
        super().__init__(total, console, clock)
        self._bars = bars
        self._whole = bars.add_task("all runs", total=total, told="")
        self._current: TaskID | None = None

    @contextlib.contextmanager
    def reading(self, name: str) -> Iterator[Callable[[int, int], None]]:
        bar = self._bars.add_task(f"reading {name}", total=None, told="")

        def tell(done: int, parts: int) -> None:
            told = f"{done}/{parts}"
            self._bars.update(bar, completed=done, total=parts, told=told, refresh=True)

        yield tell
        self._bars.remove_task(bar)

    def begin(self, run: RunProgress) -> None:
        self._remove()
        self._current = self._bars.add_task(run.name, total=max(run.steps, 1), completed=run.start, told="")

    def show(self, run: RunProgress) -> None:
        told = f"{run.step}/{run.steps}{_after(run.described)}{_left(run.left)}"
        if self._current is not None:
            self._bars.update(self._current, completed=run.step, told=told)
        self._tell_whole(self._finished + run.part, _left(self.left(run)))

    def finish(self, run: RunProgress, summary: str) -> None:
        self._remove()
        super().finish(run, summary)
        self._tell_whole(self._finished, "")

    def _tell_whole(self, completed: float, left: str) -> None:
        self._bars.update(self._whole, completed=completed, told=f"{self._finished}/{self.total}{left}")

    def _remove(self) -> None:
        if self._current is not None:
            self._bars.remove_task(self._current)
            self._current = None


class _Plain(Progress):
    """Lines: the start and the end of a run, and between them one every few seconds at most."""

    _last = 0.0

    @contextlib.contextmanager
    def reading(self, name: str) -> Iterator[Callable[[int, int], None]]:
        self.print(f"Reading {name} …")
        self._last = self.clock()

        def tell(done: int, parts: int) -> None:
            if self._is_time():
                self.print(f"Reading {name}: {done} of {parts} parts")

        yield tell

    def begin(self, run: RunProgress) -> None:
        self._last = self.clock()
        how = f"resumes at step {run.start}" if run.start else "starts"
        of = f", {run.steps} steps at most" if run.steps > 1 else ""
        self.print(f"{self.place(run.number)} {run.name}: {how}{of}")

    def show(self, run: RunProgress) -> None:
        if not self._is_time():
            return
        whole = self.left(run)
        told = f"step {run.step}/{run.steps}{_after(run.described)}{_left(run.left)}"
        both = f", {_time(whole)} for all runs" if whole is not None else ""
        self.print(f"{self.place(run.number)} {run.name}: {told}{both}")

    def _is_time(self) -> bool:
        """Whether the last line is long enough ago; then the next one counts from now."""
        if self.clock() - self._last < PLAIN_EVERY:
            return False
        self._last = self.clock()
        return True


@contextlib.contextmanager
def progress(
    total_runs: int, console: Console | None = None, *, clock: Clock = time.monotonic
) -> Iterator[Progress]:
    """Shows the progress of several runs: bars on a terminal, else plain lines without control codes.

    Args:
        total_runs: how many runs there will be.
        console: where to; by default `open_console()`.
        clock: seconds since some fixed moment, for the time left and the rate of lines.

    Yields:
        What to start runs and to print with, until the block ends.

    Example:
        >>> with progress(1, open_console()) as shown:
        ...     run = shown.run("dense", steps=100)
        ...     run.update(50, valid_accuracy=0.8)    # no line: too soon after the first
        ...     run.done("test accuracy 81.0 %")
        [1/1] dense: starts, 100 steps at most
        [1/1] dense: test accuracy 81.0 % (0:00)

    Source: rich's progress bars.
    """
    console = console or open_console()
    if not console.is_terminal or console.is_dumb_terminal:
        yield _Plain(total_runs, console, clock)
        return
    name = TextColumn("{task.description}", markup=False)
    told = TextColumn("{task.fields[told]}", markup=False)
    with Bars(name, BarColumn(16), told, console=console, transient=True) as bars:
        yield _Terminal(total_runs, console, clock, bars)


def in_short(number: float) -> str:
    """A large number in three digits or so.

    Example:
        >>> in_short(812.4), in_short(53_210), in_short(1_234_567)
        ('812', '53.2 k', '1.23 M')
    """
    for factor, sign in ((1e6, " M"), (1e3, " k")):
        if number >= factor:
            return f"{number / factor:.3g}{sign}"
    return f"{number:.3g}"


def _after(text: str) -> str:
    return f", {text}" if text else ""


def _left(seconds: float | None) -> str:
    return "" if seconds is None else f", {_time(seconds)} left"


def _time(seconds: float) -> str:
    minutes, second = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{second:02d}" if hours else f"{minutes}:{second:02d}"
