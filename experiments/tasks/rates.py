"""The curves that areas lie under: what share of which rows is found, threshold by threshold. Pure functions.

Curves of several trainings are averaged where they have the same share on the horizontal axis, so each is
read at given places of it.

Reference: Fawcett 2006, "An introduction to ROC analysis" (vertical averaging); Davis & Goadrich 2006, "The
relationship between precision-recall and ROC curves" (why precision is not interpolated by lines).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from experiments.tasks.areas import require_both


def hit_rates(
    scores: Float[np.ndarray, " rows"],
    positive: Bool[np.ndarray, " rows"],
    at: Float[np.ndarray, " places"],
) -> Float[np.ndarray, " places"]:
    """The ROC curve: what share of the positives is called so, where a share of the negatives is.

    With thresholds `t`, each distinct score, `TPR(t) = P(score ≥ t | positive)` and `FPR(t) = P(score ≥ t |
    negative)`; between two of them lies a straight line, so that ties are as good as chance.

    Args:
        scores: float [rows], the greater the likelier positive.
        positive: bool [rows]; both kinds are there.
        at: shares of the negatives, from 0 to 1.

    Returns:
        float64 [places], shares of the positives; where the curve is upright, its upper end.

    Raises:
        ValueError: the rows are of one kind, or a score is no number.

    Example:
        >>> scores, positive = np.array([0.9, 0.4, 0.4, 0.1]), np.array([True, False, True, False])
        >>> hit_rates(scores, positive, np.array([0.0, 0.25, 0.5, 1.0])).tolist()
        [0.5, 0.75, 1.0, 1.0]
    """
    require_both(scores, positive)
    hits, alarms = _called(scores, positive)
    hits, alarms = hits / positive.sum(), alarms / (~positive).sum()
    left = np.searchsorted(alarms, at, "right") - 1  # the upper end of an upright piece
    right = np.minimum(left + 1, len(alarms) - 1)
    width = alarms[right] - alarms[left]
    part = np.divide(at - alarms[left], width, out=np.zeros(len(at)), where=width > 0)
    return hits[left] + part * (hits[right] - hits[left])


def precisions(
    scores: Float[np.ndarray, " rows"],
    positive: Bool[np.ndarray, " rows"],
    at: Float[np.ndarray, " places"],
) -> Float[np.ndarray, " places"]:
    """The curve of precision and recall: what share of those called positive is so, by recall.

    At a recall r stands the precision of the highest threshold that reaches r: the steps of which average
    precision is the area.

    Args:
        scores: float [rows], the greater the likelier positive.
        positive: bool [rows]; both kinds are there.
        at: shares of the positives that are to be found, from 0 to 1; at 0 that of the first threshold.

    Returns:
        float64 [places].

    Raises:
        ValueError: the rows are of one kind, or a score is no number.

    Example:
        >>> scores, positive = np.array([0.9, 0.4, 0.4, 0.1]), np.array([True, False, True, False])
        >>> precisions(scores, positive, np.array([0.0, 0.5, 0.75, 1.0])).round(2).tolist()
        [1.0, 1.0, 0.67, 0.67]
    """
    require_both(scores, positive)
    hits, alarms = (counts[1:] for counts in _called(scores, positive))
    place = np.searchsorted(hits, at * positive.sum() - 1e-9, "left")
    return hits[place] / (hits[place] + alarms[place])


def _called(scores: np.ndarray, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many positives and how many negatives score as much as each threshold, from none to all."""
    order = np.argsort(-scores, kind="stable")
    ordered, found = scores[order], positive[order]
    ends = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]), len(ordered) - 1)
    hits = np.cumsum(found)[ends]
    return np.append(0, hits), np.append(0, ends + 1 - hits)
