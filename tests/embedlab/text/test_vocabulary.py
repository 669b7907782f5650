"""Vocabularies: numbering, specials, files."""

from __future__ import annotations

import collections
import dataclasses
import json
import os
import pickle
import random
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedlab.text import Vocabulary, split

DOCUMENTS = st.lists(st.lists(st.text("abé😀 ", max_size=2) | st.sampled_from(["<pad>", "<unk>", "a", "b"])))


def slow(documents: list[list[str]], min_count: int, max_size: int | None) -> tuple[list[str], list[int]]:
    """Words and counts of the ids from 2 on, plainly."""
    count: dict[str, int] = {}
    for token in (token for document in documents for token in document):
        count[token] = count.get(token, 0) + 1
    words = sorted(count)
    words.sort(key=lambda word: count[word], reverse=True)  # stable
    words = [word for word in words if count[word] >= min_count]
    words = words if max_size is None else words[: max_size - 2]
    return words, [count[word] for word in words]


@given(DOCUMENTS, st.integers(1, 3), st.none() | st.integers(2, 6))
def test_build_equals_the_slow_reference(documents, min_count, max_size) -> None:
    vocabulary = Vocabulary.build(documents, min_count=min_count, max_size=max_size)
    words, counts = slow(documents, min_count, max_size)
    assert vocabulary.words == ("<pad>", "<unk>", *words)
    assert vocabulary.counts[0] == 0 and list(vocabulary.counts[2:]) == counts
    assert sum(vocabulary.counts) == sum(map(len, documents))
    assert max_size is None or len(vocabulary) <= max_size


@given(DOCUMENTS, st.integers(1, 3))
def test_decode_returns_what_encode_was_given(documents, min_count) -> None:
    vocabulary = Vocabulary.build(documents, min_count=min_count)
    for tokens, ids in zip(documents, vocabulary.encode_all(documents), strict=True):
        assert ids.dtype == np.int32 and ids.shape == (len(tokens),)
        expected = [token if token in vocabulary else "<unk>" for token in tokens]
        assert vocabulary.decode(ids) == expected
        assert all(vocabulary.id(token) == i for token, i in zip(tokens, ids, strict=True))


def test_order_of_documents_does_not_matter() -> None:
    documents = [["b", "a"], ["a", "c"], ["c", "b"], ["z"]]
    shuffled = random.Random(0).sample(documents, len(documents))
    assert Vocabulary.build(shuffled) == Vocabulary.build(documents)
    assert Vocabulary.build(documents).words[2:] == ("a", "b", "c", "z")


def test_oov_count_is_that_of_the_tokens_left_out() -> None:
    vocabulary = Vocabulary.build([["a", "a", "a", "b", "b", "c", "d"]], max_size=4)
    assert vocabulary.words[2:] == ("a", "b")
    assert vocabulary.counts == (0, 2, 3, 2)
    assert len(vocabulary) == 4


def test_real_special_tokens_are_words_like_any_other() -> None:
    vocabulary = Vocabulary.build([["<pad>", "<pad>", "<unk>", "a"]])
    assert vocabulary.words == ("<pad>", "<unk>", "<pad>", "<unk>", "a")
    assert vocabulary.encode(["<pad>", "<unk>", "a"]).tolist() == [2, 3, 4]
    assert vocabulary.counts == (0, 0, 2, 1, 1)


def test_special_names_that_no_document_holds_are_unknown() -> None:
    vocabulary = Vocabulary.build([["a"]])
    assert "<pad>" not in vocabulary and "<unk>" not in vocabulary and "a" in vocabulary
    assert vocabulary.encode(["<pad>", "<unk>"]).tolist() == [Vocabulary.OOV, Vocabulary.OOV]
    assert vocabulary.id("<pad>") == Vocabulary.OOV


def test_empty_input_is_right_shaped() -> None:
    vocabulary = Vocabulary.build([])
    assert len(vocabulary) == 2 and vocabulary.counts == (0, 0)
    ids = vocabulary.encode([])
    assert ids.shape == (0,) and ids.dtype == np.int32
    assert vocabulary.encode_all([]) == [] and vocabulary.decode([]) == []


def test_it_is_a_frozen_value() -> None:
    vocabulary = Vocabulary.build([["a", "b"]])
    assert (
        vocabulary == Vocabulary.build([["b", "a"]])
        and len({vocabulary, Vocabulary.build([["a", "b"]])}) == 1
    )
    with pytest.raises(dataclasses.FrozenInstanceError):
        vocabulary.words = ()  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(vocabulary)) == vocabulary


def test_real_corpus(data_dir: Path) -> None:
    text = (data_dir / "vector_formats" / "lee_background.cor").read_text(encoding="utf-8")
    documents = [split(line.lower()) for line in text.splitlines()]
    vocabulary = Vocabulary.build(documents, min_count=5)
    counter = collections.Counter(token for document in documents for token in document)
    assert 1000 < len(vocabulary) < len(counter)
    assert dict(zip(vocabulary.words[2:], vocabulary.counts[2:], strict=True)) == {
        word: count for word, count in counter.items() if count >= 5
    }
    ids = np.concatenate(vocabulary.encode_all(documents))
    assert np.bincount(ids, minlength=len(vocabulary)).tolist() == list(vocabulary.counts)


# --- files -------------------------------------------------------------------------------------------


@given(DOCUMENTS)
def test_file_round_trip(tmp_path_factory, documents) -> None:
    path = tmp_path_factory.getbasetemp() / "vocabulary.json"
    vocabulary = Vocabulary.build([*documents, ["\ud800", "\0", "é", '"']])
    vocabulary.save(path)
    assert Vocabulary.load(path) == vocabulary
    assert Vocabulary.load(path).encode(["é"]).tolist() == vocabulary.encode(["é"]).tolist()


def good() -> dict:
    return {"format": "embedlab.vocabulary", "version": 1, "words": ["a", "b"], "counts": [0, 0, 2, 1]}


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"},
        {"version": 2},
        {"words": "ab"},
        {"words": ["a", 1]},
        {"words": ["a", "a"]},
        {"words": None},
        {"counts": [0, 0, 2]},
        {"counts": [0, 0, 2, 1.5]},
        {"counts": [0, 0, 2, True]},
        {"counts": [0, 0, 2, -1]},
        {"counts": None},
    ],
    ids=str,
)
def test_malformed_content_is_refused(tmp_path: Path, change: dict) -> None:
    path = tmp_path / "vocabulary.json"
    path.write_text(json.dumps(good()))
    assert Vocabulary.load(path).words[2:] == ("a", "b")
    path.write_text(json.dumps(good() | change))
    with pytest.raises(ValueError, match=r"vocabulary\.json.*Vocabulary\.save"):
        Vocabulary.load(path)


def test_a_file_cut_at_any_byte_is_refused(tmp_path: Path) -> None:
    whole, path = json.dumps(good()), tmp_path / "vocabulary.json"
    for size in range(len(whole)):
        path.write_text(whole[:size])
        with pytest.raises(ValueError, match=r"vocabulary\.json"):
            Vocabulary.load(path)


@pytest.mark.parametrize(
    "data", [b"\xff\xfe\x00", b"[" * 100_000, b"[]", b"null"], ids=["bytes", "deep", "list", "null"]
)
def test_what_is_no_vocabulary_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "vocabulary.json"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"vocabulary\.json"):
        Vocabulary.load(path)


def test_a_path_without_a_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "missing.json", tmp_path, tmp_path / "pipe"):
        with pytest.raises(ValueError, match="no such file"):
            Vocabulary.load(path)


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "vocabulary.json"
    old = Vocabulary.build([["a"]])
    old.save(path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        Vocabulary.build([["b"]]).save(path)
    assert Vocabulary.load(path) == old
    assert [file.name for file in tmp_path.iterdir()] == ["vocabulary.json"]


# --- mistakes ----------------------------------------------------------------------------------------


def test_text_that_was_not_split_is_refused() -> None:
    with pytest.raises(ValueError, match="split the text"):
        Vocabulary.build(["some text"])
    with pytest.raises(ValueError, match="split the text"):
        Vocabulary.build([["some"]]).encode("some")


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("token", [3, None, b"a"])
def test_a_token_is_a_string(token: Any) -> None:
    with pytest.raises(ValueError, match=rf"^token={token!r}: a token is a string$"):
        Vocabulary.build([["a", token]])


@pytest.mark.parametrize("bounds", [{"min_count": 0}, {"max_size": 1}, {"max_size": 0}], ids=str)
def test_bounds_out_of_range_are_refused(bounds: dict) -> None:
    with pytest.raises(ValueError, match=next(iter(bounds))):
        Vocabulary.build([["a"]], **bounds)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("ids", "shown"),
    [
        ([3], "3"),
        ([0, -1], "-1"),
        ([2**40], "1099511627776"),
        ([2**80], "1208925819614629174706176"),
        (np.float32([1]), "1.0"),
        ([True], "True"),
        (["a"], "'a'"),
        ([None], "None"),
    ],
    ids=repr,
)
def test_decode_refuses_bad_ids(ids: Any, shown: str) -> None:
    with pytest.raises(ValueError, match=rf"^id={shown}: give whole numbers from 0 to 2$"):
        Vocabulary.build([["a"]]).decode(ids)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    "ids", [2, np.int32(2), [[0, 1]], np.zeros((2, 2), int), [[1], [2, 0]], "a"], ids=repr
)
def test_decode_takes_a_row_of_ids(ids: Any) -> None:
    message = r"^ids=.*: give a sequence of ids, \[n\]; of a batch, decode row by row$"
    with pytest.raises(ValueError, match=re.compile(message, re.DOTALL)):
        Vocabulary.build([["a"]]).decode(ids)
