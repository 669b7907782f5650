"""What published judgements of similarity say of what is trained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from embedlab import quality
from embedlab.vectors import Vectors
from experiments.errors import mistakes
from experiments.intrinsic.sets import read_sets
from experiments.pretraining.looks import Looks

VectorsOf = Callable[[np.ndarray], np.ndarray]


class Looker:
    """Asks the vectors of a training.

    Only the vectors of words that are asked for are looked up, so that a look costs little. Words that differ
    in case alone are one, the most frequent of them standing for all, as `experiments.evaluate` has it.

    Attributes:
        times: how often they are asked.
    """

    def __init__(self, words: Sequence[str], looks: Looks) -> None:
        self.times = looks.times
        with mistakes("quality"):
            found = read_sets(looks.similarity or None, analogies=()) if looks.times else read_sets((), ())
        self._sets = found.similarity
        numbers = {word.upper(): i for i, word in reversed(list(enumerate(words)))}  # the most frequent stays
        asked = {word.upper() for pairs in self._sets.values() for a, b, _ in pairs for word in (a, b)}
        self._ids = np.array(sorted(numbers[word] for word in asked & numbers.keys()), np.int32)
        self._words = tuple(words[i] for i in self._ids.tolist())

    def look(self, vectors_of: VectorsOf, resamples: int = 0) -> dict[str, Any]:
        """Spearman's correlation by set; with resamples its interval, and how many pairs count.

        Args:
            vectors_of: the vectors of ids.
            resamples: of the pairs; 0 for the correlations alone.
        """
        if not self._words:
            return {}
        vectors = Vectors(self._words, vectors_of(self._ids), fold_case=True)
        found = {
            title: quality.word_similarity(vectors, pairs, resamples=max(1, resamples))
            for title, pairs in self._sets.items()
        }
        known = {title: one for title, one in found.items() if np.isfinite(one.spearman.value)}
        if not resamples:
            return {title: one.spearman.value for title, one in known.items()}
        return {
            title: {
                "spearman": one.spearman.value,
                "low": one.spearman.low,
                "high": one.spearman.high,
                "pairs": int(one.counted.sum()),
                "of": len(one.counted),
            }
            for title, one in known.items()
        }
