"""A worker on a cluster: an actor of Ray's that runs one trial after the other, as its driver tells it.

The driver asks, and waits for one answer at a time: `begin` and `answer` return what the trial tells next.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.sweeps.trial import Job


class Actor:
    """What Ray makes an actor of: `stop` may be called while another method waits."""

    def __init__(self, here: str, log: str, lock: str) -> None:
        """Imports all; then it is ready.

        Args:
            here: the driver's working folder, which this node has too.
            log: what is printed goes there.
            lock: a file that is locked for as long as this process lives.

        Raises:
            Mistake: `JAX_PLATFORMS` names what is not on this node.
        """
        os.chdir(here)
        with open(log, "ab") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        from experiments.process.devices import import_jax, require_devices

        import_jax()
        from experiments.sweeps.store import shared

        require_devices()
        self._held = contextlib.ExitStack()
        self._held.enter_context(shared(Path(lock)))
        self._told: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def ready(self) -> None:
        """Says, by returning, that all is imported."""

    def begin(self, job: Job) -> Any:
        """Begins a trial; returns its first evaluation, or its end.

        Args:
            job: what to do.
        """
        self._thread = threading.Thread(target=self._run, args=(job,), daemon=True)
        self._thread.start()
        return self._told.get()

    def answer(self, ends: bool) -> Any:
        """Answers the trial; returns its next evaluation, or its end.

        Args:
            ends: whether it is to end there.
        """
        self._answers.put(ends)
        return self._told.get()

    def stop(self) -> None:
        """Has the trial save where it is; returns when it has."""
        from experiments.process import stopping

        stopping.ask(signal.SIGTERM)
        self._answers.put(False)
        if self._thread is not None:
            self._thread.join()

    def _run(self, job: Job) -> None:
        from experiments.process import stopping
        from experiments.sweeps import trial, worker

        ended = None
        try:
            ended = trial.run(job, self._asks)
        except stopping.Stopped:
            pass
        finally:
            worker.forget()
            self._told.put(ended)

    def _asks(self, step: int, value: float) -> bool:
        from experiments.process import stopping

        if stopping.asked():
            return False
        self._told.put((step, value))
        return self._answers.get()
