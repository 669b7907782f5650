"""How much the rows of a class weigh, as settings say it.

Source: `balance` 1 is scikit-learn's `class_weight="balanced"`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from embedlab.checks import require
from experiments.nearest import nearest_first


def require_weights(weights: Sequence[str], balance: float) -> None:
    """Checks the fields `weights` and `balance` of a task.

    Args:
        weights: as `spam=2.5`, each name once.
        balance: from 0 to 1.

    Raises:
        ValueError: one is malformed, no finite number above 0, or names a class twice.

    Example:
        >>> require_weights(("spam=2.5", "a=b=1"), 0.5)
        >>> require_weights(("spam",), 0.5)
        Traceback (most recent call last):
        ValueError: weights='spam': write NAME=WEIGHT, a finite number above 0, as spam=2.5
    """
    fits = isinstance(balance, int | float) and not isinstance(balance, bool) and 0 <= balance <= 1
    require(fits, "balance", balance, "give a number from 0 (none) to 1 (every class as much as any other)")
    require(isinstance(weights, tuple), "weights", weights, "give a tuple, as ('spam=2.5',)")
    for entry in weights:
        remedy = "write NAME=WEIGHT, a finite number above 0, as spam=2.5"
        require(isinstance(entry, str) and _weight(entry) > 0, "weights", entry, remedy)
    names = [name for name, _ in map(_parted, weights)]
    twice = sorted({name for name in names if names.count(name) > 1})
    require(not twice, "weights", tuple(weights), f"weigh each once; twice here: {twice}")


def weights_of(weights: Sequence[str], names: Sequence[str]) -> Float[np.ndarray, " names"]:
    """The weight of each name, float64 [names]; 1 where none is given.

    Args:
        weights: as `spam=2.5`.
        names: of classes or labels.

    Raises:
        ValueError: one is for a name that there is not.

    Example:
        >>> weights_of(("spam=2.5",), ("ham", "spam"))
        array([1. , 2.5])
    """
    given = dict(map(_parted, weights))
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise ValueError(
            f"task.weights={unknown[0]!r}: the data have no such name; they have "
            f"{nearest_first(unknown[0], names)}"
        )
    return np.array([float(given.get(name, 1)) for name in names])


def _parted(entry: str) -> tuple[str, str]:
    name, _, weight = entry.rpartition("=")
    return name.strip(), weight


def _weight(entry: str) -> float:
    """The weight of an entry; 0 where it is malformed."""
    name, weight = _parted(entry)
    try:
        found = float(weight)
    except ValueError:
        return 0.0
    return found if name and math.isfinite(found) else 0.0
