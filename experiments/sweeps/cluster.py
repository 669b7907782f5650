"""Workers on a cluster of Ray's, or on a Ray of this machine alone.

The nodes share a file system: the checkout, its environment and the sweep's folder have the same paths on all
of them. A worker that is lost, with its node or without, is replaced; its trial was cut short as any other.
"""

from __future__ import annotations

import dataclasses
import logging
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from experiments.errors import Mistake, RunFailure
from experiments.extras import needed
from experiments.sweeps.actor import Actor
from experiments.sweeps.executor import PATIENCE, Died, Executor, cores, variables
from experiments.sweeps.trial import Job

_STORE = 100 * 2**20  # bytes of a local Ray's store of objects: what is sent are small messages
_HANDED_ON = ("EMBEDLAB_", "JAX_", "XLA_")  # variables of the driver's that workers on other nodes get too
_MOST_EARLY = 3  # workers that end before they began, one after the other


@dataclasses.dataclass(eq=False)
class _Worker:
    """An actor, and what it is at.

    Attributes:
        actor: the actor.
        log: where what it prints lies.
        waits: for what it says next; None where it is idle, or waits itself.
        task: whose job it has; None where it has none.
        began: whether it has imported all.
    """

    actor: Any
    log: Path
    waits: Any
    task: Any = None
    began: bool = False


class Cluster(Executor):
    """Workers as actors; those for which the cluster has no room begin once it has."""

    def __init__(self, workers: int, folder: Path, address: str = "") -> None:
        """Connects to nothing yet.

        Args:
            workers: how many there are at most; 0 for as many as the cluster has cores.
            folder: of the sweep, which all nodes share; what workers print goes to `workers/` in it.
            address: HOST:PORT of a cluster; empty to start a Ray on this machine.

        Raises:
            Mistake: Ray is not installed.
        """
        self._ray: Any = needed("ray", "ray", "--executor ray")
        self._count, self._folder, self._address = workers, folder, address
        self._workers: list[_Worker] = []
        self._started = self._early = 0

    def __enter__(self) -> Cluster:
        _connect(self._ray, self._address)
        whole = int(self._ray.cluster_resources().get("CPU", 1))
        self._count = self._count or max(1, whole)
        self._share = max(1, whole // self._count)
        (self._folder / "workers").mkdir(parents=True, exist_ok=True)
        for _ in range(self._count):
            self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._ray.shutdown()

    @property
    def room(self) -> bool:
        return self._idle is not None

    @property
    def _idle(self) -> _Worker | None:
        idle = (worker for worker in self._workers if worker.began and worker.task is None)
        return next(idle, None)

    def submit(self, task: Any, job: Job) -> None:
        worker = self._idle
        assert worker is not None
        worker.task, worker.waits = task, worker.actor.begin.remote(job)

    def answer(self, task: Any, ends: bool) -> None:
        for worker in self._workers:
            if worker.task is task:
                worker.waits = worker.actor.answer.remote(ends)

    def events(self, timeout: float) -> Iterator[tuple[Any, Any]]:
        waiting = {worker.waits: worker for worker in self._workers if worker.waits is not None}
        if not waiting:
            time.sleep(timeout)
            return
        self._ray.wait(list(waiting), timeout=timeout)
        come, _ = self._ray.wait(list(waiting), num_returns=len(waiting), timeout=0)
        for reference in come:
            worker = waiting[reference]
            worker.waits = None
            try:
                message = self._ray.get(reference)
            except self._ray.exceptions.RayError as error:
                yield from self._replaced(worker, _how(error))
                continue
            if not worker.began:
                worker.began, self._early = True, 0
                continue
            task = worker.task
            if not isinstance(message, tuple):
                worker.task = None
            yield task, message

    def stop(self) -> None:
        stops = [worker.actor.stop.remote() for worker in self._workers if worker.task is not None]
        if stops:
            self._ray.wait(stops, num_returns=len(stops), timeout=PATIENCE)
        for worker in self._workers:
            self._ray.kill(worker.actor)
        self._workers.clear()

    def _start(self) -> None:
        self._started += 1
        log = self._folder / "workers" / f"{socket.gethostname()}-{os.getpid()}-{self._started}.log"
        handed_on = {name: value for name, value in os.environ.items() if name.startswith(_HANDED_ON)}
        made = self._ray.remote(Actor).options(
            num_cpus=self._share,
            max_concurrency=2,
            max_restarts=0,
            runtime_env={"env_vars": {**handed_on, **variables(self._share)}},
        )
        actor = made.remote(os.getcwd(), str(log), str(self._folder / ".workers"))
        self._workers.append(_Worker(actor, log, actor.ready.remote()))

    def _replaced(self, worker: _Worker, how: str) -> Iterator[tuple[Any, Any]]:
        """Another takes the place of a worker that has ended, which is told."""
        self._workers.remove(worker)
        self._ray.kill(worker.actor)  # it may be alive, and out of reach
        if not worker.began:
            self._early += 1
            if self._early >= _MOST_EARLY:
                raise RunFailure(
                    f"workers on the cluster end before they begin ({how}). Every node needs the checkout, "
                    f"its environment and {self._folder.absolute()} at the same paths as here; what the "
                    f"worker said lies in {worker.log}"
                )
        self._start()
        if worker.task is not None:
            yield worker.task, Died(how, worker.began, worker.log)


def _connect(ray: Any, address: str) -> None:
    """Connects to a cluster, or starts a Ray here, which ends with this process."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would tell its makers of every start
    ours: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address not in ("", "local"):
        if address != "auto":  # which is what Ray itself knows of
            _require_answer(address)
        ours |= {"address": address}
    else:
        ours |= {"address": "local", "num_cpus": cores(), "object_store_memory": _STORE}
        ours |= {"include_dashboard": False}
    handler = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(**ours)
    except (ValueError, RuntimeError, ConnectionError, SystemExit) as error:
        where = f"--ray {address}" if address else "--executor ray"
        told = f"{where}: Ray can't be used there ({' '.join(str(error).split())})"
        token = " If the cluster asks for a token, set RAY_AUTH_MODE=token." if address else ""
        raise Mistake(f"{told}.{token}") from None
    finally:
        signal.signal(signal.SIGTERM, handler)  # Ray puts one of its own in its place


def _require_answer(address: str) -> None:
    """Refuses an address where nothing answers, for which Ray itself would wait two minutes."""
    host, _, port = address.rpartition(":")
    told = f"--ray {address}: expected HOST:PORT of a cluster, as `ray start --head` says it"
    if not host or not port.isdigit() or "/" in host:
        raise Mistake(told)
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except OSError as error:
        raise Mistake(f"{told}; nothing answers there ({error.strerror or error})") from None


def _how(error: Exception) -> str:
    """How a worker ended, of what Ray says of it in many lines."""
    last = (str(error).strip() or type(error).__name__).splitlines()[-1].strip()
    return last.rpartition("Worker exit detail: ")[2].partition(" Some common causes")[0]
