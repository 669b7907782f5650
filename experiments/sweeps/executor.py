"""What runs trials for a driver: its form, which processes of this machine have, and actors of Ray's."""

from __future__ import annotations

import dataclasses
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from experiments.sweeps.trial import Job

_ROOT = Path(__file__).resolve().parent.parent.parent

_PREALLOCATE = "XLA_PYTHON_CLIENT_PREALLOCATE"

#: Seconds that workers have to save where they are: the driver itself has 8.
PATIENCE = 6.0


@dataclasses.dataclass(frozen=True)
class Died:
    """A worker ended by itself.

    Attributes:
        how: by which signal, or with which status, or in the words of a cluster.
        began: whether it had begun with a job: it had imported all.
        log: where what it printed lies.
    """

    how: str
    began: bool
    log: Path

    @property
    def broken(self) -> bool:
        """Whether no worker can work here: it ended of its own accord before it began."""
        return not self.began and self.how.startswith("status")


class Executor(ABC):
    """Workers, each at one trial at a time; used in a `with`, at whose end none is left."""

    @abstractmethod
    def __enter__(self) -> Any:
        """Makes it ready."""

    @abstractmethod
    def __exit__(self, *_: object) -> None:
        """Ends all workers."""

    @property
    @abstractmethod
    def room(self) -> bool:
        """Whether a job would begin at once."""

    @abstractmethod
    def submit(self, task: Any, job: Job) -> None:
        """Gives a job to a worker; there must be room.

        Args:
            task: what events of it are told with.
            job: what to do.
        """

    @abstractmethod
    def answer(self, task: Any, ends: bool) -> None:
        """Answers a worker that has told of an evaluation.

        Args:
            task: whose.
            ends: whether the trial is to end there.
        """

    @abstractmethod
    def events(self, timeout: float) -> Iterator[tuple[Any, Any]]:
        """What happens: (task, (step, value)) of an evaluation, (task, `Ended`) or (task, `Died`).

        Args:
            timeout: seconds to wait for something.

        Raises:
            RunFailure: no worker can begin.
        """

    @abstractmethod
    def stop(self) -> None:
        """Ends all workers: those in a training save a checkpoint first."""


def cores() -> int:
    """How many cores of this machine this process may use.

    Example:
        >>> cores() >= 1
        True
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def variables(share: int) -> dict[str, str]:
    """What a worker's environment says: its share of the cores, for XLA (`NPROC`), BLAS and OpenMP; imports.

    Of an accelerator each takes memory as it needs it, unless the environment says otherwise: JAX would take
    three quarters, and leave nothing for a second worker.

    Args:
        share: how many cores it has, rounded up to 1.

    Example:
        >>> variables(3)["NPROC"], variables(0)["NPROC"]
        ('3', '1')
    """
    names = ("NPROC", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH", ""))))
    preallocate = os.environ.get(_PREALLOCATE, "false")
    return {**dict.fromkeys(names, str(max(1, share))), "PYTHONPATH": path, _PREALLOCATE: preallocate}
