"""The different n-grams of words, against the slow reference, and what of them collides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedlab import quality
from embedlab.text import Vocabulary, distinct_ngram_rows, fasttext_hash, ngrams, split
from tests.embedlab.text.test_ngrams import RANGES, WORDS


def slow(words: list[str], buckets: int, minn: int, maxn: int) -> list[int]:
    """Rows of the different n-grams, sorted; an empty word stands for none."""
    distinct = {ngram for word in words if word for ngram in ngrams(word, minn, maxn)}
    return sorted(fasttext_hash(ngram) % buckets for ngram in distinct)


@given(WORDS, RANGES, st.sampled_from([1, 7, 1000, 2_000_000, 2**31 - 2]))
def test_rows_equal_the_slow_reference(words, sizes, buckets) -> None:
    minn, maxn = sizes
    rows = distinct_ngram_rows(words, buckets=buckets, minn=minn, maxn=maxn)
    assert rows.dtype == np.int32 and rows.shape[1] == 1
    assert sorted(rows[:, 0].tolist()) == slow(words, buckets, minn, maxn)


def test_real_words(data_dir: Path) -> None:
    text = (data_dir / "vector_formats" / "lee_background.cor").read_text(encoding="utf-8")
    words = list(dict.fromkeys(split(text)))
    rows = distinct_ngram_rows(words, buckets=2_000_000)
    assert len(rows) > 30_000 and sorted(rows[:, 0].tolist()) == slow(words, 2_000_000, 3, 6)


def test_n_grams_that_words_share_are_no_collisions() -> None:
    words = ["walk", "walks", "walked"]
    rows = distinct_ngram_rows(words, buckets=2_000_000)
    assert quality.observed_collisions(rows, 2_000_000).whole == 0


def test_as_many_collide_as_predicted(data_dir: Path) -> None:
    text = (data_dir / "vector_formats" / "lee_background.cor").read_text(encoding="utf-8")
    rows = distinct_ngram_rows(list(dict.fromkeys(split(text))), buckets=30_011)
    found, expected = (
        quality.observed_collisions(rows, 30_011),
        quality.predicted_collisions(len(rows), 30_011),
    )
    assert found.whole == pytest.approx(expected.whole, rel=0.03)
    assert found.partial == pytest.approx(expected.partial, rel=0.03)


def test_a_vocabularys_padding_and_oov_have_none() -> None:
    vocabulary = Vocabulary.build([["cat", "cat", "cats"]])
    for minn in (1, 3):
        rows = distinct_ngram_rows(vocabulary, buckets=1000, minn=minn)
        np.testing.assert_array_equal(rows, distinct_ngram_rows(["cat", "cats"], buckets=1000, minn=minn))
    assert distinct_ngram_rows(Vocabulary.build([]), buckets=10).shape == (0, 1)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"minn": 4, "maxn": 3}, "minn=4.*maxn=3"),
        ({"minn": -1}, "minn=-1"),
        ({"buckets": 0}, "buckets=0"),
        ({"buckets": 2**31 - 1}, "buckets="),
        ({"words": "cat"}, "words='cat'"),
        ({"words": ["ok", "a\ud800b"]}, r"word='a\\ud800b'.*surrogate"),
    ],
    ids=str,
)
def test_mistakes_are_named(change: dict, named: str) -> None:
    arguments = {"words": ["cat"], "buckets": 10} | change
    with pytest.raises(ValueError, match=named):
        distinct_ngram_rows(arguments.pop("words"), **arguments)
