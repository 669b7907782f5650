"""The program as a user starts it, in a process of its own; what it prints, and what it leaves."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

#: What a run comes to, to the byte.
FILES = ("metrics.jsonl", "predictions.npz", "vocabulary.json", "vectors/vectors.npy")

# What a background of a shell has a process ignore, it would ignore.
_HEARING = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("experiments.{name}", run_name="__main__", alter_sys=True)
"""


def start(root: Path, *words: object, **environment: str) -> subprocess.Popen[str]:
    """`experiments.classify` with these words."""
    return program(root, "classify", *words, **environment)


def program(root: Path, name: str, *words: object, **environment: str) -> subprocess.Popen[str]:
    """A program of `experiments`, which hears signals wherever the tests run."""
    return subprocess.Popen(
        [sys.executable, "-c", _HEARING.format(name=name), *map(str, words)],
        cwd=root,
        env=os.environ | {"COLUMNS": "100", "JAX_PLATFORMS": "cpu"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told(text: str) -> str:
    """What was printed, without its line breaks."""
    return " ".join(text.split())


def wait_for(process: subprocess.Popen[str], sign: Callable[[], object]) -> None:
    """Until a sign is true; the program is not to end before."""
    deadline = time.monotonic() + 200
    while not sign():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)


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
