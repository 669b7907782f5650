"""What is drawn of a text: which words are looked at, and which are drawn against them."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int32

from embedlab.checks import require


def keep_probabilities(counts: np.ndarray, threshold: float | int) -> Float[np.ndarray, " words"]:
    """The chance that an occurrence of each word is looked at: `min(1, √(t / f) + t / f)`, f its frequency.

    Args:
        counts: whole numbers [words], how often each occurs.
        threshold: t; 0 to look at all of them.

    Returns:
        float32 [words] in [0, 1].

    Raises:
        ValueError: a threshold that is negative.

    Example:
        >>> keep_probabilities(np.array([900, 100]), 1e-2).round(3)
        array([0.117, 0.416], dtype=float32)

    Reference: Mikolov et al. 2013, "Distributed representations of words and phrases and their
    compositionality"; the second summand is that of their program.
    """
    require(threshold >= 0, "threshold", threshold, "give a share of at least 0")
    if threshold == 0:
        return np.ones(len(counts), np.float32)
    share = threshold / np.maximum(np.asarray(counts, np.float64) / max(1, int(np.sum(counts))), 1e-300)
    return np.minimum(1, np.sqrt(share) + share).astype(np.float32)


class Noise:
    """Words drawn by `p ∝ count^power`, by a table of where each begins (an inverse of the distribution).

    Args:
        counts: whole numbers [words]; those of 0 are never drawn.
        power: of the counts; 0.75 for negative sampling, 0 for even chances.

    Raises:
        ValueError: no count is above 0, or a power that is no number.

    Attributes:
        log_probabilities: float32 [words].

    Example:
        >>> noise = Noise(np.array([0, 1, 1]))
        >>> noise.draw(np.random.default_rng(0), (2, 3))
        array([[2, 1, 1],
               [1, 2, 2]], dtype=int32)

    Reference: Mikolov et al. 2013, "Distributed representations of words and phrases".
    """

    _CELLS = 1 << 20

    def __init__(self, counts: np.ndarray, power: float | int = 0.75) -> None:
        require(np.isfinite(power), "power", power, "give a finite number")
        require(bool((np.asarray(counts) > 0).any()), "counts", counts, "give a count above 0")
        with np.errstate(over="ignore", under="ignore"):
            weights = np.where(np.asarray(counts) > 0, np.maximum(counts, 1).astype(np.float64) ** power, 0.0)
            total = weights.sum()
        require(0 < total < np.inf, "power", power, "give one nearer to 0, of which chances can be made")
        self._upto = np.cumsum(weights) / weights.sum()
        with np.errstate(divide="ignore"):
            self.log_probabilities = np.log(weights / weights.sum()).astype(np.float32)
        # Where to look first, by the leading bits of what is drawn; it is at most a few words further.
        self._first = np.searchsorted(self._upto, np.arange(self._CELLS) / self._CELLS, "right").astype(
            np.int32
        )

    def draw(self, draw: np.random.Generator, shape: tuple[int, ...]) -> Int32[np.ndarray, ...]:
        """Words.

        Args:
            draw: random numbers.
            shape: how many [...].

        Returns:
            int32 [...].
        """
        drawn = draw.random(shape)
        found = self._first[(drawn * self._CELLS).astype(np.int64)]
        while (short := self._upto[found] <= drawn).any():
            found = found + short.astype(np.int32)
        return found
