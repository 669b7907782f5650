"""The program as a user starts it, in a process of its own, and what it prints."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

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
