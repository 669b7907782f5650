"""What is known of how far a comparison is, however it is shown."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from rich.console import Console, RenderableType

Clock = Callable[[], float]


class RunProgress:
    """One run of a comparison; made by `Progress.run`."""

    def __init__(
        self,
        whole: Progress,
        name: str,
        number: int,
        steps: int,
        start: int,
        unit: str = "step",
        at_once: int = 1,
    ) -> None:
        self.name, self.number, self.steps, self.start = name, number, steps, start
        self.unit, self.at_once = unit, at_once
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

    def trained(self, step: int) -> None:
        """Tells that its training is over, at whatever step, in a line: however short it was, it has one."""
        self.step = step
        if self.metrics:  # else nothing was left to be trained
            self._whole.print(f"{self._whole.place(self.number)} {self.name}: trained, {self.told}")

    def done(self, summary: str) -> None:
        """Ends the run, at whatever step, with a line on what came of it."""
        self._whole.finish(self, summary)

    @property
    def told(self) -> str:
        """Where it is: its step, its latest metrics, and how fast it is."""
        metrics = [in_words(name, value) for name, value in self.metrics.items()]
        speed = [f"{in_short(self.tokens)} tokens/s"] if self.tokens else []
        return ", ".join([f"{self.unit} {self.step}/{self.steps}", *metrics, *speed])

    @property
    def part(self) -> float:
        """How much of the run's steps is done, from 0 to 1."""
        return min(self.step / self.steps, 1.0) if self.steps else 1.0

    @property
    def left(self) -> float | None:
        """Seconds that the remaining steps would take at the rate so far; None where it is not known."""
        step, time = self._pace_from or (self.start, self.began)
        made = self.step - step
        return (self._whole.clock() - time) / made * max(self.steps - self.step, 0) if made > 0 else None

    @property
    def whole(self) -> float | None:
        """Seconds that all of the run's steps would take, its compilation among them; None if not known.

        Of runs at once, its share of them.
        """
        left, here = self.left, 1 - self.start / self.steps if self.steps else 0.0
        if left is None or here <= 0:
            return None
        return (self._whole.clock() - self.began + left) / here / self.at_once

    @property
    def took(self) -> float | None:
        """As `whole`, of the finished run, had all of it been made here; None where it was read back."""
        seconds = (self._whole.clock() - self.began) / self.at_once
        if self.steps == 1:  # a baseline, which is fitted at one go
            return seconds
        return seconds / (1 - self.start / self.steps) if self.step > self.start else None


class Progress(ABC):
    """The progress of several runs, some of them at once; made by `experiments.reports.progress.progress`.

    Attributes:
        kinds: a word for each run, in their order: those that have the same take about the same time.
        total: how many runs there are.
        clock: seconds since some fixed moment.
    """

    def __init__(self, kinds: Sequence[str], console: Console, clock: Clock) -> None:
        self.kinds, self.total, self.console, self.clock = tuple(kinds), len(kinds), console, clock
        self._started = 0
        self._finished = 0
        # Seconds of finished runs by their kinds: those read back from an earlier time took none.
        self._took: dict[str, list[float]] = {}

    def run(
        self, name: str, steps: int, *, start: int = 0, unit: str = "step", at_once: int = 1
    ) -> RunProgress:
        """Starts the next run.

        Args:
            name: its name.
            steps: how many steps it has at most.
            start: steps that are done already, where it resumes; they do not count towards its speed.
            unit: what its steps are called.
            at_once: how many runs share the time, this one among them; all are started before one is done.
        """
        self._started += 1
        run = RunProgress(self, name, self._started, steps, start, unit, at_once)
        self.begin(run)
        return run

    def skip(self, name: str, summary: str, how: str = "finished before") -> None:
        """Tells of the next run that it is not run now, since it was finished at an earlier time, say."""
        self._started += 1
        self._finished += 1
        self.print(f"{self.place(self._started)} {name}: {how}, {summary}")

    def fail(self, name: str, why: str) -> None:
        """Tells that the run at work, the last that was started, came to nothing, and that others go on."""
        self._finished += 1
        self.print(f"{self.place(self._started)} {name}: failed, {why}")

    def more(self) -> None:
        """Makes room for a run that was not planned, next, of the kind of the last one."""
        done = self._started
        self.kinds = (*self.kinds[:done], self.kinds[done - 1], *self.kinds[done:])
        self.total += 1

    def left(self, run: RunProgress) -> float | None:
        """Seconds that all runs would still take, each as long as those of its kind so far.

        None where it is not known, be it of one kind alone: a plain bag says nothing of a CNN.
        """
        kind, whole = self.kinds[run.number - 1], run.whole
        took = {name: list(seconds) for name, seconds in self._took.items()}
        if whole is not None:
            took.setdefault(kind, []).append(whole)
        usual = {name: sum(seconds) / len(seconds) for name, seconds in took.items()}
        later = self.kinds[self._started :]
        if not usual.keys() >= {kind, *later}:
            return None
        here = usual[kind] * run.at_once
        own = run.left if run.left is not None else max(here - (self.clock() - run.began), 0)
        return own + sum(usual[name] for name in later)

    def print(self, content: RenderableType) -> None:
        """Prints a text as it is, or anything that rich can show; nothing for an empty text."""
        if not isinstance(content, str):
            self.console.print(content)
        elif content:
            self.console.print(content, markup=False, highlight=False, emoji=False, soft_wrap=True)

    def finish(self, run: RunProgress, summary: str) -> None:
        """Called by a run that is done."""
        self._finished += 1
        if run.took is not None:
            self._took.setdefault(self.kinds[run.number - 1], []).append(run.took)
        took = in_minutes(self.clock() - run.began)
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


def in_words(metric: str, value: float) -> str:
    """A metric as it is shown.

    Example:
        >>> in_words("valid_accuracy", 0.8125)
        'valid accuracy 0.812'
    """
    return f"{metric.replace('_', ' ')} {value:.3f}"


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


def time_left(seconds: float | None) -> str:
    """What follows after a comma on the time that is left; nothing where it is not known.

    Example:
        >>> time_left(75), time_left(None)
        (', 1:15 left', '')
    """
    return "" if seconds is None else f", {in_minutes(seconds)} left"


def in_minutes(seconds: float) -> str:
    """A time as it is shown.

    Example:
        >>> in_minutes(9.6), in_minutes(3725)
        ('0:10', '1:02:05')
    """
    minutes, second = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{second:02d}" if hours else f"{minutes}:{second:02d}"
