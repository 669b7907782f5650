"""A small set of real text for scripts that start trainings by the dozen: what packages say of themselves."""

from __future__ import annotations

import csv
from pathlib import Path

from experiments.data.docstrings import documents


def write(path: Path) -> Path:
    """Writes 450 documentation strings of three installed packages as CSV, and returns the path."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "label"))
        for name in ("optax", "flax", "rich"):
            writer.writerows((text, name) for text in documents(name)[:150])
    return path
