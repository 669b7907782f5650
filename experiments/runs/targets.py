"""What the test rows of a workdir really are, for whoever reads its runs without reading the data again.

`targets.npz` holds `targets` [rows, …] and `groups` [rows] (rows of one group are duplicates of each other),
in the order of the rows of `predictions.npz`: in the workdir, or in the folder of each fold.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from embedlab.files import write_whole
from experiments.errors import placed
from experiments.runs import layout

if TYPE_CHECKING:  # whoever reads runs need not wait for what reads texts
    from experiments.documents.material import Material

_FILE = "targets.npz"


class Targets(NamedTuple):
    """Of the test rows of a split.

    Attributes:
        targets: [rows, …], in the form of the task; of classes their numbers, int [rows].
        groups: int [rows], which rows are duplicates of each other.
    """

    targets: np.ndarray
    groups: np.ndarray


def keep(workdir: Path, materials: Sequence[Material]) -> None:
    """Writes them for each split, unless they are there."""
    for material in materials:
        data, rows = material.dataset, material.splits.test
        write(layout.folder(workdir, material.fold), Targets(data.labels[rows], data.groups[rows]))


def write(folder: Path, found: Targets) -> None:
    """Writes those of one split, unless they are there.

    Args:
        folder: the workdir, or that of a fold.
        found: its targets.
    """
    if not (folder / _FILE).exists():
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / _FILE, found)


def _write(path: Path, found: Targets) -> None:
    with placed(path):
        write_whole({path: lambda file: np.savez(file, **found._asdict())})


def read(folder: Path) -> Targets | None:
    """Those that `keep` wrote.

    Args:
        folder: the workdir, or that of a fold.

    Returns:
        The targets; None where there are none, as in runs of earlier versions, or where they are damaged.
    """
    try:
        with np.load(folder / _FILE, allow_pickle=False) as stored:
            found = Targets(stored["targets"], stored["groups"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return found if found.groups.shape == found.targets.shape[:1] else None
