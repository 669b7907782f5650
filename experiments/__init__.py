"""Experiments: one runnable script a task, and what they share.

from experiments import load
load("runs/quickstart").predict(["Returns the sorted unique elements of an array."])
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    """`load`, imported when it is asked for: a script that only reads a config need not wait for Orbax."""
    if name == "load":
        from experiments.classifier import load

        return load
    raise AttributeError(f"module 'experiments' has no attribute {name!r}")
