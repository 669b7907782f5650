"""Two kinds of rows, told apart by a score: judged by how it orders them, and by what its decisions cost."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from embedlab.checks import require
from experiments.tasks.areas import auc_parts, precision_parts
from experiments.tasks.evaluate import evaluate
from experiments.tasks.judge import Headline, Judge, Metric

_AUC = Metric("auc", ("AUC",), 1, ".3f")
_AVERAGE_PRECISION = Metric("average_precision", ("average", "precision"), 1, ".3f")
_OF_PROBABILITIES = (Metric("log_loss", ("log", "loss"), 1, ".3f"), Metric("ece", ("ECE", "%")))
_OF_DECISIONS = (
    Metric("precision", ("pre-", "cision %"), undefined="nothing is called positive"),
    Metric("recall", ("recall", "%")),
    Metric("f1", ("F1", "%")),
    Metric("cost", ("cost", "a row"), 1, ".3f"),
)
_UNIT: dict[str, Any] = {"factor": 1, "unit": "", "digits": 3}


@dataclasses.dataclass(frozen=True)
class _Binary(Judge):
    """What binary scores are judged by whatever the headline.

    Predictions are float [rows, 1], the score of the positive kind, or [rows, 2], with a second column that
    is above 0 where a row is called positive: by a threshold that was chosen on validation, say. With one
    column, a row of probability p is called positive where that costs less in the mean: from
    `p = false_alarm / (false_alarm + missed)` on. Targets are 0 and 1, int or bool [rows].

    Attributes:
        missed: cost of a positive that is called negative.
        false_alarm: cost of a negative that is called positive.
        probabilities: whether scores are probabilities; else log loss and calibration say nothing, nor are
            there decisions where no second column makes them.
        decides: whether there is a second column; then there are decisions without probabilities too.

    Raises:
        ValueError: a cost is no finite number above 0.
    """

    ordered = (_AUC.key, _AVERAGE_PRECISION.key)

    missed: float = 1.0
    false_alarm: float = 1.0
    probabilities: bool = True
    decides: bool = False

    def __post_init__(self) -> None:
        for name in ("missed", "false_alarm"):
            cost = getattr(self, name)
            number = isinstance(cost, int | float) and not isinstance(cost, bool)
            fits = number and 0 < cost < float("inf")
            require(fits, name, cost, "give the cost of such a mistake, a finite number above 0")

    @property
    def threshold(self) -> float:
        """The probability from which on a row is called positive: where both mistakes cost as much."""
        return self.false_alarm / (self.false_alarm + self.missed)

    @property
    def columns(self) -> tuple[Metric, ...]:
        other = _AVERAGE_PRECISION if self.headline.key == _AUC.key else _AUC
        decisions = _OF_DECISIONS if self.probabilities or self.decides else ()
        return (other, *(_OF_PROBABILITIES if self.probabilities else ()), *decisions)

    def counted(self, names: int) -> str:
        return f"{names} classes" if names else "a score a row"

    def require_told(self, targets: np.ndarray, which: str, names: Sequence[str] = ()) -> None:
        kinds = np.unique(targets)
        if len(kinds) < 2:
            positive = bool(kinds[0] > 0)
            one = repr(names[positive]) if names else "positive" if positive else "negative"
            raise ValueError(
                f"all {len(targets):,} rows {which} are of one class ({one:.60}), of which no "
                f"{self.headline.name} is defined; give rows of both classes, or more rows"
            )

    def telling(self, targets: np.ndarray, groups: Int[np.ndarray, " rows"]) -> Bool[np.ndarray, " rows"]:
        """See `Judge.telling`: an area knows no more than the class says that fewer groups hold.

        Example:
            >>> Auc().telling(np.array([0, 0, 0, 1, 1]), np.array([7, 8, 9, 1, 1])).tolist()
            [False, False, False, True, True]
        """
        positive = _positive(targets)
        some, others = (len(np.unique(groups[positive == kind])) for kind in (True, False))
        return positive if some <= others else ~positive

    def metrics(self, predicted: Float[np.ndarray, "rows outputs"], targets: np.ndarray) -> dict[str, float]:
        scores, positive = predicted[:, 0].astype(np.float64), _positive(targets)
        found = {
            "auc": float(auc_parts(scores, positive).mean()),
            "average_precision": float(precision_parts(scores, positive).mean()),
            "positives": float(positive.mean()),
        }
        if self.probabilities:
            whole = evaluate(np.stack([1 - scores, scores], axis=1), positive.astype(np.int64))
            found |= {name: whole[name] for name in ("log_loss", "ece")}
        called = self.called(predicted)
        return found if called is None else found | self._decided(called, positive)

    def called(self, predicted: Float[np.ndarray, "rows outputs"]) -> np.ndarray | None:
        """Which rows are called positive, bool [rows]; None where nothing decides."""
        if predicted.shape[1] > 1:
            return np.asarray(predicted[:, 1] > 0)
        return np.asarray(predicted[:, 0] >= self.threshold) if self.probabilities else None

    def _decided(self, called: np.ndarray, positive: np.ndarray) -> dict[str, float]:
        hits, false, missed = (
            int(rows.sum()) for rows in (called & positive, called & ~positive, ~called & positive)
        )
        precision = {"precision": hits / (hits + false)} if hits + false else {}
        return precision | {
            "recall": hits / max(hits + missed, 1),
            "f1": 2 * hits / max(2 * hits + false + missed, 1),
            "cost": (self.missed * missed + self.false_alarm * false) / len(positive),
        }

    def answers(self, predicted: Float[np.ndarray, "rows outputs"], names: Sequence[str]) -> list[Any]:
        return [float(row[0]) for row in predicted]

    def fields(self, answer: Any) -> tuple[str, ...]:
        return (f"{answer:.6g}",)


@dataclasses.dataclass(frozen=True)
class Auc(_Binary):
    """Judged by the area under the ROC curve: the chance that a positive scores above a negative.

    Example:
        >>> judge = Auc()
        >>> predicted, targets = np.array([[0.9], [0.4], [0.4], [0.1]]), np.array([1, 0, 1, 0])
        >>> judge.metrics(predicted, targets)["auc"], float(judge.scores(predicted, targets).mean())
        (0.875, 0.875)

    Reference: see `experiments.tasks.areas.auc_parts`.
    """

    headline = Headline(
        key="auc",
        name="AUC",
        title=("AUC",),
        sentence="has an AUC of {score} on the {rows}",
        short="has an AUC of {score}",
        chance=0.5,
        **_UNIT,
    )

    def scores(
        self, predicted: Float[np.ndarray, "rows outputs"], targets: np.ndarray
    ) -> Float[np.ndarray, " rows"]:
        return auc_parts(predicted[:, 0], _positive(targets))


@dataclasses.dataclass(frozen=True)
class AveragePrecision(_Binary):
    """Judged by average precision, the area under the curve of precision and recall: for rare positives.

    Example:
        >>> judge = AveragePrecision(missed=9.0)
        >>> judge.threshold
        0.1
        >>> found = judge.metrics(np.array([[0.9], [0.4], [0.4], [0.1]]), np.array([1, 0, 1, 0]))
        >>> round(found["average_precision"], 3), found["recall"], found["cost"]
        (0.833, 1.0, 0.5)

    Reference: see `experiments.tasks.areas.precision_parts`.
    """

    headline = Headline(
        key="average_precision",
        name="average precision",
        title=("average", "precision"),
        sentence="has an average precision of {score} on the {rows}",
        short="has an average precision of {score}",
        **_UNIT,
    )

    def scores(
        self, predicted: Float[np.ndarray, "rows outputs"], targets: np.ndarray
    ) -> Float[np.ndarray, " rows"]:
        return precision_parts(predicted[:, 0], _positive(targets))


def cheapest(
    scores: Float[np.ndarray, " rows"],
    targets: Int[np.ndarray, " rows"],
    *,
    missed: float = 1.0,
    false_alarm: float = 1.0,
) -> float:
    """The threshold of least cost on some rows: to be chosen on validation, for rows from it on.

    Args:
        scores: float [rows].
        targets: [rows], 0 or 1.
        missed: cost of a positive below it.
        false_alarm: cost of a negative from it on.

    Returns:
        Half-way between two scores, of equals the greatest; ∞ where calling no row positive costs least.

    Example:
        >>> cheapest(np.array([0.1, 0.2, 0.3, 0.4]), np.array([0, 0, 1, 1]))
        0.25
        >>> cheapest(np.array([0.1, 0.2, 0.3, 0.4]), np.array([0, 1, 0, 1]), missed=5)
        0.15000000000000002
    """
    steps, place, rows = np.unique(-scores.astype(np.float64), return_inverse=True, return_counts=True)
    hits = np.bincount(place, weights=_positive(targets), minlength=len(rows))
    # Of calling positive no row, those of the greatest score, …
    caught = np.concatenate([[0], np.cumsum(hits)])
    alarms = np.concatenate([[0], np.cumsum(rows - hits)])
    best = int((missed * (hits.sum() - caught) + false_alarm * alarms).argmin())
    if best == 0:
        return float("inf")
    lower = steps[best] if best < len(steps) else steps[-1]
    return float(-(steps[best - 1] + lower) / 2)


def _positive(targets: np.ndarray) -> np.ndarray:
    return np.asarray(targets > 0)
