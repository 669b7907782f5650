"""How often words stand near each other: counted some text at a time, merged as it grows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int32

from embedlab.checks import require, require_count
from embedlab.pretrain.tally import Tally


class Pairs(NamedTuple):
    """Words that stand near each other, each pair in both orders.

    Attributes:
        words: int32 [pairs].
        contexts: int32 [pairs].
        counts: float32 [pairs], above 0.

    Example:
        >>> Pairs(np.int32([0]), np.int32([1]), np.float32([2])).counts
        array([2.], dtype=float32)

    Source: none.
    """

    words: Int32[np.ndarray, " pairs"]
    contexts: Int32[np.ndarray, " pairs"]
    counts: Float[np.ndarray, " pairs"]


class Cooccurrence:
    """Counts pairs of words: one at a distance of d counts 1 / d, or 1.

    Args:
        vocabulary: how many words there are.
        window: words to each side.
        harmonic: whether a pair counts less the farther apart it is.

    Raises:
        ValueError: a number below 1, or 2³¹ words and more.

    Example:
        >>> counts = Cooccurrence(3, window=2)
        >>> counts.add(np.array([0, 1, 2, 1]), np.array([0, 0, 0, 1]))   # the last is another sentence's
        >>> counts.pairs()
        Pairs(words=array([0, 0, 1, 1, 2, 2], dtype=int32), contexts=array([1, 2, 0, 2, 0, 1], dtype=int32),
              counts=array([1. , 0.5, 1. , 1. , 0.5, 1. ], dtype=float32))

    Reference: Pennington, Socher & Manning 2014, "GloVe: global vectors for word representation".
    """

    def __init__(self, vocabulary: int, window: int = 10, harmonic: bool = True) -> None:
        require_count("vocabulary", vocabulary)
        require_count("window", window)
        require(vocabulary < 2**31, "vocabulary", vocabulary, "give fewer than 2**31 words")
        require(isinstance(harmonic, bool), "harmonic", harmonic, "give True or False")
        self._vocabulary, self._window, self._harmonic = vocabulary, window, harmonic
        self._tally = Tally()

    def add(self, words: np.ndarray, sentences: np.ndarray, before: int = 0) -> None:
        """Counts the pairs of a text; words see none of another sentence.

        Args:
            words: whole numbers [tokens], 0 … vocabulary − 1.
            sentences: whole numbers [tokens], one for each sentence.
            before: how many of them, at the front, were counted with the text before this one: no pair of two
                such is counted again. With the last `window` of them, a text may come in parts.

        Raises:
            ValueError: a word out of range.
        """
        wide, numbers = np.asarray(words, np.int64), np.asarray(sentences)
        outside = wide[(wide < 0) | (wide >= self._vocabulary)]
        remedy = f"words are 0 … {self._vocabulary - 1}"
        require(outside.size == 0, "words", outside[:1].tolist(), remedy)
        keys, weights = [], []
        for distance in range(1, min(self._window, len(wide) - 1) + 1):
            start = max(0, before - distance)
            first, second = wide[start:-distance], wide[start + distance :]
            same = numbers[start:-distance] == numbers[start + distance :]
            # Each pair once, the smaller number first; its other order is made in the end.
            low, high = np.minimum(first, second)[same], np.maximum(first, second)[same]
            keys.append(low * self._vocabulary + high)
            weights.append(np.full(len(low), 1 / distance if self._harmonic else 1.0))
        if keys:
            self._tally.add(np.concatenate(keys), np.concatenate(weights))

    def pairs(self) -> Pairs:
        """All pairs, ordered by word and context.

        Returns:
            Arrays [pairs].
        """
        keys, counts = self._tally.sums()
        low, high = np.divmod(keys, self._vocabulary)
        apart = low != high
        words = np.concatenate([low, high[apart]])
        contexts = np.concatenate([high, low[apart]])
        # A word near itself is such a pair in both orders.
        both = np.concatenate([np.where(apart, counts, 2 * counts), counts[apart]])
        order = np.argsort(words * self._vocabulary + contexts, kind="stable")
        return Pairs(
            words[order].astype(np.int32), contexts[order].astype(np.int32), both[order].astype(np.float32)
        )
