"""Sequences made for tests: each class has a run of letters of its own somewhere in the middle of noise."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

MARKS = {"left": "GGTACCGG", "right": "TTAATTAA"}


def sequences(rows: int, seed: int = 0, length: int = 48) -> list[tuple[str, str]]:
    """Labels and sequences, in turn."""
    rng = np.random.default_rng(seed)
    found = []
    for row in range(rows):
        label = list(MARKS)[row % 2]
        noise = "".join(rng.choice(list("ACGT"), length))
        place = int(rng.integers(0, length - 8))
        found.append((label, noise[:place] + MARKS[label] + noise[place + 8 :]))
    return found


def written(
    path: Path, rows: Sequence[tuple[str, str]], columns: tuple[str, str] = ("kind", "letters")
) -> Path:
    """A CSV file of them."""
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    return path
