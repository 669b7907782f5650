"""Word similarity and analogies of made-up words, some unknown and some in several cases, as gensim has them.

The numbers are gensim 4.4.0's, of PYTHONPATH=. python scripts/compare_gensim.py --gensim PYTHON.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from embedlab import Vectors
from embedlab.quality import Question, analogies, word_similarity
from scripts.compare_gensim import synthetic

Made = tuple[Vectors, list[tuple[str, str, float]], list[Question]]

#: How it is asked (as gensim calls it: restrict_vocab, case_insensitive, dummy4unknown) → Spearman, Pearson
#: and the share of unknown pairs; right and wrong answers of the two sections.
GENSIM = {
    (300_000, True, False): (
        (0.027172653080463693, 0.016056685883246435, 0.1625),
        {"even": (215, 55), "odd": (218, 56)},
    ),
    (300_000, True, True): (
        (0.028631061540320163, 0.023149665086429492, 0.1625),
        {"even": (215, 86), "odd": (218, 81)},
    ),
    (300_000, False, False): (
        (-0.018910936602000997, 0.042350792724644294, 0.8075),
        {"even": (7, 6), "odd": (11, 18)},
    ),
    (200, True, False): (
        (0.025617070079003282, 0.018064876171778096, 0.4425),
        {"even": (118, 25), "odd": (102, 25)},
    ),
}


@pytest.fixture(scope="module")
def made() -> Made:
    return synthetic()


@pytest.mark.parametrize(("restrict", "folded", "counted"), GENSIM)
def test_equals_gensim(made: Made, restrict: int, folded: bool, counted: bool) -> None:
    vectors, pairs, questions = made
    judged = vectors.restrict(restrict)
    judged = judged.folded() if folded else judged
    scores, sections = GENSIM[restrict, folded, counted]
    unknown: Any = ("zero", "wrong") if counted else ("skip", "skip")
    found = word_similarity(judged, pairs, unknown=unknown[0], resamples=1)
    numbers = (found.spearman.value, found.pearson, 1 - found.coverage)
    np.testing.assert_allclose(numbers, scores, rtol=0, atol=1e-6)
    solved = analogies(judged, questions, unknown=unknown[1])
    counts = {name: (each.right, each.asked - each.right) for name, each in solved.sections.items()}
    assert counts == sections
