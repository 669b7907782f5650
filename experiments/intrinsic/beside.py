"""Two sets of vectors side by side: differences on the same questions, and how alike the tables are."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp

from embedlab import quality
from embedlab.quality import Interval
from experiments.intrinsic.measure import Measured, Options

_TURNED = 100_000  # words that Procrustes takes, at most
_COMPARED = 10_000  # words of which neighbours are compared, at most: it grows with their square
NEIGHBOURS = 10


@dataclasses.dataclass(frozen=True)
class Alike:
    """How alike two tables are on the words that both have.

    Attributes:
        shared: how many words both have, written the same.
        turned: of how many of them the rotation is; the most frequent.
        residual: of Procrustes, in [0, √2].
        cosine: mean of the words' two vectors after rotation.
        compared: of how many words neighbours are compared; the most frequent.
        overlap: share of the 10 nearest neighbours that both tables have.

    Source: `embedlab.quality.procrustes` and `embedlab.quality.neighbour_overlap`.
    """

    shared: int
    turned: int
    residual: float
    cosine: float
    compared: int
    overlap: float


@dataclasses.dataclass(frozen=True)
class Beside:
    """The first minus the second.

    Attributes:
        similarity: title → difference of Spearman's correlations on the pairs that count for both.
        pairs: title → how many these are.
        analogies: title → difference of accuracies on the questions that count for both.
        questions: title → how many these are.
        alike: None where they share fewer than three words.

    Source: `embedlab.quality.similarity_difference` and `embedlab.quality.accuracy_difference`.
    """

    similarity: Mapping[str, Interval]
    pairs: Mapping[str, int]
    analogies: Mapping[str, Interval]
    questions: Mapping[str, int]
    alike: Alike | None


def beside(first: Measured, second: Measured, options: Options) -> Beside:
    """Compares what came of two sets of vectors.

    Args:
        first: of one.
        second: of the other, asked the same.
        options: how.
    """
    drawn: dict[str, Any] = {"resamples": options.resamples, "seed": options.seed}
    pairs = {title: (found, second.similarity[title]) for title, found in first.similarity.items()}
    asked = {title: (found, second.analogies[title]) for title, found in first.analogies.items()}
    return Beside(
        {title: quality.similarity_difference(*both, **drawn) for title, both in pairs.items()},
        {title: int((a.counted & b.counted).sum()) for title, (a, b) in pairs.items()},
        {title: quality.accuracy_difference(*both, **drawn) for title, both in asked.items()},
        {title: int((a.asked & b.asked).sum()) for title, (a, b) in asked.items()},
        _alike(first, second),
    )


def _alike(first: Measured, second: Measured) -> Alike | None:
    exact = set(second.vectors.words)
    shared = [word for word in first.vectors.words if word in exact]
    if len(shared) < 3:
        return None
    rows = [{word: row for row, word in enumerate(each.vectors.words)} for each in (first, second)]
    a, b = (
        _units(jnp.asarray(each.vectors.matrix[[place[word] for word in shared[:_TURNED]]]))
        for each, place in zip((first, second), rows, strict=True)
    )
    fit = quality.procrustes(a, b)
    few = min(_COMPARED, len(shared))
    overlap = quality.neighbour_overlap(a[:few], b[:few], min(NEIGHBOURS, few - 1))
    return Alike(len(shared), len(a), float(fit.residual), float(fit.cosine), few, float(overlap))


@jax.jit
def _units(vectors: jax.Array) -> jax.Array:
    """Rows of length 1, so that each word counts alike."""
    lengths = jnp.sqrt(jnp.square(vectors).sum(-1, keepdims=True))
    return vectors / jnp.where(lengths > 0, lengths, 1)
