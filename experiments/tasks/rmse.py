"""Ratings: a number on a scale, judged by the root of the mean squared error."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from embedlab.checks import require
from experiments.tasks.judge import Headline, Judge, Metric


@dataclasses.dataclass(frozen=True)
class Rmse(Judge):
    """Judged by `RMSE = √(Σ_i e_i² / n)`, `e_i` the error of a rating that is clipped to the scale.

    Predictions are float [rows, 1], targets float [rows]. The score of row k is, by the influence function,
    `−(RMSE + (e_k² − RMSE²) / (2 RMSE))`: their mean is −RMSE.

    Attributes:
        low: the least rating; none for no bound.
        high: the greatest.

    Raises:
        ValueError: the bounds are no finite numbers, or cross.

    Example:
        >>> judge = Rmse(low=1, high=5)
        >>> predicted, targets = np.array([[5.5], [2.0]]), np.array([5.0, 4.0])
        >>> found = judge.metrics(predicted, targets)
        >>> scores = judge.scores(predicted, targets)
        >>> round(found["rmse"], 3), found["mae"], round(float(scores.mean()), 3)
        (1.414, 1.0, -1.414)

    Reference: Efron, "The jackknife, the bootstrap and other resampling plans", 1982, chapter 6 (of scores).
    """

    headline = Headline(
        key="rmse",
        name="RMSE",
        title=("RMSE",),
        sentence="has an RMSE of {score} on the {rows}",
        short="has an RMSE of {score}",
        least=-math.inf,
        most=0.0,
        factor=1,
        unit="",
        digits=3,
        less_is_better=True,
    )
    columns = (Metric("mae", ("MAE",), 1, ".3f"),)
    majority = "mean"
    guess = "is the mean of the training ratings"

    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        for name in ("low", "high"):
            bound = getattr(self, name)
            number = isinstance(bound, int | float) and not isinstance(bound, bool) and math.isfinite(bound)
            require(bound is None or number, name, bound, "give a finite number, or none for no bound")
        crossed = self.low is not None and self.high is not None and self.low >= self.high
        require(not crossed, "high", self.high, f"give more than the least rating, {self.low}")

    def clipped(self, predicted: Float[np.ndarray, "rows outputs"]) -> Float[np.ndarray, " rows"]:
        """Predictions on the scale, float64 [rows]."""
        values = predicted[:, 0].astype(np.float64)
        return values if self.low is self.high is None else np.clip(values, self.low, self.high)

    def counted(self, names: int) -> str:
        return "a rating a row"

    def metrics(self, predicted: Float[np.ndarray, "rows outputs"], targets: np.ndarray) -> dict[str, float]:
        errors = self.clipped(predicted) - targets
        return {"rmse": float(np.sqrt(np.square(errors).mean())), "mae": float(np.abs(errors).mean())}

    def scores(
        self, predicted: Float[np.ndarray, "rows outputs"], targets: np.ndarray
    ) -> Float[np.ndarray, " rows"]:
        squares = np.square(self.clipped(predicted) - targets)
        mean = squares.mean()
        return -np.sqrt(mean) - (squares - mean) / (2 * np.sqrt(mean)) if mean else -squares

    def answers(self, predicted: Float[np.ndarray, "rows outputs"], names: Sequence[str]) -> list[Any]:
        return self.clipped(predicted).tolist()

    def fields(self, answer: Any) -> tuple[str, ...]:
        return (f"{answer:.6g}",)
