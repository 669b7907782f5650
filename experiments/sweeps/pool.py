"""The workers of a driver on its own machine: processes that don't fight for cores."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import Any

from experiments.sweeps.executor import PATIENCE, Died, Executor, cores, variables
from experiments.sweeps.trial import Job


@dataclasses.dataclass(eq=False)
class _Worker:
    """A process, and what it is at.

    Attributes:
        process: the process.
        connection: to it.
        log: where what it prints lies.
        task: whose job it has; None where it is idle.
        began: whether it has imported all.
    """

    process: subprocess.Popen[bytes]
    connection: Connection
    log: Path
    task: Any = None
    began: bool = False

    @property
    def how(self) -> str:
        """How it ended."""
        status = self.process.wait()
        with contextlib.suppress(ValueError):
            return signal.Signals(-status).name if status < 0 else f"status {status}"
        return f"signal {-status}"


class Pool(Executor):
    """Workers on this machine, started when there is something to do for them."""

    def __init__(self, workers: int, folder: Path) -> None:
        """Starts no process yet.

        Args:
            workers: how many there are at most.
            folder: of the sweep; their output goes to `workers/` in it.
        """
        self._folder, self._count = folder / "workers", workers
        self._workers: list[_Worker] = []
        self._lock = folder / ".workers"
        self._started = 0

    def __enter__(self) -> Pool:
        self._read, self._write = os.pipe()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        os.close(self._write)
        os.close(self._read)

    @property
    def room(self) -> bool:
        return self._idle is not None or len(self._workers) < self._count

    @property
    def _idle(self) -> _Worker | None:
        return next((worker for worker in self._workers if worker.task is None), None)

    def submit(self, task: Any, job: Job) -> None:
        worker = self._idle or self._start()
        worker.task = task
        with contextlib.suppress(OSError):  # it has just died, which is told as an event
            worker.connection.send(job)

    def answer(self, task: Any, ends: bool) -> None:
        for worker in self._workers:
            if worker.task is task:
                with contextlib.suppress(OSError):
                    worker.connection.send(ends)

    def events(self, timeout: float) -> Iterator[tuple[Any, Any]]:
        by_connection = {worker.connection: worker for worker in self._workers}
        for connection in wait(list(by_connection), timeout):
            worker = by_connection[connection]  # type: ignore[index]
            try:
                message = worker.connection.recv()
            except (EOFError, OSError):
                self._workers.remove(worker)
                worker.connection.close()
                if worker.task is not None:
                    yield worker.task, Died(worker.how, worker.began, worker.log)
                continue
            if message is None:
                worker.began = True
                continue
            task = worker.task
            if not isinstance(message, tuple):
                worker.task = None
            yield task, message

    def stop(self) -> None:
        for worker in self._workers:
            worker.process.terminate()
        deadline = time.monotonic() + PATIENCE
        for worker in self._workers:
            with contextlib.suppress(subprocess.TimeoutExpired):
                worker.process.wait(max(0.0, deadline - time.monotonic()))
            worker.process.kill()
            worker.process.wait()
            worker.connection.close()
        self._workers.clear()

    def _start(self) -> _Worker:
        self._folder.mkdir(parents=True, exist_ok=True)
        here, there = Pipe()
        self._started += 1
        words = [str(there.fileno()), str(self._read), str(self._lock)]
        path = self._folder / f"{os.getpid()}-{self._started}.log"
        with path.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "experiments.sweeps.worker", *words],
                env={**os.environ, **variables(cores() // self._count)},
                pass_fds=(there.fileno(), self._read),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C is the driver's to hear
            )
        there.close()
        worker = _Worker(process, here, path)
        self._workers.append(worker)
        return worker
