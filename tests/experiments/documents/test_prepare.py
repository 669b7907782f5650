"""Documents of which each id is read once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import embedlab
from embedlab.text import Vocabulary
from experiments.config import Config, Text
from experiments.documents.corpus import gathered, gathered_pairs
from experiments.documents.prepare import distinct, encode, in_memory
from experiments.encoders import Cnn, Dan

SPEC = embedlab.Dense(30, 4)


def drawn(rows: int, seed: int) -> list[list[str]]:
    generator = np.random.default_rng(seed)
    return [[f"w{word}" for word in generator.integers(0, 9, length)] for length in range(rows)]


def test_each_id_stands_once() -> None:
    generator = np.random.default_rng(1)
    lengths = np.int32([0, 1, 7, 12, 12])
    ids = generator.integers(1, 8, (5, 12)).astype(np.int32)
    found, counts = distinct(ids, lengths)
    for row, length, made, count in zip(ids, lengths, found, counts, strict=True):
        assert made[:count].tolist() == sorted(set(row[:length].tolist())) and not made[count:].any()
    assert found.dtype == counts.dtype == np.int32 and found.shape == ids.shape


@pytest.mark.parametrize("folder", [False, True], ids=["in memory", "in a file"])
def test_documents_are_read_so(folder: bool, tmp_path: Path) -> None:
    documents = drawn(20, 2)
    corpus = gathered(documents, tmp_path if folder else None)
    vocabulary = Vocabulary.build(documents)
    found = in_memory(encode(SPEC, vocabulary, corpus, once=True))
    for words, ids, length in zip(documents, found.ids, found.lengths, strict=True):
        assert sorted(ids[:length].tolist()) == sorted(vocabulary.encode(sorted(set(words))).tolist())
    every = in_memory(encode(SPEC, vocabulary, corpus))
    assert every.lengths.tolist() == list(range(20)) and every.width == found.width


def test_of_a_pair_each_text_by_itself() -> None:
    first, second = drawn(12, 3), drawn(12, 4)[::-1]
    vocabulary = Vocabulary.build(first + second)
    found = in_memory(encode(SPEC, vocabulary, gathered_pairs(first, second), once=True))
    for row, texts in enumerate(zip(first, second, strict=True)):
        for side, words in enumerate(texts):
            ids = found.ids[row, : found.lengths[row, side], side]
            assert set(ids.tolist()) == set(vocabulary.encode(words).tolist()) and len(set(ids)) == len(ids)


def test_encoders_that_read_order_refuse_it() -> None:
    assert Config(SPEC, encoder=Dan(), text=Text(once=True)).text.once
    with pytest.raises(ValueError, match=r"text\.once=True: Cnn reads the order of words"):
        Config(SPEC, encoder=Cnn(), text=Text(once=True))
