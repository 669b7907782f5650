"""From what a trained detector finds in rows to one score a row: the greater the more unusual.

Reference: Ramaswamy, Rastogi & Shim 2000, "Efficient algorithms for mining outliers from large data sets"
(distance to the k-th neighbour); Mahalanobis 1936, "On the generalised distance in statistics".
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
from jaxtyping import Float, Float32

from experiments.detect.config import Detect
from experiments.detect.expected import Held
from experiments.detect.model import Detector
from experiments.study.tabular.read import Read

_RIDGE = 1e-3  # of the mean variance, that is added to each
_BLOCK = 1024  # rows whose distances are held at once


@functools.partial(jax.jit, static_argnames=("detector",))
def _found(detector: Detector, parameters: dict[str, Any], buffers: Any, rows: Any, held: Any) -> Any:
    return detector.surprises(parameters, buffers, rows, held)


def found(
    detector: Detector,
    parameters: dict[str, Any],
    buffers: Mapping[str, Any],
    read: Read,
    held: Held,
    most: int,
) -> tuple[Float32[np.ndarray, "rows columns"], Float32[np.ndarray, "rows hidden"]]:
    """The surprise of each column, that of a number as of a density, and the hidden numbers, of rows.

    Args:
        detector: its functions.
        parameters: its arrays.
        buffers: see `experiments.detect.model.with_expected`.
        read: the rows, as the embedding reads them.
        held: what they hold.
        most: rows at once.
    """
    n, surprises, hidden = len(held.places), [], []
    for first in range(0, n, most):
        # Of one shape, so that it is compiled once: the last row stands for those that are not there.
        rows = np.minimum(np.arange(first, first + min(most, n)), n - 1)
        own = {"places": held.places[rows], "weights": held.weights[rows]}
        each = _found(detector, parameters, buffers, read.take(rows), own)
        there = min(most, n - first)
        surprises.append(np.asarray(each[0])[:there] + held.sparse[first : first + there])
        hidden.append(np.asarray(each[1])[:there])
    return np.concatenate(surprises), np.concatenate(hidden)


@dataclasses.dataclass(frozen=True, eq=False)
class Scorer:
    """Makes scores of what was found in rows.

    Attributes:
        settings: which score.
        rows: float32 [kept, hidden], hidden numbers of training rows, for distances to neighbours.
        mean: float64 [hidden], of those of all training rows.
        spread: float64 [hidden, hidden], the inverse of their covariance.

    Example:
        >>> import embedlab
        >>> settings = Detect(embedlab.Dense(9, 2), score="largest")
        >>> scorer = Scorer.of(settings, np.zeros((3, 2), np.float32))
        >>> scorer.scores(np.float32([[1, 2], [5, 0]]), np.zeros((2, 2), np.float32))
        array([2., 5.])
    """

    settings: Detect
    rows: Float32[np.ndarray, "kept hidden"]
    mean: Float[np.ndarray, " hidden"]
    spread: Float[np.ndarray, "hidden hidden"]

    @classmethod
    def of(cls, settings: Detect, hidden: Float32[np.ndarray, "rows hidden"]) -> Scorer:
        """Of training rows.

        Args:
            settings: which score.
            hidden: float32 [rows, hidden], their hidden numbers.
        """
        kept = np.linspace(0, len(hidden) - 1, min(len(hidden), settings.kept_rows)).astype(int)
        covariance = np.atleast_2d(np.cov(hidden.T.astype(np.float64)))
        ridge = _RIDGE * max(float(np.trace(covariance)) / len(covariance), 1e-12)
        spread = np.linalg.inv(covariance + ridge * np.eye(len(covariance)))
        return cls(settings, hidden[kept], hidden.mean(0, dtype=np.float64), spread)

    def scores(
        self, surprises: Float32[np.ndarray, "rows columns"], hidden: Float32[np.ndarray, "rows hidden"]
    ) -> Float[np.ndarray, " rows"]:
        """The score of each row, float64 [rows].

        Args:
            surprises: float32 [rows, columns].
            hidden: float32 [rows, hidden].
        """
        if self.settings.score == "surprise":
            return surprises.mean(1, dtype=np.float64)
        if self.settings.score == "largest":
            return surprises.max(1).astype(np.float64)
        if self.settings.score == "gaussian":
            off = hidden - self.mean
            return np.sqrt(np.maximum(((off @ self.spread) * off).sum(1), 0.0))
        return self._distances(hidden)

    def _distances(self, hidden: np.ndarray) -> np.ndarray:
        """To the k-th nearest training row."""
        place = min(self.settings.neighbours, len(self.rows)) - 1
        kept = self.rows.astype(np.float64)
        squares, scores = (kept**2).sum(1), np.empty(len(hidden))
        for first in range(0, len(hidden), _BLOCK):
            block = hidden[first : first + _BLOCK].astype(np.float64)
            far = (block**2).sum(1)[:, None] + squares - 2 * block @ kept.T
            scores[first : first + _BLOCK] = np.partition(far, place, axis=1)[:, place]
        return np.sqrt(np.maximum(scores, 0.0))

    def kept(self) -> dict[str, Any]:
        """What new rows need, by name: arrays of the score that is meant, and no more."""
        score = self.settings.score
        if score == "neighbours":
            return {"rows": self.rows}
        return {"mean": self.mean, "spread": self.spread} if score == "gaussian" else {}

    @classmethod
    def restored(cls, settings: Detect, kept: Mapping[str, Any]) -> Scorer:
        """What `kept` was of.

        Args:
            settings: which score.
            kept: arrays by name.
        """
        hidden = settings.form.hidden
        rows = kept.get("rows", np.zeros((1, hidden), np.float32))
        return cls(settings, rows, kept.get("mean", np.zeros(hidden)), kept.get("spread", np.eye(hidden)))
