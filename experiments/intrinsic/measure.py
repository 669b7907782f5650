"""One set of vectors, measured by all that is asked."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager

import numpy as np

from embedlab import quality
from embedlab.checks import require_count
from embedlab.quality import Analogies, OutlierDetection, Section, WordSimilarity
from embedlab.quality.word_similarity import Unknown
from embedlab.search import Method
from embedlab.vectors import Vectors
from experiments.checks import require_choice, require_size
from experiments.intrinsic.clusters import Categorisation, categorise
from experiments.intrinsic.sets import Sets

Telling = Callable[[str], AbstractContextManager[Callable[[int, int], None]]]

CASES = ("fold", "lower", "exact")
UNKNOWN = ("skip", "zero", "mean")
METHODS = ("3cosadd", "3cosmul")


@dataclasses.dataclass(frozen=True)
class Options:
    """How it is asked.

    Attributes:
        restrict: how many of the most frequent words there are; None for all.
        case: `fold`, words that differ in case alone are one, the first of them standing for all; `lower`,
            the words of the sets are brought to lower case; `exact`, neither.
        unknown: of pairs, `skip`, `zero` or `mean` (see `embedlab.quality.word_similarity`); questions with
            an unknown word count as wrong unless they are skipped.
        method: of analogies, `3cosadd` or `3cosmul`.
        resamples: for intervals.
        seed: of resamples and clusters.

    Raises:
        ValueError: a field is none of these.

    Example:
        >>> Options(case="upper")
        Traceback (most recent call last):
        ValueError: case='upper': choose one of fold, lower, exact
    """

    restrict: int | None = 300_000
    case: str = "fold"
    unknown: Unknown = "skip"
    method: Method = "3cosadd"
    resamples: int = 2000
    seed: int = 0

    def __post_init__(self) -> None:
        if self.restrict is not None:
            require_count("restrict", self.restrict)
        require_choice("case", self.case, CASES)
        require_choice("unknown", self.unknown, UNKNOWN)
        require_choice("method", self.method, METHODS)
        require_size("resamples", self.resamples)
        require_count("seed", self.seed, least=0)


@dataclasses.dataclass(frozen=True, eq=False)
class Measured:
    """What came of it.

    Attributes:
        vectors: those that were measured: restricted, folded.
        similarity: by the set's title.
        analogies: by the set's title.
        categories: by the set's title.
        outliers: None where there are none.
        geometry: the metrics of `embedlab.quality.summary`, of an even sample of the words.

    Source: none.
    """

    vectors: Vectors
    similarity: Mapping[str, WordSimilarity]
    analogies: Mapping[str, Analogies]
    categories: Mapping[str, Categorisation]
    outliers: OutlierDetection | None
    geometry: Mapping[str, float]


def measure(vectors: Vectors, sets: Sets, options: Options, telling: Telling) -> Measured:
    """Measures one set of vectors.

    Args:
        vectors: as they were read.
        sets: what is asked.
        options: how.
        telling: tells of what takes long: from what is done to a context of a function of (done, in all).
    """
    asked = sets.lowered() if options.case == "lower" else sets
    judged = vectors if options.restrict is None else vectors.restrict(options.restrict)
    judged = judged.folded() if options.case == "fold" else judged
    similarity = {
        title: quality.word_similarity(
            judged,
            pairs,
            unknown=options.unknown,
            resamples=options.resamples,
            seed=options.seed,
        )
        for title, pairs in asked.similarity.items()
    }
    analogies = {}
    for title, questions in asked.analogies.items():
        with telling(title) as told:
            analogies[title] = quality.analogies(
                judged,
                questions,
                method=options.method,
                unknown="skip" if options.unknown == "skip" else "wrong",
                progress=told,
            )
    return Measured(
        judged,
        similarity,
        analogies,
        {title: categorise(judged, words, options.seed) for title, words in asked.categories.items()},
        quality.outlier_detection(judged, asked.outliers) if asked.outliers else None,
        _geometry(judged),
    )


def _geometry(vectors: Vectors) -> dict[str, float]:
    """Of vectors too few for pairs nothing; what is not finite is left out."""
    if len(vectors) < 3:
        return {}
    found = quality.summary(vectors.matrix, k=min(10, len(vectors) - 1))
    return {name: value for name, value in found.items() if np.isfinite(value)}


def parts(found: Analogies) -> dict[str, Section]:
    """Google's sections as two parts: syntactic, which are named gram…, and semantic.

    Args:
        found: what came of some questions.

    Returns:
        Both parts; nothing for a set that has not both.
    """
    sides = {"semantic": False, "syntactic": True}
    grouped = {
        part: [section for name, section in found.sections.items() if _is_syntactic(name) == side]
        for part, side in sides.items()
    }
    if not all(grouped.values()):
        return {}
    return {part: _together(sections) for part, sections in grouped.items()}


def _together(sections: Sequence[Section]) -> Section:
    right, asked, unknown = (sum(counts) for counts in zip(*sections, strict=True))
    return Section(right, asked, unknown)


def _is_syntactic(section: str) -> bool:
    return section.startswith("gram")
