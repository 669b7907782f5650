"""Where results are shown: a terminal as wide as it is, or plain lines of 100 columns."""

from __future__ import annotations

import sys
from typing import IO

from rich.console import Console

#: Columns of what is printed where there is no terminal whose width would be known.
PLAIN_WIDTH = 100


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
