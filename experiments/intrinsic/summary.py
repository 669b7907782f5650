"""What came of an evaluation, as a summary's JSON; what is not defined is null."""

from __future__ import annotations

import math
from typing import Any

from embedlab.quality import Interval, Section
from experiments.intrinsic.beside import Beside
from experiments.intrinsic.measure import Measured, parts


def summary(measured: Measured) -> dict[str, Any]:
    """Of one set of vectors.

    Args:
        measured: what came of it.

    Returns:
        By set: correlations, counts, accuracies; and the geometry.

    Source: none.
    """
    vectors = measured.vectors
    return _defined(
        {
            "words": len(vectors),
            "dim": vectors.matrix.shape[1],
            "similarity": {
                title: {
                    "spearman": _interval(found.spearman),
                    "pearson": found.pearson,
                    "pairs": len(found.judged),
                    "counted": int(found.counted.sum()),
                    "coverage": found.coverage,
                }
                for title, found in measured.similarity.items()
            },
            "analogies": {
                title: {
                    **_section(found.total),
                    "parts": {name: _section(section) for name, section in parts(found).items()},
                    "sections": {name: _section(section) for name, section in found.sections.items()},
                }
                for title, found in measured.analogies.items()
            },
            "categories": {
                title: {
                    "purity": found.purity,
                    "words": found.words,
                    "unknown": found.unknown,
                    "categories": found.categories,
                }
                for title, found in measured.categories.items()
            },
            "outliers": None
            if measured.outliers is None
            else {
                "accuracy": measured.outliers.accuracy,
                "opp": measured.outliers.opp,
                "asked": measured.outliers.asked,
                "unknown": measured.outliers.unknown,
            },
            "geometry": dict(measured.geometry),
        }
    )


def comparison(found: Beside) -> dict[str, Any]:
    """Of two sets, the first minus the second.

    Args:
        found: what came of it.

    Source: none.
    """
    return _defined(
        {
            "similarity": {
                title: {**_interval(apart), "pairs": found.pairs[title]}
                for title, apart in found.similarity.items()
            },
            "analogies": {
                title: {**_interval(apart), "questions": found.questions[title]}
                for title, apart in found.analogies.items()
            },
            "alike": None if found.alike is None else vars(found.alike),
        }
    )


def _interval(found: Interval) -> dict[str, Any]:
    return found._asdict()


def _section(found: Section) -> dict[str, Any]:
    return {**found._asdict(), "accuracy": found.accuracy if found.asked else math.nan}


def _defined(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _defined(each) for key, each in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
