"""What a model of k-mers is measured against: a linear model of k-mer counts.

Reference: Leslie, Eskin & Noble 2002, "The spectrum kernel: a string kernel for SVM protein classification"
(a linear model of k-mer counts, each sequence brought to length 1).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Int

from experiments.data import Splits
from experiments.genes.kmers import Kmers
from experiments.study.logistic import fits
from experiments.study.split import Fit

#: Letters of a k-mer, and inverse strengths C of the L2 penalty, that validation chooses from.
LENGTHS = (2, 3, 4, 5, 6)
STRENGTHS = (1.0, 10.0, 100.0)
_PASSES = 300


def spectrum_logistic(
    sequences: Sequence[str], labels: Int[np.ndarray, " rows"], classes: int, splits: Splits, kmers: Kmers
) -> Fit:
    """Multinomial logistic regression on `ln(1 + count)` of each k-mer, a sequence brought to length 1.

    Stride, strand and letters that stand for several are those of the config; k, the same for all words, and
    the strength of the penalty are chosen on validation; counts tell of no position, and are of nucleotides:
    where words are of amino acids, of runs that begin with a codon.

    Args:
        sequences: of all rows.
        labels: int [rows].
        classes: how many there are.
        splits: the sides.
        kmers: how sequences become words, but for k and positions.

    Example:
        >>> rows = np.arange(12)
        >>> sides = Splits(rows[:6], rows[6:8], rows[8:])
        >>> found = spectrum_logistic(["ACACAC", "GTGTTT"] * 6, rows % 2, 2, sides, Kmers())
        >>> found.test.argmax(1).tolist()
        [0, 1, 0, 1]
    """
    stride = 3 * kmers.stride if kmers.translate else kmers.stride
    plain = dataclasses.replace(kmers, stride=stride, positions="none", translate=False)
    kinds = {
        f"{k}-mers": [dataclasses.replace(plain, k=(k,)).words(one) for one in sequences] for k in LENGTHS
    }
    return _chosen(kinds, labels, classes, splits, STRENGTHS)


def word_logistic(
    documents: Sequence[Sequence[str]], labels: Int[np.ndarray, " rows"], classes: int, splits: Splits
) -> Fit:
    """The same of the very words that the embedding reads, such as k-mers that say where they stand.

    Args:
        documents: the words of all rows.
        labels: int [rows].
        classes: how many there are.
        splits: the sides.

    Example:
        >>> rows = np.arange(12)
        >>> sides = Splits(rows[:6], rows[6:8], rows[8:])
        >>> word_logistic([["0:AC"], ["1:AC"]] * 6, rows % 2, 2, sides).test.argmax(1).tolist()
        [0, 1, 0, 1]
    """
    return _chosen({"words": documents}, labels, classes, splits, (0.1, *STRENGTHS))


def _chosen(
    kinds: Mapping[str, Sequence[Sequence[str]]],
    labels: np.ndarray,
    classes: int,
    splits: Splits,
    strengths: Sequence[float],
) -> Fit:
    """The linear model of the words, and with the penalty, that get most of validation right."""
    best: Any = None
    tried: dict[str, float] = {}
    for kind, documents in kinds.items():
        x, seen = _counts(documents, splits.train)
        for strength, model in fits(x[splits.train], labels[splits.train], strengths, _PASSES):
            right = float(model.score(x[splits.valid], labels[splits.valid]))
            tried[f"{kind}, C={strength:g}"] = right
            if best is None or right > best[0]:
                best = (right, kind, strength, model, model.predict_proba(x[splits.test]), seen)
    _, kind, strength, model, probabilities, seen = best
    test = np.zeros((len(splits.test), classes), np.float32)
    test[:, model.classes_] = probabilities
    fitted = (model.coef_, model.intercept_)
    return Fit(
        test,
        f"counts {seen:,} {kind}, C = {strength:g}",
        sum(array.size for array in fitted),
        sum(array.nbytes for array in fitted),
        {"words": kind, "C": strength, "valid_scores": tried},
    )


def _counts(documents: Sequence[Sequence[str]], train: np.ndarray) -> tuple[Any, int]:
    """`ln(1 + count)` of the words of training, rows of length 1; how many words there are."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.preprocessing import normalize

    counter = CountVectorizer(analyzer=list, dtype=np.float64)
    counter.fit([documents[row] for row in train.tolist()])
    return normalize(counter.transform(documents).log1p()), len(counter.vocabulary_)
