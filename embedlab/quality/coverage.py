"""How much of a text a vocabulary covers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Num

from embedlab.checks import require


class Coverage(NamedTuple):
    """The shares of a text that are known; one minus them is out of vocabulary.

    Attributes:
        by_token: share of the running words, in [0, 1].
        by_type: share of the different words, in [0, 1].

    Example:
        >>> 1 - Coverage(by_token=0.75, by_type=0.5).by_token   # the OOV rate
        0.25

    Source: none; a pair of shares.
    """

    by_token: float
    by_type: float


def coverage(counts: Num[np.ndarray, " types"], known: Bool[np.ndarray, " types"]) -> Coverage:
    """The share of a text that a vocabulary knows, by token and by type.

    `by_token = Σ_{known} c_i / Σ c_i` and `by_type = |{known, c_i > 0}| / |{c_i > 0}|`, c_i how often type
    i occurs in the text. A type that does not occur counts for neither. Runs on the host, in integers or
    float64, since counts outgrow 32 bits.

    Args:
        counts: numbers [types], occurrences of each type in the text.
        known: bool [types], whether the vocabulary has it.

    Returns:
        Shares in [0, 1]; both are 1 for an empty text, of which nothing is unknown.

    Raises:
        ValueError: a count is negative, NaN or infinite, or the shapes differ.

    Example:
        >>> text = {"the": 6, "cat": 2, "sat": 1, "zyx": 1}
        >>> vocabulary = {"the", "cat"}
        >>> coverage(np.array(list(text.values())), np.array([word in vocabulary for word in text]))
        Coverage(by_token=0.8, by_type=0.5)

    Source: the definition; out-of-vocabulary rates in Jurafsky & Martin, "Speech and language processing".
    """
    counts, known = np.asarray(counts), np.asarray(known, bool)
    same = counts.ndim == 1 and counts.shape == known.shape
    require(same, "known.shape", known.shape, f"give one truth value a count, {counts.shape}")
    bad = counts[~(np.isfinite(counts) & (counts >= 0))]
    require(bad.size == 0, "counts", bad[:1].tolist(), "give finite numbers of at least 0")
    occurs = counts > 0
    if not occurs.any():
        return Coverage(1.0, 1.0)
    return Coverage(float(counts[known].sum() / counts.sum()), float(known[occurs].mean()))
