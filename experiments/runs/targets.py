"""What the test rows of a workdir really are, for whoever reads its runs without reading the data again.

`targets.npz` holds `targets` [rows, …] and `groups` [rows] (rows of one group are duplicates of each other),
in the order of the rows of `predictions.npz`: in the workdir, or in the folder of each fold. `across` says
whether numbers of groups are of the data; in runs of earlier versions it is missing, and they are taken to be
of the fold.
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
from experiments.runs.outcome import groups_together

if TYPE_CHECKING:  # whoever reads runs need not wait for what reads texts
    from experiments.documents.material import Material

_FILE = "targets.npz"


class Targets(NamedTuple):
    """Of the test rows of a split.

    Attributes:
        targets: [rows, …], in the form of the task; of classes their numbers, int [rows].
        groups: int [rows], which rows are duplicates of each other, or else right or wrong together.
        across: whether their numbers are of the data: the same number in two folds is the same group.
    """

    targets: np.ndarray
    groups: np.ndarray
    across: bool = False


def groups_of(found: Sequence[Targets]) -> np.ndarray:
    """The groups of the test rows of several folds, one fold's after the other's: int [rows].

    Args:
        found: those of each fold.
    """
    return groups_together([each.groups for each in found], across=all(each.across for each in found))


def keep(workdir: Path, materials: Sequence[Material]) -> None:
    """Writes them for each split, unless they are there."""
    for material in materials:
        data, rows = material.dataset, material.splits.test
        write(layout.folder(workdir, material.fold), Targets(data.labels[rows], data.groups[rows], True))


def write(folder: Path, found: Targets) -> None:
    """Writes those of one split, unless they are there as a whole.

    Args:
        folder: the workdir, or that of a fold.
        found: its targets.
    """
    stored = read(folder)
    if not (folder / _FILE).exists() or (stored is not None and stored.across != found.across):
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
            across = "across" in stored and bool(stored["across"])
            found = Targets(stored["targets"], stored["groups"], across)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return found if found.groups.shape == found.targets.shape[:1] else None
