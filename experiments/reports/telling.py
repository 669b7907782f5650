"""How far something is that takes long: a bar on a terminal; elsewhere a line on standard error, at times."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

from experiments.reports.progress_base import time_left

Tell = Callable[[int, int], None]

_SECONDS = 5.0  # between two lines, at least


@contextlib.contextmanager
def telling(what: str) -> Iterator[Tell]:
    """Tells how far something is.

    Args:
        what: that is done, as "reading glove.txt".

    Yields:
        What takes (done, in all).

    Example:
        >>> with telling("reading") as tell:
        ...     tell(5, 10)   # no line: too soon

    Source: rich's progress bars.
    """
    if not sys.stderr.isatty():
        yield _lines(what)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bars:
        bar = bars.add_task(what, total=None)
        yield lambda done, whole: bars.update(bar, completed=done, total=whole)


def _lines(what: str) -> Tell:
    began = last = time.monotonic()

    def tell(done: int, whole: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _SECONDS:
            last = now
            left = time_left((now - began) * (whole - done) / done if done else None)
            print(f"{what}: {100 * done // max(whole, 1)} %{left}", file=sys.stderr, flush=True)

    return tell
