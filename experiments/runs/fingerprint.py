"""What the data of a run were, in a few lines: a run that goes on must go on with the same."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable
from typing import Any

import numpy as np

from experiments.data import Dataset, Splits
from experiments.errors import Mistake
from experiments.runs.run import RunDirectory

_FILE = "data.json"
_COUNTS = {"documents": "documents", "train": "to train on", "valid": "to validate on", "test": "to test on"}
_NO_MATTER = {"name": None, "vectors": None}
_DIGESTS = ("texts", "labels", "split")


def fingerprint(dataset: Dataset, *splits: Splits) -> dict[str, Any]:
    """Counts, the classes, and SHA-256 digests of texts, labels and split; of folds, a count for each.

    Example:
        >>> rows = np.arange(3, dtype=np.int32)
        >>> data = Dataset("three", ("a", "b", "c"), rows % 2, ("even", "odd"), rows)
        >>> found = fingerprint(data, Splits(rows[:1], rows[1:2], rows[2:]))
        >>> found["documents"], found["classes"], len(found["texts"])
        (3, ['even', 'odd'], 64)
    """
    texts = itertools.chain(dataset.texts, dataset.seconds)
    sides = [(each.train, each.valid, each.test) for each in splits]
    counts = [list(map(len, side)) for side in zip(*sides, strict=True)]
    return {
        "name": dataset.name,
        "documents": len(dataset.texts),
        **dict(zip(("train", "valid", "test"), (n if len(n) > 1 else n[0] for n in counts), strict=True)),
        "classes": list(dataset.classes),
        "texts": _digest(text.encode("utf-8", "surrogatepass") for text in texts),
        "labels": _digest([_numbers(dataset.labels).tobytes()]),
        "split": _digest([np.asarray(side).astype("<i8").tobytes() for each in sides for side in each]),
    }


def require_same(directory: RunDirectory, found: dict[str, Any]) -> None:
    """Refuses data that are not those that a run was begun with; a new run has none yet.

    What they are called is no matter. Pretrained vectors are data too, where they were read.

    Raises:
        Mistake: they differ; says in what.
    """
    old = directory.read(_FILE)
    if old is None:
        return
    was, now = old.get("vectors"), found.get("vectors")
    if was is not None and now is not None and was != now:
        raise Mistake(
            f"--workdir {directory.path}: the pretrained vectors changed since this run was begun: "
            f"{_told(was)} then, {_told(now)} now{'' if _told(was) != _told(now) else ', of other numbers'}. "
            "Give another --workdir, or the file that it was begun with."
        )
    if {**old, **_NO_MATTER} != {**found, **_NO_MATTER}:
        raise Mistake(
            f"--workdir {directory.path}: the data changed since this run was begun: "
            f"{_difference(old, found)}. (A file was edited, say, or a package that is read was upgraded.) "
            "Give another --workdir, or the data that it was begun with."
        )


def keep(directory: RunDirectory, found: dict[str, Any]) -> None:
    """Writes down what the data are, unless it is known."""
    if directory.read(_FILE) is None:
        directory.write(_FILE, found)


def _told(vectors: Any) -> str:
    """How many vectors of how many numbers were read."""
    found = vectors if isinstance(vectors, dict) else {}
    return f"{_count(found.get('words'))} of {found.get('numbers')} numbers for these words"


def _difference(old: dict[str, Any], new: dict[str, Any]) -> str:
    parts = [
        f"{_count(old.get(key))} {what} then, {_count(new[key])} now"
        for key, what in _COUNTS.items()
        if old.get(key) != new[key]
    ]
    if old.get("classes") != new["classes"]:
        parts.append("other classes")
    if not parts:
        other = [key for key in _DIGESTS if old.get(key) != new[key]]
        parts.append(f"as many {_count(new['documents'])} documents, but {' and '.join(other)} differ")
    return ", ".join(parts)


def _count(number: object) -> str:
    if isinstance(number, list):  # of folds
        return " + ".join(map(_count, number))
    return f"{number:,}" if isinstance(number, int) else str(number)


def _numbers(labels: np.ndarray) -> np.ndarray:
    """Targets in one form on every machine: whole numbers of 32 bits, or floats of 64."""
    return labels.astype("<f8" if np.issubdtype(labels.dtype, np.floating) else "<i4")


def _digest(parts: Iterable[bytes]) -> str:
    """Of parts with their lengths, so that no letter can move from one to the next unseen."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "little") + part)
    return whole.hexdigest()
