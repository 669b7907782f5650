"""Word n-grams: against whole-number arithmetic, and against fastText's own rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedlab.text import word_hashes, word_ngram_ids, word_ngram_ids_all

TOKENS = st.lists(st.text("abé日😀", min_size=1, max_size=3), max_size=8)


def slow(tokens: list[str], n: int, buckets: int) -> list[int]:
    """The rule of the docstring in Python's unbounded integers."""
    signed = []
    for token in tokens:
        value = 2166136261
        for byte in token.encode():
            value = ((value ^ (byte - 256 * (byte > 127)) % 2**32) * 16777619) % 2**32
        signed.append(value - 2**32 * (value >= 2**31))
    runs = [signed[i:j] for i in range(len(signed)) for j in range(i + 2, min(i + n, len(signed)) + 1)]
    return [
        sum(x * 116049371**power for power, x in enumerate(reversed(run))) % 2**64 % buckets for run in runs
    ]


@given(TOKENS, st.integers(1, 10), st.sampled_from([1, 997, 2_000_000, 2**31 - 2]))
def test_ids_equal_the_slow_reference(tokens, n, buckets) -> None:
    ids = word_ngram_ids(tokens, n=n, buckets=buckets)
    assert ids.dtype == np.int32 and ids.tolist() == slow(tokens, n, buckets)
    assert (word_ngram_ids(word_hashes(tokens), n=n, buckets=buckets) == ids).all()


@given(st.lists(TOKENS, max_size=6), st.integers(1, 5))
def test_documents_at_once_equal_one_by_one(documents, n) -> None:
    together = word_ngram_ids_all(documents, n=n, buckets=997)
    assert [ids.tolist() for ids in together] == [slow(tokens, n, 997) for tokens in documents]


# From fastText 0.9.3: a supervised model with wordNgrams=3 and bucket=997 was given the identity as its
# input matrix, so that get_sentence_vector shows which rows a line uses and how often.
# The line ends in "</s>".
FASTTEXT = {
    "the cat sat": [354, 467, 599, 654, 974],
    "not so good": [5, 367, 400, 413, 574],
    "été 日本語 naïve unknown": [190, 486, 542, 604, 754, 771, 810],
    "on and on and on": [91, 91, 225, 248, 299, 299, 367, 367, 390],
}


@pytest.mark.parametrize("line", FASTTEXT)
def test_ids_equal_fasttext(line: str) -> None:
    assert sorted(word_ngram_ids([*line.split(), "</s>"], n=3, buckets=997).tolist()) == FASTTEXT[line]


def test_empty_input_is_right_shaped() -> None:
    for tokens in ([], ["a"]):
        ids = word_ngram_ids(tokens, n=3, buckets=10)
        assert ids.shape == (0,) and ids.dtype == np.int32
    assert word_ngram_ids(["a", "b"], n=1, buckets=10).shape == (0,)
    assert word_ngram_ids_all([], n=2, buckets=10) == []
    assert [ids.tolist() for ids in word_ngram_ids_all([[], []], n=2, buckets=10)] == [[], []]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"n": 0}, "n=0"),
        ({"buckets": 0}, "buckets=0"),
        ({"buckets": 2**31 - 1}, "buckets="),
        ({"tokens": "not so"}, "split the text"),
        ({"tokens": ["\ud800"]}, "surrogate"),
    ],
    ids=str,
)
def test_mistakes_are_named(change: dict, named: str) -> None:
    arguments = {"tokens": ["a", "b"], "n": 2, "buckets": 10} | change
    with pytest.raises(ValueError, match=named):
        word_ngram_ids(arguments.pop("tokens"), **arguments)


def test_a_document_that_was_not_split_is_refused() -> None:
    with pytest.raises(ValueError, match="split the text"):
        word_ngram_ids_all(["not so"], n=2, buckets=10)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    "tokens",
    [
        word_hashes(["a", "b"]).astype(np.int64),
        word_hashes(["a", "b"]).view(np.int32),
        word_hashes(["a", "b"])[None],
        np.array(["not", "so"]),
        np.array(["not", "so"], object),
        np.float32([1, 2]),
        np.ones((), np.uint32),
    ],
    ids=lambda tokens: f"{tokens.dtype}{tokens.shape}",
)
def test_arrays_that_are_no_hashes_are_refused(tokens: np.ndarray) -> None:
    remedy = r"give a list of strings, or their word_hashes, uint32 \[tokens\]"
    with pytest.raises(ValueError, match=rf"^tokens='{tokens.dtype} \(.*\)': {remedy}$"):
        word_ngram_ids(tokens, n=2, buckets=10)


@pytest.mark.usefixtures("unchecked")
def test_a_token_is_a_string() -> None:
    for tokens in ([1, 2], ["a", None, 3], [b"a"]):
        with pytest.raises(ValueError, match=r"^token=.*: a token is a string$"):
            word_hashes(tokens)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match=r"^token=.*: a token is a string$"):
            word_ngram_ids(tokens, n=2, buckets=10)  # type: ignore[arg-type]
