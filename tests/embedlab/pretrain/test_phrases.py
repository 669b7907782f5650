"""Phrases against a slow search, pair by pair, and texts that are joined from left to right."""

from __future__ import annotations

import collections
import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedlab.pretrain import Neighbours, Phrases
from embedlab.pretrain.phrases import BREAK

WORDS = 5
TEXTS = st.lists(st.integers(BREAK, WORDS - 1), max_size=40).map(lambda text: np.array(text, np.int32))


def slowly_joined(text: list[int], phrases: dict[tuple[int, int], int]) -> list[int]:
    found, i = [], 0
    while i < len(text):
        pair = tuple(text[i : i + 2])
        found.append(phrases.get(pair, text[i]))  # type: ignore[arg-type]
        i += 2 if pair in phrases else 1
    return found


@given(
    texts=st.lists(TEXTS, max_size=12),
    discount=st.sampled_from([0, 1, 2.5]),
    threshold=st.sampled_from([0.3, 1.0, 2.0]),
)
def test_phrases_are_those_of_a_slow_search(texts: Any, discount: float, threshold: float) -> None:
    neighbours = Neighbours(WORDS)
    counts, pairs = np.zeros(WORDS, np.int64), collections.Counter[tuple[int, int]]()
    for text in texts:
        neighbours.add(text)
        words = text.tolist()
        counts += np.bincount(text[text != BREAK], minlength=WORDS)
        pairs.update((a, b) for a, b in itertools.pairwise(words) if a != BREAK and b != BREAK)
    scores = {
        (a, b): (times - discount) * counts.sum() / (counts[a] * counts[b]) for (a, b), times in pairs.items()
    }
    wanted = sorted(pair for pair, score in scores.items() if score > threshold)
    found = neighbours.phrases(counts, discount, threshold)
    assert list(zip(found.first.tolist(), found.second.tolist(), strict=True)) == wanted
    np.testing.assert_allclose(found.scores, [scores[pair] for pair in wanted], rtol=1e-6)
    numbers = {pair: WORDS + i for i, pair in enumerate(wanted)}
    for text in texts:
        joined = found.join(text)
        assert joined.dtype == np.int32 and joined.tolist() == slowly_joined(text.tolist(), numbers)


def test_of_phrases_that_overlap_the_first_is_taken() -> None:
    phrases = Phrases(np.int32([0, 1, 2]), np.int32([1, 2, 2]), np.float32([1, 1, 1]), 3)
    for text, wanted in (
        ([0, 1, 2], [3, 2]),
        ([1, 2, 2], [4, 2]),
        ([2, 2, 2], [5, 2]),
        ([2, 2, 2, 2], [5, 5]),
        ([0, 1, 2, 2, 1, 2], [3, 5, 4]),
        ([0, BREAK, 1, 2], [0, BREAK, 4]),
        ([0], [0]),
        ([], []),
    ):
        assert phrases.join(np.array(text, np.int32)).tolist() == wanted


def test_a_text_is_left_as_it_is() -> None:
    text = np.int32([0, 1, 0, 1])
    phrases = Phrases(np.int32([0]), np.int32([1]), np.float32([1]), 2)
    assert phrases.join(text).tolist() == [2, 2] and text.tolist() == [0, 1, 0, 1]
    none = Neighbours(3).phrases(np.zeros(3, np.int64))
    assert none.first.tolist() == [] and none.join(text).tolist() == [0, 1, 0, 1]


def test_numbers_of_large_vocabularies_do_not_overflow() -> None:
    most = 2**31 - 1
    neighbours = Neighbours(most)
    text = np.int32([most - 1, most - 2] * 3)
    neighbours.add(text)
    keys, times = neighbours._tally.sums()
    assert keys.tolist() == [(most - 2) * most + most - 1, (most - 1) * most + most - 2]
    assert times.tolist() == [2, 3]


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("vocabulary", [0, -1, 2**31])
def test_vocabularies_that_can_not_be(vocabulary: int) -> None:
    with pytest.raises(ValueError, match=f"^vocabulary={vocabulary}"):
        Neighbours(vocabulary)
