"""One trial, in the process of a worker: ordinary runs, whose evaluations are told as they are logged."""

from __future__ import annotations

import dataclasses
import errno
import math
import statistics
import traceback
from pathlib import Path
from typing import Any

from experiments.errors import Mistake, RunFailure, Unwritable
from experiments.process import program as guard
from experiments.runs.observers import observed
from experiments.settings import codec
from experiments.sweeps.programs import program_named
from experiments.sweeps.watch import Asks, Pruned, Watch

#: What is wrong with the machine, and not with a trial.
_OF_THE_MACHINE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


@dataclasses.dataclass(frozen=True)
class Job:
    """What a worker is told to do.

    Attributes:
        program: name of the program.
        config: its config as JSON values.
        folder: where the run is written.
        metric: what decides.
    """

    program: str
    config: dict[str, Any]
    folder: str
    metric: str


@dataclasses.dataclass(frozen=True)
class Ended:
    """How a trial ended.

    Attributes:
        how: complete, pruned or failed; broken, where the machine is at fault, and not the trial.
        value: the metric, where it is complete; of several seeds the mean.
        reason: why it failed.
    """

    how: str
    value: float = math.nan
    reason: str = ""


def run(job: Job, asks: Asks) -> Ended:
    """Runs a trial, or goes on with it; whatever it raises, but a stop, is its end and not the worker's.

    Args:
        job: what to do.
        asks: told of every evaluation, those before an interruption too.

    Raises:
        Stopped: the worker was told to stop.
    """
    program, folder = program_named(job.program), Path(job.folder)
    try:
        config: Any = codec.decode(job.config, program.kind)
        with observed(Watch(program.split, job.metric, asks, program.runs(config))):
            summaries = program.run(config, folder)
        values = [program.value(summary, job.metric) for summary in summaries]
        for value in values:
            if not isinstance(value, int | float) or not math.isfinite(value):
                return Ended("failed", reason=f"{job.metric} is {value}")
        return Ended("complete", statistics.fmean(values))
    except Pruned:
        return Ended("pruned")
    except Exception as error:
        return _ended(error)


def _ended(error: Exception) -> Ended:
    """What is recorded of an error."""
    known = isinstance(error, Mistake | RunFailure)
    if guard.is_memory(error) and not known:  # of a full disk TensorStore says what XLA says of memory
        told = str(error).partition("\n")[0] or "no more to be had"
        return Ended("failed", reason=f"out of memory ({told})")
    if not known:
        traceback.print_exc()  # into the worker's log
    first = " ".join(str(error).split()) or type(error).__name__
    told = first if known else f"{type(error).__name__}: {first}"
    return Ended("broken" if _is_of_the_machine(error) else "failed", reason=told)


def _is_of_the_machine(error: BaseException | None) -> bool:
    if isinstance(error, Unwritable):
        return True
    while error is not None:
        if isinstance(error, OSError) and error.errno in _OF_THE_MACHINE:
            return True
        error = error.__cause__ or error.__context__
    return False
