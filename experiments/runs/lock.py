"""A lock on a workdir: two processes that wrote into one would ruin each other's runs.

It is `flock` on a hidden file that names its holder. The system lets it go when the process ends, however it
ends, so a dead one's lock is free; the file that it left behind is taken over.
"""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import json
import os
import shlex
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from experiments.errors import Mistake

#: The hidden file in the workdir.
NAME = ".lock"
_PATIENCE = 1.0  # seconds that a holder has to write its name, once it holds the lock


@contextlib.contextmanager
def held(workdir: Path) -> Iterator[None]:
    """Makes a workdir, and holds it alone while the block runs.

    Raises:
        Mistake: another process holds it, which is named; or it can't be written.
    """
    try:
        descriptor = _taken(workdir)
    except OSError as error:
        raise Mistake(
            f"--workdir {workdir}: can't write there ({error.strerror}). Give a folder that can be made."
        ) from None
    if descriptor is None:
        raise Mistake(
            f"--workdir {workdir}: another process is at work there, {_holder(workdir)}. Wait for its end, "
            "stop it, or give another --workdir."
        )
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            (workdir / NAME).unlink()  # while it is held: who opened it before sees that it is gone
        os.close(descriptor)


def _taken(workdir: Path) -> int | None:
    """The open file, locked; None if another process holds it."""
    while True:
        workdir.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(workdir / NAME, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_there(workdir, descriptor):
                os.ftruncate(descriptor, 0)
                os.write(descriptor, _name().encode())
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # its holder took the file away before it let the lock go


def _is_there(workdir: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.stat(workdir / NAME), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _name() -> str:
    words = [Path(sys.orig_argv[0]).name, *sys.orig_argv[1:]]
    now = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
    known = {"pid": os.getpid(), "host": socket.gethostname(), "started": now, "command": shlex.join(words)}
    return json.dumps(known) + "\n"


def _holder(workdir: Path) -> str:
    """Who holds it, in words."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            known = json.loads((workdir / NAME).read_text("utf-8"))
            command = known["command"] if len(known["command"]) <= 300 else f"{known['command'][:300]} …"
            return f"pid {known['pid']} on {known['host']}, since {known['started']}: {command}"
        time.sleep(0.02)
    return "which has not said who it is"
