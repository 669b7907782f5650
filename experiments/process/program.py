"""How every program here begins and ends: its streams, its exit status, its errors in one paragraph.

Nothing slow is imported up here, nor by the programs before they are in `guarded`: an interrupt while JAX
is loaded then ends as any other does.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
import textwrap
from collections.abc import Callable

from experiments.errors import Mistake, RunFailure
from experiments.process import stopping
from experiments.process.streams import open_streams

_LONGEST = 4000  # letters of what is told of an error
_REMEDIES = {
    errno.ENOSPC: "Free some space on that disk",
    errno.EDQUOT: "Free some of your quota on that disk",
    errno.EACCES: "Give yourself the right to it",
    errno.EPERM: "Give yourself the right to it",
    errno.EROFS: "That disk can only be read: name a folder elsewhere",
}


def guarded(
    program: Callable[[], int],
    interrupted: str = "interrupted",
    again: str = "then give the same command again",
    smaller: str = "Take a machine that has more",
) -> int:
    """Runs a program; unless it has a defect, it ends in one paragraph at most, and shows no traceback.

    Signals are heard as in `stopping`: the program is to call `stopping.imported()` after its slow imports.

    Args:
        program: returns the exit status.
        interrupted: what to say where the user stops it.
        again: how to go on after what an OSError names is mended.
        smaller: what to do where memory runs out.

    Returns:
        The program's status; 2 after a user's mistake, 1 after another failure, 130 where it was
        interrupted, 143 after SIGTERM, 141 where the reader of its output went away.
    """
    open_streams()
    try:
        with stopping.heard(interrupted, importing=True):
            try:
                return _guarded(program, interrupted, again, smaller)
            except Exception:
                # A library that is broken off may make another error of it.
                if not stopping.asked():
                    raise
                return _stopped(stopping.reason(), interrupted)
    except stopping.Stopped as error:  # in the last moment, when the program had ended
        return _stopped(error, interrupted)


def _guarded(program: Callable[[], int], interrupted: str, again: str, smaller: str) -> int:
    try:
        status = program()
        sys.stdout.flush()  # while a failure of it can still be told
        return status
    except Mistake as error:
        return complain(str(error), 2)
    except BrokenPipeError:
        return _leave_quietly()
    except OSError as error:
        return complain(f"{_told(error)}; {again}.", 1)
    except RunFailure as error:
        return complain(str(error), 1)
    except (MemoryError, RuntimeError) as error:
        if not is_memory(error):
            raise
        wanted = str(error).partition("\n")[0] or "no more to be had"
        return complain(f"out of memory ({wanted}). {smaller}.", 1)
    except stopping.Stopped as error:
        return _stopped(error, interrupted)
    except KeyboardInterrupt:
        return complain(interrupted, 130)


def _stopped(error: stopping.Stopped, interrupted: str) -> int:
    return complain(f"{error}: {interrupted}", error.status)


def complain(message: str, status: int) -> int:
    """Says in one paragraph why the program ends; returns the status."""
    width = min(shutil.get_terminal_size((100, 24)).columns, 110)
    if len(message) > _LONGEST:  # of a line that was given, say
        message = f"{message[: _LONGEST // 2]} … {message[-_LONGEST // 2 :]}"
    # Tabs and newlines become blanks; others would act on the terminal.
    message = "".join(c if c.isprintable() or c in " \t\n" else repr(c)[1:-1] for c in message)
    # Paths and flags are full of hyphens; broken there they could not be copied.
    lines = textwrap.fill(f"error: {message}", width, break_long_words=False, break_on_hyphens=False)
    print(lines, file=sys.stderr)
    return status


def _told(error: OSError) -> str:
    """An OSError: where, what, how to mend."""
    where = f"{error.filename}: " if error.filename is not None else ""
    remedy = _REMEDIES.get(error.errno or 0, "Mend that")
    return f"{where}{error.strerror or error}. {remedy}"


def is_memory(error: BaseException) -> bool:
    """Whether memory ran out: Python's own error, or XLA's, which is known by its text alone.

    Args:
        error: what was raised.

    Example:
        >>> is_memory(MemoryError()), is_memory(RuntimeError("RESOURCE_EXHAUSTED: Out of memory"))
        (True, True)
    """
    return isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error)


def _leave_quietly() -> int:
    """Whoever read the output has gone (`| head`): the rest goes nowhere, Python's last flush too."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 141  # as of a program that SIGPIPE ended
