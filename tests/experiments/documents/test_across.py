"""How many test documents have a near-duplicate in training, against comparing all with all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.config import Text
from experiments.data import Dataset, papers, split
from experiments.data.duplicates import shingles
from experiments.documents import across
from experiments.documents.across import Near, counting
from experiments.documents.as_read import grouped_as_read
from experiments.documents.corpus import gathered, tokenise


def dataset(texts: list[str], near: bool = False) -> Dataset:
    rows = np.arange(len(texts), dtype=np.int32)
    return Dataset("toy", tuple(texts), rows % 2, ("x", "y"), rows, near=near)


def by_brute_force(texts: list[str], train: np.ndarray, test: np.ndarray) -> int:
    """Test rows like a training row; of texts of fewer than five words none is."""
    sets = [shingles(text) for text in texts]

    def near(i: int, j: int) -> bool:
        long = min(len(texts[row].split()) for row in (i, j)) >= 5
        return long and len(sets[i] & sets[j]) >= 0.5 * len(sets[i] | sets[j])

    return sum(any(near(i, j) for j in train) for i in test)


@settings(max_examples=200, deadline=None)
@given(
    texts=st.lists(
        st.lists(st.sampled_from("abc"), min_size=1, max_size=12).map(" ".join), min_size=2, max_size=14
    ),
    share=st.floats(0.2, 0.8),
)
def test_equal_to_brute_force(texts: list[str], share: float) -> None:
    edge = max(1, int(share * len(texts)))
    train, test = np.split(np.random.default_rng(0).permutation(len(texts)), [edge])
    found = counting(dataset(texts), gathered(text.split() for text in texts))(train, test)
    assert found == Near(by_brute_force(texts, train, test), len(test))


def test_marks_case_and_n_grams_make_no_difference() -> None:
    texts = [
        "One two three four five, six!",
        "one two three four five six",
        "quite another of six words here",
    ]
    for ngrams in (1, 2):
        corpus = gathered(tokenise(texts, Text(lower=False, ngrams=ngrams)))
        count = counting(dataset(texts), corpus)
        assert count(np.array([0]), np.array([1, 2])) == Near(1, 2)


def test_what_is_cut_off_is_not_compared() -> None:
    same = "a b c d e f g h"
    texts = [
        f"{same} {' '.join(f'x{i}' for i in range(40))}",
        f"{same} {' '.join(f'y{i}' for i in range(40))}",
    ]
    for length, found in ((8, 1), (48, 0)):
        corpus = gathered(tokenise(texts, Text(max_length=length)))
        assert counting(dataset(texts), corpus)(np.array([0]), np.array([1])).found == found


def test_of_too_many_candidates_a_sample_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"the same nine words in each of these {i}" for i in range(1200)]
    corpus = gathered(text.split() for text in texts)
    count, rows = counting(dataset(texts), corpus), np.arange(1200)
    assert count(rows[:1000], rows[1000:]) == Near(200, 200)
    monkeypatch.setattr(across, "_MOST_PAIRS", 50_000)
    sampled = count(rows[:1000], rows[1000:])
    assert 0 < sampled.looked_at < 60 and sampled.found == sampled.looked_at


def test_large_and_streamed_sets_are_passed_over() -> None:
    texts = ["a b c d e f", "a b c d e g"]
    corpus, none = gathered(text.split() for text in texts), np.arange(2)
    assert "2 documents of 12 tokens" in counting(dataset(texts), corpus, most=1)(none, none).why_not
    assert "not held in memory" in counting(dataset(texts), corpus, most=0)(none, none).why_not
    assert counting(dataset(texts, near=True), corpus)(none, none) == Near()


def test_no_words_at_all() -> None:
    texts = ["!", "?", "!"]
    count = counting(dataset(texts), gathered(text.split() for text in texts))
    assert count(np.array([0, 1]), np.array([2])) == Near(0, 1)


def test_pages_that_repeat_each_other_are_found(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDLAB_DATA", str(data_dir))
    data = papers.webkb().load()
    corpus = gathered(tokenise(data.texts, Text(max_length=256)))
    splits = split(grouped_as_read(data, corpus), seed=0)
    found = counting(data, corpus)(splits.train, splits.test)
    assert found.looked_at == 1396 and 10 <= found.found <= 30
