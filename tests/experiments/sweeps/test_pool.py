"""Workers as processes: their share of the cores, and what is told of one that dies."""

from __future__ import annotations

import dataclasses
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from experiments.settings import codec
from experiments.sweeps import plan
from experiments.sweeps.executor import Died
from experiments.sweeps.pool import Pool
from experiments.sweeps.trial import Ended, Job


def shares(pid: int) -> int:
    """How many threads XLA computes with in a process."""
    folders = Path(f"/proc/{pid}/task").iterdir()
    return sum("XLAEigen" in (folder / "comm").read_text() for folder in folders)


def until(pool: Pool, kind: type) -> list[tuple[Any, Any]]:
    """Events until one is of a kind; evaluations go on."""
    found: list[tuple[Any, Any]] = []
    deadline = time.monotonic() + 200
    while not found or not isinstance(found[-1][1], kind):
        assert time.monotonic() < deadline, found
        for task, event in pool.events(0.2):
            found.append((task, event))
            if isinstance(event, tuple):
                pool.answer(task, False)
    return found


def test_a_worker_runs_jobs_and_its_death_is_told(write_sweep: Callable[..., Path], tmp_path: Path) -> None:
    own = plan.load(str(write_sweep()))
    config = own.program.alone(own.base)
    endless = dataclasses.replace(config, train=dataclasses.replace(config.train, steps=10**6))

    def job(name: str, config: Any) -> Job:
        return Job("classify", codec.encode(config), str(tmp_path / name), "accuracy")

    cores = len(os.sched_getaffinity(0))
    with Pool(cores, tmp_path) as pool:  # each has one core's share
        pool.submit("first", job("first", config))
        assert pool.room == (cores > 1)
        found = until(pool, Ended)
        assert [event[0] for _, event in found[:-1]] == [5, 10, 15, 20]
        assert found[-1][0] == "first" and found[-1][1].how == "complete" and pool.room
        (worker,) = pool._workers
        assert shares(worker.process.pid) == 1
        pool.submit("second", job("second", endless))
        next(iter(pool.events(100)))
        os.kill(worker.process.pid, signal.SIGKILL)
        task, died = until(pool, Died)[-1]
        assert (task, died.how, died.began, died.broken) == ("second", "SIGKILL", True, False)
        pool.submit("third", job("second", config))  # another process takes its place
        pool.stop()
        assert pool._workers == []
    assert not (tmp_path / "second" / "summary.json").exists()
