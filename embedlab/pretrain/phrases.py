"""Phrases: neighbours that stand together more often than by chance, joined into one word."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int32, Int64

from embedlab.checks import require, require_count
from embedlab.pretrain.tally import Tally

#: What stands between two sentences.
BREAK = -1


class Phrases(NamedTuple):
    """Pairs of words that are phrases.

    Attributes:
        first: int32 [phrases], the first word of each.
        second: int32 [phrases].
        scores: float32 [phrases].
        vocabulary: how many words there were before; phrase i is the word `vocabulary + i`.

    Example:
        >>> phrases = Phrases(np.int32([0]), np.int32([1]), np.float32([9]), 3)
        >>> phrases.join(np.int32([2, 0, 1, 0, -1, 1]))
        array([ 2,  3,  0, -1,  1], dtype=int32)

    Reference: Mikolov et al. 2013, "Distributed representations of words and phrases and their
    compositionality", section 4.
    """

    first: Int32[np.ndarray, " phrases"]
    second: Int32[np.ndarray, " phrases"]
    scores: Float[np.ndarray, " phrases"]
    vocabulary: int

    def join(self, tokens: Int32[np.ndarray, " tokens"]) -> Int32[np.ndarray, " fewer"]:
        """A text with its phrases as one word each; of some that overlap the first, from left to right.

        Args:
            tokens: int32 [tokens], words, with `BREAK` between sentences.

        Returns:
            int32 [fewer].
        """
        if not len(self.first) or len(tokens) < 2:
            return tokens
        keys = self.first.astype(np.int64) * self.vocabulary + self.second
        pairs = tokens[:-1].astype(np.int64) * self.vocabulary + tokens[1:]
        places = np.minimum(np.searchsorted(keys, pairs), len(keys) - 1)
        found = (keys[places] == pairs) & (tokens[:-1] != BREAK) & (tokens[1:] != BREAK)
        taken = _every_other(found)
        joined = tokens.copy()
        joined[:-1][taken] = self.vocabulary + places[taken]
        return joined[np.append(True, ~taken)]


class Neighbours:
    """Counts pairs of words of which one follows the other, and tells which of them are phrases.

    Args:
        vocabulary: how many words there are.

    Raises:
        ValueError: a vocabulary below 1, or of 2³¹ and more.

    Example:
        >>> neighbours = Neighbours(3)
        >>> neighbours.add(np.int32([0, 1, 2, -1, 0, 1, 0, 1]))
        >>> neighbours.phrases(np.array([3, 3, 1]), discount=1, threshold=1.0).scores   # (3 − 1) · 7 / 9
        array([1.5555556], dtype=float32)

    Reference: Mikolov et al. 2013, section 4.
    """

    def __init__(self, vocabulary: int) -> None:
        require_count("vocabulary", vocabulary)
        require(vocabulary < 2**31, "vocabulary", vocabulary, "give fewer than 2**31 words")
        self._vocabulary, self._tally = vocabulary, Tally()

    def add(self, tokens: Int32[np.ndarray, " tokens"]) -> None:
        """Counts the neighbours in a text.

        Args:
            tokens: int32 [tokens], words, with `BREAK` between sentences.
        """
        wide = tokens.astype(np.int64)
        both = (wide[:-1] != BREAK) & (wide[1:] != BREAK)
        self._tally.add((wide[:-1] * self._vocabulary + wide[1:])[both])

    def phrases(
        self,
        counts: Int64[np.ndarray, " vocabulary"],
        discount: int | float = 5,
        threshold: int | float = 100,
    ) -> Phrases:
        """Pairs whose `(count(a b) − discount) · tokens / (count(a) · count(b))` is above a threshold.

        Args:
            counts: whole numbers [vocabulary], of single words.
            discount: keeps rare words from phrases.
            threshold: the higher, the fewer phrases.

        Returns:
            The phrases, ordered by first and second word.
        """
        keys, times = self._tally.sums()
        first, second = np.divmod(keys, self._vocabulary)
        single = np.asarray(counts, np.float64)
        scores = (times - discount) * single.sum() / np.maximum(single[first] * single[second], 1)
        good = scores > threshold
        return Phrases(
            first[good].astype(np.int32),
            second[good].astype(np.int32),
            scores[good].astype(np.float32),
            self._vocabulary,
        )


def _every_other(found: np.ndarray) -> np.ndarray:
    """Of each run of True the first, the third, …: what a reader from left to right would take."""
    places = np.arange(len(found))
    starts = np.maximum.accumulate(np.where(found & ~np.append(False, found[:-1]), places, 0))
    return found & ((places - starts) % 2 == 0)
