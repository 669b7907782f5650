"""Experiments: one runnable script a task, and what they share.

from experiments import load
load("runs/quickstart").predict(["Returns the sorted unique elements of an array."])

`experiments.runs.table(["runs/quickstart"])` is its runs as a data frame; `experiments.figures` draws them.
"""

from __future__ import annotations

import importlib
from typing import Any

_PACKAGES = ("figures", "runs")  # of those below, what a notebook reaches by `import experiments` alone


def __getattr__(name: str) -> Any:
    """`load`, and packages: imported when asked for, as a script that only reads a config need not wait."""
    if name == "load":
        from experiments.stored import load

        return load
    if name in _PACKAGES:
        return importlib.import_module(f"experiments.{name}")
    raise AttributeError(f"module 'experiments' has no attribute {name!r}")
