"""One training in several processes, on one machine or on many: which of them this is."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import socket
import sys
import threading
import time
import traceback
from collections.abc import Iterator

from experiments.errors import Mistake, RunFailure
from experiments.process import peers
from experiments.process.program import complain

AUTO = "auto"
_PATIENCE = 120  # seconds that all have to start


@dataclasses.dataclass(frozen=True)
class Processes:
    """How this process finds the others.

    Attributes:
        coordinator: HOST:PORT, where process 0 is to listen; auto where JAX finds all out from the cluster's
            own settings (SLURM, Open MPI, Kubernetes, Cloud TPU); empty for one process alone.
        count: how many processes there are; 0 if it is not given.
        number: which of them this is; −1 if it is not given.
    """

    coordinator: str = ""
    count: int = 0
    number: int = -1

    def __post_init__(self) -> None:
        alone = not self.coordinator
        if alone and self.count <= 0 and self.number < 0:
            return
        example = "--coordinator HOST:PORT --processes N --process I"
        if self.coordinator == AUTO:
            if self.count or self.number >= 0:
                raise Mistake("--coordinator auto finds out the others: leave out --processes and --process")
            return
        if alone or self.count < 1 or self.number < 0:
            raise Mistake(f"several processes need all of {example}; or --coordinator auto on a cluster")
        if self.number >= self.count:
            raise Mistake(
                f"--process {self.number}: of {self.count} processes, the numbers are 0 … {self.count - 1}"
            )
        host, _, port = self.coordinator.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 2**16:
            raise Mistake(f"--coordinator {self.coordinator}: expected HOST:PORT, such as 10.0.0.1:8476")


@contextlib.contextmanager
def joined(given: Processes) -> Iterator[None]:
    """Within, this process is one of those that train together; nothing else has used JAX before.

    Raises:
        RunFailure: the others don't come.
    """
    if not given.coordinator:
        yield
        return
    import jax

    # Signals are heard by this program itself.
    jax.config.update("jax_enable_preemption_service", False)
    settings: dict[str, object] = {"initialization_timeout": 3 * _PATIENCE}
    if given.coordinator != AUTO:
        settings |= {
            "coordinator_address": given.coordinator,
            "num_processes": given.count,
            "process_id": given.number,
        }
    with _ended_at(time.monotonic() + _PATIENCE, given.coordinator):
        try:
            jax.distributed.initialize(**settings)  # type: ignore[arg-type]
        except (RuntimeError, ValueError) as error:
            raise RunFailure(_apart(given.coordinator, str(error).partition("\n")[0])) from None
        number, count = jax.process_index(), jax.process_count()
        named = given.coordinator.rpartition(":")[0] or socket.gethostname()
        connections = peers.connections(number, count, named) if count > 1 else None
    if connections is None:
        yield
        return
    with peers.connected(number, connections):
        yield


@contextlib.contextmanager
def _ended_at(deadline: float, coordinator: str) -> Iterator[None]:
    """Within, the process is ended at a time, in one paragraph: JAX would abort it, and later."""
    done = threading.Event()

    def watch() -> None:
        if not done.wait(deadline - time.monotonic()):
            complain(_apart(coordinator, f"not all came within {_PATIENCE} s"), 1)
            sys.stderr.flush()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        done.set()


def _apart(coordinator: str, why: str) -> str:
    return (
        f"--coordinator {coordinator}: the processes did not find each other ({why}). Start all of them "
        f"within {_PATIENCE} s, each with its own --process, and with a HOST:PORT of process 0 that all can "
        "reach."
    )


def leave(status: int) -> int:
    """Ends one of several processes at once if it failed: JAX would wait for others, which may be gone."""
    if status and _are_joined():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    return status


@contextlib.contextmanager
def failing_alone() -> Iterator[None]:
    """Within, a defect ends one of several processes as `leave` does, with its traceback."""
    try:
        yield
    except Exception:
        if not _are_joined():
            raise
        traceback.print_exc()
        leave(1)


def _are_joined() -> bool:
    if "jax" not in sys.modules:
        return False
    import jax

    return jax.distributed.is_initialized()
