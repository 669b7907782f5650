"""Coverage by token and by type."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest

from embedlab.quality import Coverage, coverage


def test_real_text(glove_words: dict[str, np.ndarray]) -> None:
    text = Counter(
        re.findall(r"\w+|[.,]", "the cat sat on the mat, and the colourless cat saw the president.")
    )
    counts = np.array(list(text.values()))
    known = np.array([word in glove_words for word in text])
    tokens = [word in glove_words for word in text.elements()]
    found = coverage(counts, known)
    assert found.by_token == sum(tokens) / len(tokens)
    assert found.by_type == known.mean()
    assert 0 < found.by_type < found.by_token < 1


def test_types_that_do_not_occur_do_not_count() -> None:
    assert coverage(np.array([3, 0, 1, 0]), np.array([True, True, False, False])) == Coverage(0.75, 0.5)


@pytest.mark.parametrize("counts", [np.zeros(0, int), np.zeros(3, int)])
def test_empty_text_is_covered(counts: np.ndarray) -> None:
    assert coverage(counts, np.zeros(counts.shape, bool)) == Coverage(1.0, 1.0)


def test_large_counts_are_whole() -> None:
    counts = np.array([2**31 - 1, 2**31 - 1, 2], np.int32)  # the sum leaves 32 bits
    assert coverage(counts, np.array([True, True, False])).by_token == (2**32 - 2) / 2**32


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_bad_counts_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match=re.escape(f"counts=[{bad}]: give finite numbers")):
        coverage(np.array([1.0, bad]), np.array([True, False]))


@pytest.mark.usefixtures("unchecked")
def test_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"known\.shape=\(3,\)"):
        coverage(np.ones(2), np.ones(3, bool))
