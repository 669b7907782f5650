"""Rows of a table as arrays of ids."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
from jaxtyping import Float32, Int32, Integer


@dataclasses.dataclass(frozen=True, eq=False)
class Read:
    """Rows as an embedding reads them.

    Attributes:
        ids: int32 [n, columns and crosses], a word each.
        knots: int32 [n, numbers, 2], the knots on both sides; `ABSENT` for none.
        weights: float32 [n, numbers, 2], how much of each.
        buffers: the embedding's, for these ids.

    Example:
        >>> ids, knots = np.zeros((3, 2), np.int32), np.zeros((3, 0, 2), np.int32)
        >>> list(Read(ids, knots, np.zeros((3, 0, 2), np.float32), {}).arrays)
        ['ids']
    """

    ids: Int32[np.ndarray, "n columns"]
    knots: Int32[np.ndarray, "n numbers 2"]
    weights: Float32[np.ndarray, "n numbers 2"]
    buffers: Mapping[str, np.ndarray]

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """Ids [n, columns], knots and weights [n, numbers, 2] by name, without what has no entry."""
        found = {"ids": self.ids, "knots": self.knots, "weights": self.weights}
        return {name: array for name, array in found.items() if array.shape[1]}

    def take(self, rows: Integer[np.ndarray, " m"]) -> dict[str, np.ndarray]:
        """The arrays of some rows.

        Args:
            rows: int [m], their numbers.
        """
        return {name: array[rows] for name, array in self.arrays.items()}
