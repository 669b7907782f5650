"""Word similarity: whether cosines go up with what people say of pairs of words."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from jaxtyping import Bool, Float, Int

from embedlab.checks import require
from embedlab.quality.correlation import pearson, spearman
from embedlab.quality.interval import Interval, bootstrap
from embedlab.vectors.cosines import cosines
from embedlab.vectors.store import Vectors

Unknown = Literal["skip", "zero", "mean"]


@dataclasses.dataclass(frozen=True, eq=False)
class WordSimilarity:
    """What came of a set of pairs.

    Attributes:
        spearman: correlation of ranks over the pairs that count, with the interval for new pairs.
        pearson: correlation of the numbers themselves.
        judged: float64 [pairs], what people say.
        cosines: float64 [pairs], of the vectors; NaN for a pair that does not count.
        known: bool [pairs], whether both words have a vector.

    Example:
        >>> vectors = Vectors(("a", "b", "c"), np.float32([[1, 0], [1, 1], [0, 1]]))   # [words, dim]
        >>> pairs = [("a", "b", 9.0), ("b", "c", 8.0), ("a", "c", 1.0), ("a", "x", 5.0)]
        >>> found = word_similarity(vectors, pairs)
        >>> round(found.pearson, 2), found.coverage
        (0.99, 0.75)

    Source: none; the numbers of `word_similarity`.
    """

    spearman: Interval
    pearson: float
    judged: Float[np.ndarray, " pairs"]
    cosines: Float[np.ndarray, " pairs"]
    known: Bool[np.ndarray, " pairs"]

    @property
    def counted(self) -> Bool[np.ndarray, " pairs"]:
        """Which pairs count, bool [pairs]."""
        return ~np.isnan(self.cosines)

    @property
    def coverage(self) -> float:
        """The share of pairs of which both words are known; 1 where there is no pair."""
        return float(self.known.mean()) if len(self.known) else 1.0


def word_similarity(
    vectors: Vectors,
    pairs: Sequence[tuple[str, str, float]],
    *,
    unknown: Unknown = "skip",
    resamples: int = 2000,
    seed: int = 0,
) -> WordSimilarity:
    """Correlates the cosines of pairs of words with people's judgements of their similarity.

    Spearman's correlation is of ranks, ties sharing the mean of theirs; Pearson's, of the numbers. As gensim
    does by default: `word_similarity(vectors.restrict(300_000).folded(), pairs)`.

    Args:
        vectors: with `fold_case`, words are looked up in any case; of a restricted vocabulary, other words
            are unknown.
        pairs: words and what people say of them, however it is scaled.
        unknown: what becomes of a pair with an unknown word: `skip`, it does not count; `zero`, its
            similarity is 0; `mean`, the word has the mean of all vectors.
        resamples: of the pairs, for the interval.
        seed: of the resamples.

    Returns:
        Both correlations, NaN where fewer than two pairs count, or all are equal; the interval of Spearman's;
        and the numbers that they are of.

    Raises:
        ValueError: a judgement is not finite, or `unknown` is none of the three.

    Example:
        >>> vectors = Vectors(("a", "b", "c"), np.float32([[1, 0], [1, 1], [0, 1]]))   # [words, dim]
        >>> found = word_similarity(vectors, [("a", "b", 9.0), ("a", "c", 1.0), ("b", "b", 10.0)])
        >>> round(found.spearman.value, 6)
        1.0

    Reference: Rubenstein & Goodenough 1965, "Contextual correlates of synonymy"; Finkelstein et al. 2002,
    "Placing search in context" (WordSim-353); the mean for unknown words as Jastrzębski et al. 2017, "How to
    evaluate word embeddings?".
    """
    require(unknown in get_args(Unknown), "unknown", unknown, "choose 'skip', 'zero' or 'mean'")
    judged = np.array([value for _, _, value in pairs], np.float64)
    bad = judged[~np.isfinite(judged)]
    require(not len(bad), "pairs", bad[:1].tolist(), "a judgement is a finite number")
    known = np.array([a in vectors and b in vectors for a, b, _ in pairs], bool)
    found = np.full(len(pairs), np.nan)
    found[known] = _cosines([pair for pair, is_known in zip(pairs, known, strict=True) if is_known], vectors)
    if unknown == "zero":
        found[~known] = 0
    elif unknown == "mean" and not known.all():
        others = [pair for pair, is_known in zip(pairs, known, strict=True) if not is_known]
        found[~known] = _cosines(others, vectors)
    counted = ~np.isnan(found)
    x, y = judged[counted], found[counted]
    ranked = bootstrap(lambda times: spearman(x, y, times), len(x), resamples=resamples, seed=seed)
    plain = float(pearson(x, y)[0]) if len(x) else np.nan
    return WordSimilarity(ranked, plain, judged, found, known)


def _cosines(pairs: Sequence[tuple[str, str, float]], vectors: Vectors) -> Float[np.ndarray, " pairs"]:
    """Of each pair, an unknown word having the mean of all vectors."""
    sides: tuple[list[str], list[str]] = ([a for a, _, _ in pairs], [b for _, b, _ in pairs])
    if all(word in vectors for side in sides for word in side):
        return vectors.similarity(*sides)
    mean = vectors.matrix.mean(0, dtype=np.float64)

    def vector(word: str) -> np.ndarray:
        return vectors[word].astype(np.float64) if word in vectors else mean

    first, second = (np.stack([vector(word) for word in side]) for side in sides)
    return cosines(first, second)


def similarity_difference(
    a: WordSimilarity, b: WordSimilarity, *, resamples: int = 2000, seed: int = 0
) -> Interval:
    """How much better one set of vectors does than another, on the pairs that count for both.

    The difference of Spearman's correlations, `ρ_a − ρ_b`; each resample of the pairs is the same for both,
    so that what makes a pair hard for both cancels.

    Args:
        a: of one set of vectors.
        b: of another, on the same pairs in the same order.
        resamples: how many.
        seed: of the resamples.

    Returns:
        The difference and its 95 % interval.

    Raises:
        ValueError: they are of different pairs.

    Example:
        >>> vectors = Vectors(("a", "b", "c"), np.float32([[1, 0], [1, 1], [0, 1]]))   # [words, dim]
        >>> found = word_similarity(vectors, [("a", "b", 9.0), ("a", "c", 1.0), ("b", "b", 10.0)])
        >>> similarity_difference(found, found).value
        0.0

    Reference: Efron & Tibshirani 1993, "An introduction to the bootstrap" (paired data); for correlations of
    word similarity, Faruqui et al. 2016, "Problems with evaluation of word embeddings using word similarity
    tasks" (that differences want a test).
    """
    remedy = "give both of the same pairs, in the same order"
    same = np.array_equal(a.judged, b.judged)
    require(same, "b", f"{len(b.judged)} pairs of other judgements than the {len(a.judged)} of a", remedy)
    both = a.counted & b.counted
    judged, of_a, of_b = a.judged[both], a.cosines[both], b.cosines[both]

    def difference(times: Int[np.ndarray, "some n"]) -> Float[np.ndarray, " some"]:
        return spearman(judged, of_a, times) - spearman(judged, of_b, times)

    return bootstrap(difference, len(judged), resamples=resamples, seed=seed)
