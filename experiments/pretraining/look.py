"""Vectors of words out of what is trained, and what published judgements of similarity say of them."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
from jaxtyping import Float32

import embedlab
from embedlab import quality
from embedlab.vectors import Vectors
from experiments.errors import mistakes
from experiments.intrinsic.sets import read_sets
from experiments.pretraining.looks import Looks

_ROWS = 2**14  # words of one look-up


class Looker:
    """Asks the vectors of a training.

    Only the vectors of words that are asked for are looked up, so that a look costs little.
    """

    def __init__(self, spec: embedlab.Embedding, words: Sequence[str], looks: Looks) -> None:
        with mistakes("quality"):
            found = read_sets(looks.similarity or None, analogies=()) if looks.times else read_sets((), ())
        self._spec = spec
        self._sets = {
            title: tuple((a.lower(), b.lower(), value) for a, b, value in pairs)
            for title, pairs in found.similarity.items()
        }
        numbers = {word: i for i, word in enumerate(words)}
        asked = {word for pairs in self._sets.values() for a, b, _ in pairs for word in (a, b)}
        self._words = tuple(sorted(asked & numbers.keys(), key=numbers.__getitem__))
        self._ids = np.array([numbers[word] for word in self._words], np.int32)

    def look(self, variables: embedlab.Variables, resamples: int = 0) -> dict[str, Any]:
        """Spearman's correlation by set; with resamples its interval, and how many pairs count.

        Args:
            variables: of the embedding.
            resamples: of the pairs; 0 for the correlations alone.
        """
        if not self._words:
            return {}
        vectors = Vectors(self._words, vectors_of(self._spec, variables, self._ids))
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


def vectors_of(
    spec: embedlab.Embedding, variables: embedlab.Variables, ids: np.ndarray
) -> Float32[np.ndarray, "words dim"]:
    """The vectors of some words, float32 [words, dim].

    Args:
        spec: the embedding.
        variables: its arrays.
        ids: int32 [words].
    """
    found = np.empty((len(ids), spec.dim), np.float32)
    for first in range(0, len(ids), _ROWS):
        some = ids[first : first + _ROWS]
        padded = np.pad(some, (0, (_ROWS if len(ids) > _ROWS else len(ids)) - len(some)))
        found[first : first + _ROWS] = np.asarray(_looked_up(spec, variables, padded), np.float32)[
            : len(some)
        ]
    return found


@functools.partial(jax.jit, static_argnames="spec")
def _looked_up(spec: embedlab.Embedding, variables: embedlab.Variables, ids: Any) -> Any:
    return embedlab.embed(spec, variables, ids)
