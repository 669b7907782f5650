"""Graphs: classes of nodes and links between them, and triples of knowledge graphs."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    """`APPLICATION`, imported when asked for: a program tells of an interrupt from its start on."""
    if name == "APPLICATION":
        from experiments.graph.application import APPLICATION

        return APPLICATION
    raise AttributeError(f"module 'experiments.graph' has no attribute {name!r}")
