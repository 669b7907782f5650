"""What a stored model needs beside its words and arrays: `kept.npz` and `kept.json` in its run directory."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from embedlab.files import write_whole
from experiments.errors import RunFailure

_ARRAYS, _VALUES = "kept.npz", "kept.json"


def save(folder: Path, found: Mapping[str, Any]) -> list[str]:
    """Writes arrays and values; returns the names of the files, none where there is nothing.

    Args:
        folder: of the run.
        found: by name, NumPy arrays and values that JSON can hold.
    """
    arrays: dict[str, Any] = {name: value for name, value in found.items() if isinstance(value, np.ndarray)}
    values = {name: value for name, value in found.items() if name not in arrays}
    if arrays:
        write_whole({folder / _ARRAYS: lambda file: np.savez(file, **arrays)})
    if values:
        text = json.dumps(values, ensure_ascii=False, allow_nan=False)
        write_whole({folder / _VALUES: lambda file: file.write(text.encode())})
    return [*([_ARRAYS] if arrays else []), *([_VALUES] if values else [])]


def load(folder: Path) -> dict[str, Any]:
    """What `save` wrote.

    Args:
        folder: of the run.

    Raises:
        RunFailure: a file can't be read.
    """
    found: dict[str, Any] = {}
    try:
        if (folder / _VALUES).exists():
            found |= json.loads((folder / _VALUES).read_text(encoding="utf-8"))
        if (folder / _ARRAYS).exists():
            with np.load(folder / _ARRAYS, allow_pickle=False) as stored:
                found |= dict(stored)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise RunFailure(
            f"{folder}: what a finished run keeps for new rows can't be read ({error}). Remove summary.json "
            "there and run again: what is trained stays, and this is written anew."
        ) from None
    return found
