"""What steps are given is the same in memory, read from a file, and from whatever step on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments.documents.corpus import gathered
from experiments.documents.feed import Feed, Labelled, feed
from experiments.documents.prepare import Unread, in_memory

RNG = np.random.default_rng(0)
DOCUMENTS = [[f"w{word}" for word in RNG.integers(0, 50, RNG.integers(0, 60))] for _ in range(300)]
LABELS = RNG.integers(0, 3, 300).astype(np.int32)


def unread(folder: Path) -> Unread:
    corpus = gathered(DOCUMENTS, folder)
    numbers = np.arange(len(corpus.words), dtype=np.int32) + 2
    width = int(corpus.lengths.max())
    return Unread(corpus, numbers, np.arange(300), {}, width).rows(np.arange(299, -1, -1))


def given(source: Feed, step: int, count: int) -> list[tuple[np.ndarray, ...]]:
    """Ids, lengths and labels of each step."""
    return [
        tuple(np.asarray(array)[batch] for array in arrays)
        for arrays, rows, steps in source.parts(step, count)
        for batch in np.asarray(rows)[:steps]
    ]


@pytest.mark.parametrize("by_length", [False, True])
def test_documents_in_memory_and_read_are_the_same(tmp_path: Path, by_length: bool) -> None:
    lazy = unread(tmp_path)
    read, held = (feed(Labelled(x, LABELS[::-1]), 3, 16, 8, by_length) for x in (lazy, in_memory(lazy)))
    for step, count in ((0, 5), (5, 5), (30, 20), (7, 3)):  # on, and back
        a, b = given(read, step, count), given(held, step, count)
        assert len(a) == len(b) == count
        for first, second in zip(a, b, strict=True):
            for x, y in zip(first, second, strict=True):
                np.testing.assert_array_equal(x, y)


def test_ids_are_those_of_the_documents(tmp_path: Path) -> None:
    lazy = unread(tmp_path)
    place = {tuple(document): label for document, label in zip(DOCUMENTS, LABELS, strict=True) if document}
    for ids, lengths, labels in given(feed(Labelled(lazy, LABELS[::-1]), 0, 16, 8, False), 0, 4):
        for row, length, label in zip(ids, lengths, labels, strict=True):
            assert not row[length:].any()
            words = tuple(lazy.corpus.words[number - 2] for number in row[:length])
            assert not words or place[words] == label


def test_documents_of_like_length_are_padded_little() -> None:
    lazy = unread(Path("/tmp"))
    for by_length, least in ((False, 59), (True, 16)):
        found = given(feed(Labelled(in_memory(lazy), LABELS), 0, 16, 8, by_length), 0, 19)
        widths = {ids.shape[1] for ids, _, _ in found}
        assert min(widths) == least and len(widths) <= 3
        assert all((lengths <= ids.shape[1]).all() for ids, lengths, _ in found)


@pytest.mark.parametrize("by_length", [False, True])
def test_parts_are_of_few_shapes(tmp_path: Path, by_length: bool) -> None:
    lazy = unread(tmp_path)
    for documents in (lazy, in_memory(lazy)):
        shapes = {
            (np.shape(arrays[0]), np.shape(rows))
            for count in (1, 3, 8, 20)
            for arrays, rows, _ in feed(Labelled(documents, LABELS), 0, 16, 8, by_length).parts(0, count)
        }
        assert len(shapes) <= (3 if by_length else 1)


def test_data_of_about_one_size_are_of_one_shape() -> None:
    lazy = unread(Path("/tmp"))
    rows = np.arange(300)
    shapes = set()
    for size in (290, 292, 295):  # of folds, say
        held = in_memory(lazy.rows(rows[:size]))
        source = feed(Labelled(held, LABELS[:size]), 0, 16, 8, False)
        ((arrays, _, _),) = source.parts(0, 8)
        shapes.add(tuple(np.shape(array) for array in arrays))
        taken = np.concatenate([labels for _, _, labels in given(source, 0, size // 16)])
        assert np.bincount(taken, minlength=3).sum() == size // 16 * 16
        assert set(np.concatenate([x for _, x, _ in given(source, 0, 40)])) <= set(held.lengths.tolist())
    assert shapes == {((296, held.width), (296,), (296,))}
