"""Vectors as a thing to look at, and their files: what comes back, and what is refused."""

from __future__ import annotations

import json
import math
import os
import pickle
import tracemalloc
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedlab import Vectors, load
from embedlab.vectors import save
from tests.embedlab.npy_files import Trap, header

WORDS = ("cat", "dog", "sun")
MATRIX = np.float32([[1, 0], [0.9, 0.1], [0, 1]])


def vectors() -> Vectors:
    return Vectors(WORDS, MATRIX)


def stored(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


# --- vectors -----------------------------------------------------------------------------------------


def test_a_word_has_its_row() -> None:
    found = vectors()
    assert len(found) == 3 and "dog" in found and "cow" not in found and 1 not in found
    assert found.row("dog") == 1
    np.testing.assert_array_equal(found["dog"], MATRIX[1])


@pytest.mark.parametrize(
    ("word", "message"),
    [("dag", r"'dag' is not among the 3 words; near: 'dog'"), ("xyz", r"'xyz' is not among the 3 words")],
)
def test_a_word_that_is_not_there(word: str, message: str) -> None:
    for call in (vectors().__getitem__, vectors().row, vectors().neighbours):
        with pytest.raises(KeyError, match=message):
            call(word)


@pytest.mark.usefixtures("unchecked")
def test_a_number_is_no_word() -> None:
    with pytest.raises(KeyError, match="0 is not among the 3 words"):
        vectors()[0]  # type: ignore[index]


def test_neighbours_are_the_greatest_cosines() -> None:
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((50, 8)).astype(np.float32)
    many = Vectors(tuple(f"w{i}" for i in range(50)), matrix)
    unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    cosines = unit @ unit[7]
    wanted = [i for i in np.argsort(-cosines).tolist() if i != 7][:5]
    found = many.neighbours("w7", k=5)
    assert [word for word, _ in found] == [f"w{i}" for i in wanted]
    np.testing.assert_allclose([cosine for _, cosine in found], cosines[wanted], rtol=1e-5)


def test_there_are_no_more_neighbours_than_other_words() -> None:
    assert [word for word, _ in vectors().neighbours("cat")] == ["dog", "sun"]
    assert Vectors(("cat",), MATRIX[:1]).neighbours("cat") == []


def test_what_has_no_direction_is_nobodys_neighbour() -> None:
    found = Vectors(("cat", "none", "dog"), np.float32([[1, 0], [0, 0], [1, 1]]))
    assert [word for word, _ in found.neighbours("cat")] == ["dog"]
    assert found.neighbours("none") == []


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("k", [0, -1, 1.5, True])
def test_k_is_a_whole_number(k: Any) -> None:
    for found in (vectors(), Vectors(("cat",), MATRIX[:1])):
        with pytest.raises(ValueError, match=rf"^k={k}: give a whole number of at least 1$"):
            found.neighbours("cat", k)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("matrix", "shown"),
    [
        (MATRIX[0], r"'float32 \(2,\)'"),
        (MATRIX[None], r"'float32 \(1, 3, 2\)'"),
        (np.float32(1), r"'float32'"),
        (MATRIX.tolist(), "'list'"),
        (np.ones((3, 2), np.int32), r"'int32 \(3, 2\)'"),
        (np.ones((3, 2), np.complex64), r"'complex64 \(3, 2\)'"),
        (np.array(WORDS)[:, None], r"'<U3 \(3, 1\)'"),
        (np.ones((3, 2), jnp.bfloat16), r"'bfloat16 \(3, 2\)'"),
    ],
    ids=str,
)
def test_what_is_no_matrix_is_refused_at_once(matrix: Any, shown: str) -> None:
    with pytest.raises(ValueError, match=rf"^matrix={shown}: give a NumPy array, float \[words, dim\]"):
        Vectors(WORDS, matrix)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("cat", "dog"), "^words='2 words for 3 vectors': give one each"),
        (("cat", "dog", "cat"), "^words: 'cat' is there more than once"),
        ("cat", "^words='cat': give a tuple of words, not one string"),
        (("cat", "dog", 3), "^words=3: a word is a string"),
        (("cat", "dog", None), "^words=None: a word is a string"),
    ],
    ids=str,
)
def test_words_that_do_not_fit(words: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Vectors(words, MATRIX)


@pytest.mark.usefixtures("unchecked")
def test_a_list_of_words_is_held_as_a_tuple() -> None:
    assert Vectors(list(WORDS), MATRIX).words == WORDS  # type: ignore[arg-type]


# --- round trips -------------------------------------------------------------------------------------

# Any word that is one line, "" among them: in words.txt it is an empty line.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5).filter(
    lambda word: word.splitlines() in ([], [word])
)


@given(st.lists(TEXTS | st.sampled_from(["", " ", "日本", "a b", "😀", "\ufeff", "\0"]), unique=True))
def test_what_was_saved_comes_back(tmp_path_factory: pytest.TempPathFactory, words: list[str]) -> None:
    folder = tmp_path_factory.mktemp("vectors")
    matrix = np.arange(len(words) * 3, dtype=np.float32).reshape(-1, 3)
    save(folder, Vectors(tuple(words), matrix))
    found = load(folder)
    assert found.words == tuple(words)
    np.testing.assert_array_equal(found.matrix, matrix, strict=True)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_every_float_comes_back(tmp_path: Path, dtype: str, order: Any) -> None:
    matrix = np.array([[1.5, np.nan], [-np.inf, 0]], dtype, order=order)
    save(tmp_path / "made" / "here", Vectors(("a", "b"), matrix))
    np.testing.assert_array_equal(load(tmp_path / "made" / "here").matrix, matrix, strict=True)


def test_the_files_open_anywhere(tmp_path: Path) -> None:
    save(tmp_path, Vectors(("né", "b"), MATRIX[:2]))
    assert (tmp_path / "words.txt").read_bytes() == "né\nb\n".encode()
    np.testing.assert_array_equal(np.load(tmp_path / "vectors.npy"), MATRIX[:2])
    assert set(stored(tmp_path)) == {"words.txt", "vectors.npy"}


def test_a_run_and_the_best_of_a_comparison(tmp_path: Path) -> None:
    run = tmp_path / "hashed" / "seed-1"
    save(run / "vectors", vectors())
    assert load(run).words == WORDS
    (tmp_path / "summary.json").write_text(json.dumps({"best": "hashed/seed-1"}))
    assert load(tmp_path).words == WORDS
    assert load(str(tmp_path)).words == WORDS


# --- save, whole or not at all -----------------------------------------------------------------------


@pytest.mark.parametrize("word", ["a\nb", "a\n", "\n", "a\r", "\ra", "a\r\n", "a\u2028b", "a\u2028", "a\x85"])
def test_a_line_break_is_refused(tmp_path: Path, word: str) -> None:
    with pytest.raises(ValueError, match=r"^words='.*': it holds a line break; leave it out$"):
        save(tmp_path / "new", Vectors(("cat", word), MATRIX[:2]))
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("word", ["a\ud800b", "a\nb"])
def test_a_refused_word_leaves_the_old_vectors(tmp_path: Path, word: str) -> None:
    save(tmp_path, vectors())
    before = stored(tmp_path)
    with pytest.raises(ValueError, match=r"^words='a\\(ud800|n)b': it holds a l"):
        save(tmp_path, Vectors(("cat", word), MATRIX[:2] + 1))
    assert stored(tmp_path) == before and load(tmp_path).words == WORDS


@pytest.mark.parametrize("fails", [1, 2])
def test_a_full_disk_leaves_the_old_vectors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: int
) -> None:
    save(tmp_path, vectors())
    before, calls = stored(tmp_path), []

    def full(_: int) -> None:
        calls.append(1)
        if len(calls) == fails:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(tmp_path, Vectors(("cow",), MATRIX[:1]))
    assert len(calls) == fails
    assert stored(tmp_path) == before


def test_a_crash_between_the_renames_mixes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path, vectors())
    real, calls = os.replace, []

    def crash(*arguments: Any) -> None:
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(*arguments)

    monkeypatch.setattr(os, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        save(tmp_path, Vectors(("cow", "pig", "hen"), MATRIX + 1))  # as many words, so that they would fit
    with pytest.raises(ValueError, match="no vectors here"):
        load(tmp_path)


def test_new_vectors_replace_the_old(tmp_path: Path) -> None:
    save(tmp_path, vectors())
    save(tmp_path, Vectors(("cow",), MATRIX[:1]))
    assert load(tmp_path).words == ("cow",) and len(load(tmp_path).matrix) == 1


# --- load, and what it refuses -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "summary",
    [None, "", "[]", "{", "{}", '{"best": 3}', '{"best": "gone"}', "[" * 100_000],
    ids=lambda s: s and s[:9],
)
def test_a_folder_without_vectors(tmp_path: Path, summary: str | None) -> None:
    if summary is not None:
        (tmp_path / "summary.json").write_text(summary)
    message = r"^folder='.*': no vectors here; give the --workdir of a finished run$"
    with pytest.raises(ValueError, match=message):
        load(tmp_path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "none", tmp_path / "file"):
        with pytest.raises(ValueError, match="no vectors here"):
            load(folder)


def test_a_missing_file(tmp_path: Path) -> None:
    save(tmp_path, vectors())
    (tmp_path / "words.txt").unlink()
    with pytest.raises(
        ValueError, match=r"^folder='.*': its vectors can't be read \(.*words\.txt.*train again$"
    ):
        load(tmp_path)
    save(tmp_path, vectors())
    (tmp_path / "vectors.npy").unlink()
    with pytest.raises(ValueError, match="no vectors here"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("words", "counts"),
    [
        (b"cat\ndog\n", "2 words for 3"),
        (b"cat\ndog\nsun\ncow\n", "4 words for 3"),
        (b"", "0 words for 3"),
        (b"cat\ndog\nsu", "2 words for 3"),  # cut in the last line
    ],
)
def test_files_that_do_not_fit_each_other(tmp_path: Path, words: bytes, counts: str) -> None:
    save(tmp_path, vectors())
    (tmp_path / "words.txt").write_bytes(words)
    with pytest.raises(
        ValueError, match=rf"^folder='.*': its vectors can't be read \(words\.txt='{counts} vect"
    ):
        load(tmp_path)


@pytest.mark.parametrize(
    ("words", "named"), [(b"cat\ndog\ncat\n", "'cat' is there more than once"), (b"a\nb\n\xff\n", "utf-8")]
)
def test_words_that_are_none(tmp_path: Path, words: bytes, named: str) -> None:
    save(tmp_path, vectors())
    (tmp_path / "words.txt").write_bytes(words)
    with pytest.raises(ValueError, match=rf"^folder='.*': its vectors can't be read \(.*{named}"):
        load(tmp_path)


@pytest.mark.parametrize(
    "array", [MATRIX[:, 0], np.float32(3), MATRIX[None], np.ones((3, 2), np.int64), np.array(WORDS)[:, None]]
)
def test_an_array_that_is_no_matrix(tmp_path: Path, array: Any) -> None:
    save(tmp_path, vectors())
    np.save(tmp_path / "vectors.npy", array)
    with pytest.raises(ValueError, match=r"^folder='.*\(vectors\.npy='.*': it is to be float \[words, dim\]"):
        load(tmp_path)


def test_nothing_in_a_pickle_is_run(tmp_path: Path) -> None:
    folder, sprung = tmp_path / "run", tmp_path / "sprung"
    save(folder, vectors())
    np.save(folder / "vectors.npy", np.array([[Trap(sprung)]] * 3, object), allow_pickle=True)
    with pytest.raises(ValueError, match="Python objects"):
        load(folder)
    (folder / "vectors.npy").write_bytes(pickle.dumps(Trap(sprung)))
    with pytest.raises(ValueError, match="its vectors can't be read"):
        load(folder)
    assert not sprung.exists()


def test_a_file_cut_at_any_byte_is_refused(tmp_path: Path) -> None:
    save(tmp_path, vectors())
    whole = (tmp_path / "vectors.npy").read_bytes()
    for size in range(len(whole)):
        (tmp_path / "vectors.npy").write_bytes(whole[:size])
        with pytest.raises(ValueError, match=r"^folder='.*': its vectors can't be read"):
            load(tmp_path)


@pytest.mark.parametrize("shape", [(10**12, 64), (3, 10**15), (10**30, 10**30), (2**62, 4)], ids=str)
def test_a_header_that_promises_terabytes(tmp_path: Path, shape: tuple[int, ...]) -> None:
    save(tmp_path, vectors())
    (tmp_path / "vectors.npy").write_bytes(header("<f4", shape).ljust(1024, b"\0"))
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"its vectors can't be read \(its header names"):
        load(tmp_path)
    assert tracemalloc.get_traced_memory()[1] < 10**7 and math.prod(shape) > 10**13
    tracemalloc.stop()


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("dtype", [">f4", "longdouble"])
def test_numbers_that_no_search_takes_are_refused(dtype: str) -> None:
    with pytest.raises(ValueError, match=r"^matrix="):
        Vectors(("a",), np.ones((1, 2), np.dtype(dtype)))


def test_narrow_vectors_longer_than_their_type_reaches_have_length_1() -> None:
    found = Vectors(("far", "near", "none"), np.float16([[60000, -60000], [6e-8, 0], [0, 0]])).normalised()
    assert found.matrix.dtype == np.float16
    np.testing.assert_allclose(found.matrix, [[0.5**0.5, -(0.5**0.5)], [1, 0], [0, 0]], rtol=1e-3)
