"""The program as a user starts it, in a process of its own; what it prints, and what it leaves."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.experiments.forked import Forked

#: What a run comes to, to the byte.
FILES = ("metrics.jsonl", "predictions.npz", "vocabulary.json", "vectors/vectors.npy")

# What a background of a shell has a process ignore, it would ignore.
_HEARING = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("experiments.{name}", run_name="__main__", alter_sys=True)
"""


#: A program that runs, or has ended.
Program = subprocess.Popen[str] | Forked

# Read when a program is imported, or before; one that is forked is told of others.
_AT_START = ("JAX", "XLA", "PYTHON")


def start(root: Path, *words: object, fresh: bool = False, **environment: str) -> Program:
    """`experiments.classify` with these words."""
    return program(root, "classify", *words, fresh=fresh, **environment)


def program(root: Path, name: str, *words: object, fresh: bool = False, **environment: str) -> Program:
    """A program of `experiments`, which hears signals wherever the tests run.

    It is forked from a process that has imported all, unless its start is what is tested (`fresh`), or the
    environment is one that is read then.
    """
    given = [str(word) for word in words]
    if not fresh and not any(variable.startswith(_AT_START) for variable in environment):
        return Forked(root, name, given, environment)
    return started(root, name, *given, **environment)


def started(root: Path, name: str, *words: str, **environment: str) -> subprocess.Popen[str]:
    """The same as a user starts it."""
    return subprocess.Popen(
        [sys.executable, "-c", _HEARING.format(name=name), *words],
        cwd=root,
        env=os.environ | {"COLUMNS": "100", "JAX_PLATFORMS": "cpu"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told(text: str) -> str:
    """What was printed, without its line breaks."""
    return " ".join(text.split())


def refused(process: Program, expected: int, message: str) -> None:
    """The program ends with a status, and says why in one paragraph."""
    _, err = process.communicate(timeout=300)
    assert process.returncode == expected and message in told(err), err
    assert told(err).startswith("error: ") and "Traceback" not in err and "\n\n" not in err.strip(), err


def wait_for(process: Program, sign: Callable[[], object]) -> None:
    """Until a sign is true; the program is not to end before."""
    deadline = time.monotonic() + 200
    while not sign():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)


class Took(NamedTuple):
    """What a program took, in seconds: by the clock, of that waiting for a core, and at work."""

    clock: float
    queued: float
    work: float


def took(process: subprocess.Popen[str], began: float) -> Took:
    """Waits for the end of a program, which `communicate` then reaps.

    Args:
        process: the program; what it prints is to fit in its pipes.
        began: when it was started, by `time.monotonic`.
    """
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    clock = time.monotonic() - began
    folder = Path(f"/proc/{process.pid}")
    queued = int((folder / "schedstat").read_text().split()[1]) / 1e9  # of its main thread
    ticks = (folder / "stat").read_text().rpartition(")")[2].split()[11:13]
    return Took(clock, queued, sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"))


def saved(workdir: Path) -> list[int]:
    """The steps of the checkpoints of a single run."""
    return sorted(int(path.name) for path in workdir.glob("checkpoints/*") if path.name.isdecimal())


def content(folder: Path) -> dict[str, bytes]:
    """What a folder holds, by the names in it."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def same(one: Path, two: Path) -> None:
    """Holds what came of two runs against each other."""
    for file in FILES:
        assert (one / file).read_bytes() == (two / file).read_bytes(), file
