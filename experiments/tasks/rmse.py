"""Ratings: a number on a scale, judged by the root of the mean squared error."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from experiments.tasks.judge import Headline, Judge, Metric


@dataclasses.dataclass(frozen=True)
class Rmse(Judge):
    """Judged by `RMSE = √(Σ_i e_i² / n)`, `e_i` the error of a rating.

    Predictions are float [rows, 1], targets float [rows]. The score of row k is, by the influence function,
    `−(RMSE + (e_k² − RMSE²) / (2 RMSE))`: their mean is −RMSE.

    Example:
        >>> judge = Rmse()
        >>> predicted, targets = np.array([[5.0], [2.0]]), np.array([5.0, 4.0])
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

    def counted(self, names: int) -> str:
        return "a rating a row"

    def metrics(self, predicted: Float[np.ndarray, "rows outputs"], targets: np.ndarray) -> dict[str, float]:
        errors = predicted[:, 0].astype(np.float64) - targets
        return {"rmse": float(np.sqrt(np.square(errors).mean())), "mae": float(np.abs(errors).mean())}

    def scores(
        self, predicted: Float[np.ndarray, "rows outputs"], targets: np.ndarray
    ) -> Float[np.ndarray, " rows"]:
        squares = np.square(predicted[:, 0].astype(np.float64) - targets)
        mean = squares.mean()
        return -np.sqrt(mean) - (squares - mean) / (2 * np.sqrt(mean)) if mean else -squares

    def answers(self, predicted: Float[np.ndarray, "rows outputs"], names: Sequence[str]) -> list[Any]:
        return predicted[:, 0].astype(np.float64).tolist()

    def fields(self, answer: Any) -> tuple[str, ...]:
        return (f"{answer:.6g}",)
