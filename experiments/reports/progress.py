"""How far a comparison is: bars on a terminal, plain lines elsewhere, with the same information."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence

from rich.console import Console

from experiments.reports.console import open_console
from experiments.reports.progress_bars import Bars
from experiments.reports.progress_base import Clock, Progress, RunProgress
from experiments.reports.progress_lines import Lines

__all__ = ["Progress", "RunProgress", "progress"]


@contextlib.contextmanager
def progress(
    runs: int | Sequence[str], console: Console | None = None, *, clock: Clock = time.monotonic
) -> Iterator[Progress]:
    """Shows the progress of several runs: bars on a terminal, else plain lines without control codes.

    Args:
        runs: how many runs there will be; or a word for each, in their order, where some take longer than
            others: the time left is told once a run of each word that is still to come has been seen.
        console: where to; by default `open_console()`.
        clock: seconds since some fixed moment, for the time left and the rate of lines.

    Yields:
        What to start runs and to print with, until the block ends.

    Example:
        >>> from experiments.reports.console import open_console
        >>> with progress(1, open_console()) as shown:
        ...     run = shown.run("dense", steps=100)
        ...     run.update(50, valid_accuracy=0.8)    # no line: too soon after the first
        ...     run.done("test accuracy 81.0 %")
        [1/1] dense: starts, 100 steps at most
        [1/1] dense: test accuracy 81.0 % (0:00)

    Source: rich's progress bars.
    """
    console = console or open_console()
    kinds = ("",) * runs if isinstance(runs, int) else tuple(runs)
    if not console.is_terminal or console.is_dumb_terminal:
        yield Lines(kinds, console, clock)
        return
    with Bars.shown(kinds, console, clock) as bars:
        yield bars
