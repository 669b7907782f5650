"""Standard output that can't fail: what its encoding lacks is written in plain letters."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import sys

_ERRORS = "embedlab-plain"
#: Signs of tables and lines that have a plain form which says the same; a minus lost would be a lie.
_PLAIN = {"−": "-", "–": "-", "—": "-", "…": "...", "→": "->", "·": "|", "×": "x", "’": "'"}


def open_streams() -> None:
    """Makes standard output and errors take every text, whatever encoding the locale gave them.

    The encoding stays: a terminal shows what it can. Only what it lacks is written otherwise. One that was
    closed when the program began (`>&-`) goes nowhere.
    """
    _fill_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ERRORS)


def _fill_closed() -> None:
    """Gives a closed stream a place: the next file that is opened would have its number, and its text."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        with contextlib.suppress(OSError):
            os.fstat(number)
            continue
        if os.open(os.devnull, os.O_RDWR) == number and number and getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w", encoding="utf-8", closefd=False))


def _plainly(error: UnicodeError) -> tuple[str, int]:
    """What stands for letters that can't be encoded, `\\u4e2d` at worst, and where to go on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    escaped = (_PLAIN.get(x) or x.encode("ascii", "backslashreplace").decode() for x in letters)
    return "".join(escaped), error.end


codecs.register_error(_ERRORS, _plainly)
