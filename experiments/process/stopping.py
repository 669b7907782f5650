"""How a program stops when it is told to, by SIGTERM or SIGINT: soon, and with nothing lost or torn.

Everywhere a stop is an exception, `Stopped`, in the main thread. Two kinds of places have it wait:
`patiently`, where a loop asks `asked()` and comes to an end by itself, and `finished_first`, where files are
half written. While modules are imported it ends the process at once: an exception there may be lost in a
library's code. One that Python itself loses, in a callback of its garbage collector say, is raised again.

Nothing that is kept is torn wherever a process ends, even by SIGKILL. So whoever needs too long, in a
compilation say, is ended by a thread before its parent loses patience; and by a second SIGINT at any time.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

#: Seconds between a signal and the end of the process, at most, but for what must be finished first.
GRACE = 8.0
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stopped(KeyboardInterrupt):
    """The program was told to stop.

    Attributes:
        signal: by which signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.signal = number

    @property
    def status(self) -> int:
        """The exit status, as a shell tells it."""
        return 128 + self.signal


class _State:
    """What the handlers, the thread and the program tell each other."""

    def __init__(self) -> None:
        self.asked: int | None = None
        self.patient = 0
        self.finishing = 0
        self.importing = False
        self.repeated = 0
        self.told = ""
        self.ending = threading.Lock()


_state = _State()


def asked() -> bool:
    """Whether the program was told to stop."""
    return _state.asked is not None


def reason() -> Stopped:
    """What the program was told, where `asked()`."""
    return Stopped(_state.asked or signal.SIGINT)


def ask(number: int) -> None:
    """Has the program stop as by a signal, where it looks for one: another process was told to.

    Args:
        number: of the signal.
    """
    _state.asked = _state.asked or number


def check() -> None:
    """Stops here if the program was told to.

    Raises:
        Stopped: it was.
    """
    if asked():
        raise reason()


@contextlib.contextmanager
def patiently() -> Iterator[None]:
    """Within, nothing is broken off: the program asks `asked()`, and comes to an end by itself.

    Raises:
        Stopped: at the end, if it was told to stop and was not broken off otherwise.
    """
    _state.patient += 1
    try:
        yield
    finally:
        _state.patient -= 1
    if not _state.patient:
        check()


@contextlib.contextmanager
def finished_first() -> Iterator[None]:
    """Within, as `patiently`, and however long it takes."""
    with patiently():
        _state.finishing += 1
        try:
            yield
        finally:
            _state.finishing -= 1


def imported() -> None:
    """Says that what is slow to import is imported: from here on a stop is an exception."""
    _state.importing = False


@contextlib.contextmanager
def heard(told: str, *, importing: bool = False) -> Iterator[None]:
    """Within, signals are heard as this module says; outside of the main thread, as before.

    A signal that is ignored from the start, as in the background of a shell, stays ignored.

    Args:
        told: what to say where the process is ended at once.
        importing: whether slow imports come first; `imported` ends them.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    global _state
    before, _state = _state, _State()
    _state.told, _state.importing = told, importing
    read, write = os.pipe()
    os.set_blocking(write, False)
    old_write = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    heard_ones = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    old = {number: signal.signal(number, _handle) for number in heard_ones}
    old_hook, sys.unraisablehook = sys.unraisablehook, _raised_again(sys.unraisablehook, _state)
    thread = threading.Thread(target=_watch, args=(read, _state), daemon=True)
    thread.start()
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(old_write)
        sys.unraisablehook = old_hook
        os.close(write)  # which ends the thread
        _state = before


def _handle(number: int, frame: object) -> None:
    first = _state.asked is None
    _state.asked = number if first else _state.asked
    if not first and number == signal.SIGINT:
        _end(_state)
    if not first or _state.patient:
        return
    if _state.importing:
        _end(_state)
    raise Stopped(number)


def _raised_again(before: Callable[[Any], object], state: _State) -> Callable[[Any], None]:
    """A hook for errors that Python can't raise where they happen: a stop comes again a moment later."""

    main = threading.get_ident()

    def hook(event: Any) -> None:
        if not isinstance(event.exc_value, Stopped):
            before(event)
            return
        state.repeated += 1
        state.asked = None
        again = threading.Timer(0.01, signal.pthread_kill, (main, event.exc_value.signal))
        again.daemon = True
        again.start()

    return hook


def _watch(read: int, state: _State) -> None:
    """Beside the program: hears signals at once, where Python's handlers wait for compiled code to end."""
    seen: list[int] = []
    deadline = None
    clock = time.monotonic
    while True:
        left = None if deadline is None else max(0.0, deadline - clock())
        ready = select.select([read], [], [], left)[0]
        if ready:
            numbers = os.read(read, 64)
            if not numbers:
                break
            heard_ones = [number for number in numbers if number in _SIGNALS]
            repeated = min(state.repeated, len(heard_ones))
            state.repeated -= repeated
            seen += heard_ones[repeated:]
            deadline = deadline or (clock() + GRACE if seen else None)
            again = len(seen) > 1 and signal.SIGINT in seen[1:]
        else:
            again = False
        late = deadline is not None and clock() >= deadline
        if again or (late and not state.finishing):
            state.asked = state.asked or seen[0]
            _end(state)
        if late:
            deadline = clock() + 0.1  # it is finished first
    os.close(read)


def _end(state: _State) -> None:
    """Ends the process here and now, with one line, whether handler and thread come here at once or not."""
    number = state.asked or signal.SIGTERM
    if state.ending.acquire(blocking=False):
        with contextlib.suppress(OSError):
            os.write(2, f"error: {signal.Signals(number).name}: {state.told}\n".encode())
    else:
        time.sleep(1)  # the other one is about to
    os._exit(128 + number)
