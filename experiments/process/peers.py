"""What processes that train together tell each other beside their arrays: process 0 leads, others follow.

The leader writes the workdir, and decides how many steps a call takes, when to evaluate, save and stop. It
tells the others over one TCP connection each, which also shows within a moment that a process is gone: a
collective of JAX would wait for it. Whoever notices ends the process, with one paragraph; since every
checkpoint is whole, that loses nothing that was kept. Without other processes all this does nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import secrets
import socket
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

from experiments.errors import Mistake, RunFailure
from experiments.process import stopping
from experiments.process.program import complain

#: Seconds without a sign of life after which a process counts as lost; a lost connection shows at once.
SILENCE = 60.0
_BEAT = 5.0  # seconds between two signs of life
_JOIN = 60.0  # seconds that the others have to connect
_LAST_WORDS = 10.0  # seconds in which a process whose peer may have failed waits to hear of it

Message = dict[str, Any]


def follows() -> bool:
    """Whether this process follows another."""
    return _peers is not None and _peers.number > 0


def several() -> bool:
    """Whether there are others."""
    return _peers is not None


def tell(**message: Any) -> None:
    """Tells all followers something, of JSON values; nobody where there is none."""
    if _peers is not None and not follows():
        _peers.send(message)


def hear() -> Message:
    """What the leader tells next; waits for it, and ends where the leader does."""
    assert _peers is not None
    return _peers.next()


def agreed(value: Any) -> Any:
    """The leader's value, in every process: a number, a bool or another JSON value.

    Example:
        >>> agreed(3)
        3
    """
    if follows():
        return hear()["agreed"]
    tell(agreed=value)
    return value


class _Peers:
    """The connections of this process, and threads that listen to them."""

    def __init__(self, number: int, connections: dict[int, socket.socket]) -> None:
        self.number = number
        self._connections = connections
        self._heard: queue.Queue[Message] = queue.Queue()
        self._lock = threading.Lock()
        self._ending = False
        self._told = False
        for other, connection in connections.items():
            connection.settimeout(SILENCE)
            threading.Thread(target=self._listen, args=(other, connection), daemon=True).start()
        threading.Thread(target=self._beat, daemon=True).start()

    def send(self, message: Message) -> None:
        line = json.dumps(message).encode() + b"\n"
        with self._lock:
            for connection in self._connections.values():
                with contextlib.suppress(OSError):  # whose end its listener tells
                    connection.sendall(line)

    def next(self) -> Message:
        while True:
            with contextlib.suppress(queue.Empty):
                return self._heard.get(timeout=0.2)
            if stopping.asked() and not self._told:  # the leader stops all, once its checkpoint is saved
                self._told = True
                self.send({"stop": stopping.reason().signal})

    def end(self) -> None:
        """Says that this process comes to its end."""
        self._ending = True
        self.send({"end": 0, "why": ""})

    def fail(self, error: BaseException) -> None:
        """Says how this process failed; where a peer may be the cause, that is heard out first."""
        status, why = _told(error)
        is_own = isinstance(error, Mistake | RunFailure | KeyboardInterrupt)
        if not is_own or (self.number and status == 1):
            time.sleep(_LAST_WORDS)  # in which a listener ends this process, if it is so
        self._ending = True
        self.send({"end": status, "why": why})

    def _beat(self) -> None:
        while not self._ending:
            self.send({"beat": 1})
            time.sleep(_BEAT)

    def _listen(self, other: int, connection: socket.socket) -> None:
        told = "its connection is gone"
        try:
            for line in connection.makefile("rb"):
                message = json.loads(line)
                if "end" in message:
                    if message["end"] and not self._ending:
                        self._leave(message["end"], f"process {other} ended: {message['why']}")
                    return
                if "stop" in message:
                    stopping.ask(message["stop"])
                elif "beat" not in message:
                    self._heard.put(message)
        except TimeoutError:
            told = f"it gave no sign of life in {SILENCE:.0f} s"
        except (OSError, ValueError):
            pass
        if not self._ending:
            again = "start all processes with the same commands again: they go on from the last checkpoint"
            self._leave(1, f"process {other} is lost: {told}. What was saved stays; {again}.")

    def _leave(self, status: int, why: str) -> None:
        """Ends this process from a thread: the program itself may wait in a collective for ever."""
        self._ending = True
        self.send({"end": status, "why": why})
        complain(why, status)
        sys.stderr.flush()
        os._exit(status)


_peers: _Peers | None = None


def connections(number: int, count: int, host: str) -> dict[int, socket.socket]:
    """Those of this process, by the number of the other; JAX must know of the processes already.

    Args:
        number: of this process; 0 leads.
        count: of all.
        host: under which the others reach process 0.
    """
    return _lead(count, host) if number == 0 else _follow(number)


@contextlib.contextmanager
def connected(number: int, connections: dict[int, socket.socket]) -> Iterator[None]:
    """Within, the processes hear each other.

    Args:
        number: of this process.
        connections: to the others, as `connections` gives them.
    """
    global _peers
    _peers = _Peers(number, connections)
    try:
        yield
    except BaseException as error:
        _peers.fail(error)
        raise
    else:
        _peers.end()
    finally:
        _peers = None


def _told(error: BaseException) -> tuple[int, str]:
    """Exit status, and what is said of it in one line."""
    first = (str(error).strip() or type(error).__name__).partition("\n")[0]
    if isinstance(error, stopping.Stopped):
        return error.status, first
    if isinstance(error, KeyboardInterrupt):
        return 130, "it was interrupted"
    return (2 if isinstance(error, Mistake) else 1), first


def _lead(count: int, host: str) -> dict[int, socket.socket]:
    """Connections to the others, which are told where and with which word to come."""
    word = secrets.token_hex(16)
    with socket.create_server(("", 0), backlog=count) as server:
        _told_to_all(f"{host} {server.getsockname()[1]} {word}")
        found: dict[int, socket.socket] = {}
        deadline = time.monotonic() + _JOIN
        while len(found) < count - 1:
            server.settimeout(max(0.1, deadline - time.monotonic()))
            connection, _ = server.accept()
            connection.settimeout(_BEAT)
            with contextlib.suppress(OSError, ValueError):
                given, number = connection.recv(64).decode().split()
                if secrets.compare_digest(given, word):
                    connection.sendall(b"\n")
                    found[int(number)] = connection
        return found


def _follow(number: int) -> dict[int, socket.socket]:
    host, port, word = _told_to_all("").split()
    connection = socket.create_connection((host, int(port)), timeout=_JOIN)
    connection.sendall(f"{word} {number}".encode())
    connection.recv(1)
    return {0: connection}


def _told_to_all(text: str) -> str:
    """What process 0 says, by JAX's own means."""
    import numpy as np
    from jax.experimental import multihost_utils

    room = np.zeros(512, np.uint8)
    written = np.frombuffer(text.encode(), np.uint8)
    room[: len(written)] = written
    return bytes(np.asarray(multihost_utils.broadcast_one_to_all(room))).rstrip(b"\0").decode()
