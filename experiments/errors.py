"""How a run ends that does not end well."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator


class Mistake(ValueError):
    """A user's mistake: one paragraph that says what, where, what was expected and how to mend. Status 2."""


class RunFailure(RuntimeError):
    """A failure that is no mistake of the user's, such as a loss that is not a number. Status 1."""


class Unwritable(RunFailure):
    """What a run has to keep could not be written: the disk is at fault, and not the run."""


class Diverged(RunFailure):
    """A training that came to no number: of several settings the others may still be tried."""


@contextlib.contextmanager
def mistakes(where: str = "") -> Iterator[None]:
    """Within, a ValueError is about what the user gave; elsewhere it would be a defect, and shows itself.

    Args:
        where: what the ValueError is about, put before what it says.

    Example:
        >>> with mistakes("embedding"):
        ...     raise ValueError("path='none.npy': there is no such file")
        Traceback (most recent call last):
        experiments.errors.Mistake: embedding: path='none.npy': there is no such file
    """
    try:
        yield
    except Mistake:
        raise
    except ValueError as error:
        raise Mistake(f"{where}: {error}" if where else str(error)) from error


@contextlib.contextmanager
def placed(path: str | os.PathLike[str]) -> Iterator[None]:
    """Within, an OSError without a place, as a full disk gives, is about this path.

    Example:
        >>> with placed("a.txt"):
        ...     raise OSError(28, "No space left on device")
        Traceback (most recent call last):
        OSError: [Errno 28] No space left on device: 'a.txt'
    """
    try:
        yield
    except OSError as error:
        if error.filename is not None or error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from None
