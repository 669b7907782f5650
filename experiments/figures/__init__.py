"""Figures of runs for papers and notebooks, one a module; each is a matplotlib Figure.

import experiments
experiments.figures.pareto("runs/quickstart")
experiments.figures.all("runs/quickstart")["curves"].savefig("curves.pdf")

Each takes one or several folders as `experiments.runs.found.found` does, or the runs that it found. A figure
of which the runs hold nothing is None; `all` leaves it out. In all figures of the same runs an embedding has
the same colour, marker and dash, so that it can be told apart in grey as well.
"""

from __future__ import annotations

import importlib
from typing import Any

#: Name of a figure → the module that draws it.
FIGURES = {
    "curves": "learning",
    "quality": "quality_curves",
    "pareto": "costs",
    "frequency": "bands",
    "confusion": "confused",
    "rates": "operating",
    "embedding_map": "words",
    "spectrum": "spectra",
    "collisions": "shared_rows",
}


def __getattr__(name: str) -> Any:
    """A figure's function, or `all`: imported when it is asked for, as matplotlib takes a second."""
    if name == "all":
        from experiments.figures.everything import draw_all

        return draw_all
    if name in FIGURES:
        return getattr(importlib.import_module(f"experiments.figures.{FIGURES[name]}"), name)
    raise AttributeError(f"module 'experiments.figures' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *FIGURES, "all"])
