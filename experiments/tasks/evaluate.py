"""How well predicted probabilities fit the labels: overall, and by how frequent a document's words are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

#: Names of the frequency bands, in the order of their numbers.
BANDS = ("rare", "middle", "frequent")
#: The number of a document without words, which is in no band.
NO_BAND = -1
#: A probability below this counts as this in the log loss, which is then at most 34.5 a row.
LEAST_PROBABILITY = 1e-15
_CALIBRATION_BINS = 15


def evaluate(
    probabilities: Float[np.ndarray, "rows classes"], labels: Int[np.ndarray, " rows"]
) -> dict[str, float]:
    """Accuracy, macro-F1, log loss and calibration error of predicted probabilities.

    With ŷ the class of the largest probability p̂ (the first of equals) and n rows:

    - accuracy `Σ [ŷ = y] / n`;
    - macro_f1: `2 TP / (2 TP + FP + FN)` of each class that labels or predictions name, averaged;
    - log_loss `−Σ ln max(p(y), 10⁻¹⁵) / n`, in nats;
    - ece `Σₘ |Bₘ|/n · |accuracy(Bₘ) − mean p̂(Bₘ)|`, Bₘ the rows with p̂ in ((m−1)/15, m/15].

    Args:
        probabilities: float [rows, classes], each row a distribution.
        labels: int [rows], from 0 to classes − 1.

    Returns:
        The four, by name.

    Raises:
        ValueError: no row, shapes or labels that do not fit, or probabilities that are none.

    Example:
        >>> scores = evaluate(np.array([[0.9, 0.1], [0.4, 0.6]]), np.array([0, 0]))
        >>> {name: round(value, 3) for name, value in scores.items()}
        {'accuracy': 0.5, 'macro_f1': 0.333, 'log_loss': 0.511, 'ece': 0.35}

    Reference: Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", 2017 (ECE).
    """
    from sklearn.metrics import f1_score  # here: 2 s that a mistake need not wait for

    _check(probabilities, labels)
    probabilities = probabilities.astype(np.float64)
    predicted = probabilities.argmax(1)
    true_class = probabilities[np.arange(len(labels)), labels]
    return {
        "accuracy": float(np.mean(predicted == labels)),
        "macro_f1": float(f1_score(labels, predicted, average="macro", zero_division=0)),
        "log_loss": float(-np.log(np.maximum(true_class, LEAST_PROBABILITY)).mean()),
        "ece": _calibration_error(probabilities.max(1), predicted == labels),
    }


def _check(probabilities: np.ndarray, labels: np.ndarray) -> None:
    if probabilities.ndim != 2 or labels.shape != probabilities.shape[:1] or not len(labels):
        raise ValueError(
            f"probabilities of shape {probabilities.shape} do not fit labels of shape {labels.shape}: "
            "give [rows, classes] and [rows], with one row at least"
        )
    classes = probabilities.shape[1]
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"labels from {labels.min()} to {labels.max()}: give numbers from 0 to {classes - 1}"
        )
    # Written so that NaN fails.
    if not (np.all(probabilities >= 0) and np.allclose(probabilities.sum(1), 1, atol=1e-3)):
        raise ValueError(
            "probabilities: each row must be at least 0 and sum to 1; normalise the scores first"
        )


def _calibration_error(confidence: np.ndarray, correct: np.ndarray) -> float:
    edges = np.linspace(0, 1, _CALIBRATION_BINS + 1)
    # Only the inner edges: a confidence that rounding lifts over 1 stays in the last bin.
    number = np.digitize(confidence, edges[1:-1], right=True)
    gap = np.bincount(number, weights=correct - confidence, minlength=_CALIBRATION_BINS)
    return float(np.abs(gap).sum() / len(confidence))


class Bands(NamedTuple):
    """Where each document of a split belongs.

    Attributes:
        band: int8 [rows], an index into `BANDS`; `NO_BAND` where a document has no word.
        has_oov: bool [rows], whether a word of the document was never seen in training.

    Example:
        >>> bands(*frequency(np.array([7]), np.array([1, 0])))
        Bands(band=array([ 1, -1], dtype=int8), has_oov=array([False, False]))
    """

    band: Int[np.ndarray, " rows"]
    has_oov: Bool[np.ndarray, " rows"]


def frequency(
    counts: Int[np.ndarray, " words"], lengths: Int[np.ndarray, " rows"]
) -> tuple[Float[np.ndarray, " rows"], Bool[np.ndarray, " rows"]]:
    """How frequent the words of each document are.

    Args:
        counts: int [words], of the words of all documents, one after the other, how often each occurs in the
            training split; 0 for a word never seen there.
        lengths: int [rows], how many of them are each document's.

    Returns:
        float [rows], the median count of each document's words, nan where it has none; and bool [rows],
        whether it has a word that training never saw.

    Example:
        >>> frequency(np.array([0, 2, 9]), np.array([2, 0, 1]))
        (array([ 1., nan,  9.]), array([ True, False, False]))

    Source: this experiment's own choice; the median, since a few stop words would rule a mean.
    """
    row = np.repeat(np.arange(len(lengths)), lengths)
    ordered = counts[np.lexsort((counts, row))]
    start = np.cumsum(lengths) - lengths
    filled = lengths > 0
    lower, upper = (start + (lengths - 1) // 2)[filled], (start + lengths // 2)[filled]
    median = np.full(len(lengths), np.nan)
    median[filled] = (ordered[lower] + ordered[upper]) / 2
    return median, np.bincount(row[counts == 0], minlength=len(lengths)) > 0


def bands(median: Float[np.ndarray, " rows"], has_oov: Bool[np.ndarray, " rows"]) -> Bands:
    """Assigns each document to a band by the median training count of its words.

    The bands are the tertiles of these medians over the split at hand: below the first cut is "rare",
    above the second "frequent", all else "middle". Equal medians share a band, so that bands of a small
    or uniform split may be uneven, or empty.

    Args:
        median: float [rows], from `frequency`.
        has_oov: bool [rows], from `frequency`.

    Returns:
        The band of each document, and whether it has a word that training never saw.

    Example:
        >>> bands(*frequency(np.array([0, 2, 9, 5, 80, 90]), np.array([2, 2, 2])))
        Bands(band=array([0, 1, 2], dtype=int8), has_oov=array([ True, False, False]))

    Source: this experiment's own choice.
    """
    filled = ~np.isnan(median)
    band = np.full(len(median), NO_BAND, np.int8)
    if filled.any():
        first, second = np.quantile(median[filled], [1 / 3, 2 / 3])
        band[filled] = (median[filled] >= first).astype(np.int8) + (median[filled] > second)
    return Bands(band, has_oov)


def by_band(
    scores: Float[np.ndarray, " rows"],
    band: Int[np.ndarray, " rows"],
    has_oov: Bool[np.ndarray, " rows"],
    *,
    key: str = "accuracy",
) -> dict[str, float]:
    """The mean score within each frequency band, and over the documents with an unseen word.

    Args:
        scores: float [rows], how well each row is told: 1 where a class is right, else 0, say.
        band: int [rows], from `bands`.
        has_oov: bool [rows], from `bands`.
        key: what the mean is called.

    Returns:
        `accuracy_rare`, `accuracy_middle`, `accuracy_frequent`, `accuracy_with_oov`, and `rows_…` of
        each. Where there are no rows the mean is left out.

    Raises:
        ValueError: the arrays differ in length.

    Example:
        >>> found = bands(*frequency(np.array([0, 5, 9]), np.array([1, 1, 1])))
        >>> by_band(np.array([1.0, 0.0, 1.0]), *found)
        {'rows_rare': 1, 'accuracy_rare': 1.0, 'rows_middle': 1, 'accuracy_middle': 0.0,
         'rows_frequent': 1, 'accuracy_frequent': 1.0, 'rows_with_oov': 1, 'accuracy_with_oov': 1.0}

    Source: this experiment's own choice.
    """
    if not scores.shape == band.shape == has_oov.shape:
        raise ValueError(
            f"scores, band and has_oov have shapes {scores.shape}, {band.shape} and {has_oov.shape}: "
            "give one entry a document in each"
        )
    groups = {name: band == number for number, name in enumerate(BANDS)} | {"with_oov": has_oov}
    found: dict[str, float] = {}
    for name, rows in groups.items():
        found[f"rows_{name}"] = int(rows.sum())
        if rows.any():
            found[f"{key}_{name}"] = float(scores[rows].mean())
    return found
