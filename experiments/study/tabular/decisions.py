"""Scores of two kinds of rows with the decision beside: a threshold that is the cheapest on validation.

Reference: Elkan 2001, "The foundations of cost-sensitive learning".
"""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Float, Float32, Int

from embedlab.checks import require
from experiments.checks import finite
from experiments.tasks.binary import cheapest


@dataclasses.dataclass(frozen=True)
class Costs:
    """What mistakes cost, where there are two classes: the threshold is the cheapest on validation.

    Attributes:
        missed: a positive row that is called negative.
        false_alarm: a negative row that is called positive.

    Raises:
        ValueError: a cost is no finite number above 0.

    Example:
        >>> costs = Costs(missed=5.0)
        >>> costs.threshold(np.array([0.1, 0.2, 0.3, 0.4]), np.array([0, 1, 0, 1]))
        0.15000000000000002
    """

    missed: float = 1.0
    false_alarm: float = 1.0

    def __post_init__(self) -> None:
        for field in ("missed", "false_alarm"):
            cost = getattr(self, field)
            require(finite(cost) and cost > 0, field, cost, "give a finite number above 0")

    def threshold(self, scores: Float[np.ndarray, " rows"], targets: Int[np.ndarray, " rows"]) -> float:
        """The threshold of least cost on some rows.

        Args:
            scores: float [rows], the greater the likelier positive.
            targets: [rows], 0 or 1.

        Returns:
            A finite number, for JSON; the largest float32 where calling no row positive costs least.
        """
        found = cheapest(scores, targets, missed=self.missed, false_alarm=self.false_alarm)
        return min(found, float(np.finfo(np.float32).max))


def decided(scores: Float[np.ndarray, " rows"], threshold: float) -> Float32[np.ndarray, "rows 2"]:
    """Scores float [rows], and whether they reach a threshold, as judges of two kinds of rows take them.

    Args:
        scores: the greater the likelier positive.
        threshold: from which on a row is called positive.

    Example:
        >>> decided(np.array([0.25, 0.75]), 0.5)
        array([[0.25, 0.  ],
               [0.75, 1.  ]], dtype=float32)
    """
    return np.stack([scores, scores >= threshold], axis=1).astype(np.float32)
