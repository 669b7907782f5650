"""What the data of an application were, in a few lines: a run that goes on must go on with the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from experiments.errors import Mistake
from experiments.runs.run import RunDirectory
from experiments.study.split import Split

_FILE = "data.json"


def digest(parts: Iterable[str | bytes | np.ndarray]) -> str:
    """SHA-256 of strings, bytes and arrays of numbers, one after the other.

    Args:
        parts: each with its length, so that nothing can move from one to the next unseen.

    Example:
        >>> digest(["ab", "c"]) == digest(["a", "bc"]), len(digest([np.arange(3)]))
        (False, 64)
    """
    whole = hashlib.sha256()
    for part in parts:
        raw = _bytes(part)
        whole.update(len(raw).to_bytes(8, "little") + raw)
    return whole.hexdigest()


def _bytes(part: str | bytes | np.ndarray) -> bytes:
    if isinstance(part, np.ndarray):  # in one form on every machine
        return part.astype("<f8" if np.issubdtype(part.dtype, np.floating) else "<i8").tobytes()
    return part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part


def of(splits: Sequence[Split]) -> dict[str, Any]:
    """What `data.json` holds: name, classes, sizes of the sides, and what each split says of itself.

    Args:
        splits: of a study, in order.
    """
    first = splits[0]
    sizes = {"valid": [len(s.valid_targets) for s in splits], "test": [len(s.targets) for s in splits]}
    return {
        "name": first.title,
        "classes": list(first.names),
        **{side: counts if len(counts) > 1 else counts[0] for side, counts in sizes.items()},
        **first.fingerprint,
        "targets": digest(part for split in splits for part in (split.valid_targets, split.targets)),
        **({"folds": [dict(split.fingerprint) for split in splits]} if len(splits) > 1 else {}),
    }


def require_same(directory: RunDirectory, found: Mapping[str, Any]) -> None:
    """Refuses data that are not those that a run was begun with; a new run has none yet.

    Raises:
        Mistake: they differ; says in what.
    """
    old = directory.read(_FILE)
    if old is None:
        return
    differ = [key for key in {**old, **found} if key != "name" and old.get(key) != found.get(key)]
    if differ:
        told = ", ".join(_difference(key, old.get(key), found.get(key)) for key in differ[:4])
        raise Mistake(
            f"--workdir {directory.path}: the data changed since this run was begun: {told}. Give another "
            "--workdir, or the data that it was begun with."
        )


def _difference(key: str, old: Any, new: Any) -> str:
    if isinstance(old, int) and isinstance(new, int):
        return f"{key} {old:,} then, {new:,} now"
    return f"{key} differ"


def keep(directory: RunDirectory, found: Mapping[str, Any]) -> None:
    """Writes down what the data are, unless it is known."""
    if directory.read(_FILE) is None:
        directory.write(_FILE, dict(found))
