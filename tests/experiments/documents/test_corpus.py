"""Documents as numbers: what comes back are the same words."""

from __future__ import annotations

import collections
import os
from pathlib import Path

import numpy as np
import pytest

from experiments.config import Text
from experiments.documents import corpus
from experiments.documents.corpus import gathered, is_run, tokenise

DOCUMENTS = [["a", "b", "a"], [], ["c"], ["b", "c", "b", "b"]]
CORPUS = gathered(DOCUMENTS)


@pytest.mark.parametrize("rows", [[], [0], [1], [3, 0], [2, 2, 1, 3]])
def test_documents_and_counts_come_back(rows: list[int]) -> None:
    taken = np.array(rows, np.int64)
    assert CORPUS.documents(taken) == [DOCUMENTS[row] for row in rows]
    counted = collections.Counter(word for row in rows for word in DOCUMENTS[row])
    assert dict(zip(CORPUS.words, CORPUS.counts(taken).tolist(), strict=True)) == {
        word: counted[word] for word in "abc"
    }
    flat = [word for row in rows for word in DOCUMENTS[row]]
    assert [CORPUS.words[number] for number in CORPUS.tokens[CORPUS.places(taken)]] == flat


def test_no_document() -> None:
    empty = gathered([])
    assert len(empty) == 0 and empty.words == () and empty.lengths.shape == (0,)


def test_runs_follow_the_words_of_the_cut_document() -> None:
    text = Text(max_length=3, ngrams=3)
    (found,) = tokenise(["One two three four"], text)
    assert found == ["one", "two", "three", "one two", "two three", "one two three"]
    assert [is_run(word) for word in found] == [False] * 3 + [True] * 3
    assert len(found) == text.longest == 6


@pytest.mark.parametrize("words", [0, 1, 2, 5])
def test_the_longest_document_is_what_a_text_of_many_words_gives(words: int) -> None:
    for ngrams in (1, 2, 4):
        text = Text(max_length=max(words, 1), ngrams=ngrams)
        (found,) = tokenise([" ".join("x" for _ in range(9))], text)
        assert len(found) == text.longest


def test_a_corpus_on_disk_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "_BLOCK", 3)
    monkeypatch.setattr(corpus, "_WORDS", 3)
    stored = gathered(DOCUMENTS, tmp_path)
    assert isinstance(stored.tokens, np.memmap) and not os.listdir(tmp_path)
    assert stored.words == CORPUS.words
    np.testing.assert_array_equal(stored.tokens, CORPUS.tokens)
    np.testing.assert_array_equal(stored.starts, CORPUS.starts)
    rows = np.array([3, 0, 2, 2, 1])
    assert [block.tolist() for block in stored.blocks(rows)] == [[3], [0], [2, 2, 1]]
    np.testing.assert_array_equal(stored.counts(rows), CORPUS.counts(rows))
    np.testing.assert_array_equal(stored.equal, CORPUS.equal)
    assert len(gathered([], tmp_path)) == 0
