"""What is refused, and that nothing is touched then."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedlab.vectors import Vectors, read, write
from embedlab.vectors.writing import FORMATS

MATRIX = np.float32([[1, 2], [3, 4]])
FOLDERS = ("projector", "sentence-transformers")


def table(*words: str, matrix: Any = MATRIX) -> Vectors:
    return Vectors(words or ("cat", "dog"), matrix)


def stored(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


BLANK, TAB, BREAK, ZERO = "holds a blank", "holds a tab", "holds a line break", "holds a zero byte"
TEXTS = ("word2vec-text", "fasttext-vec", "glove")
REFUSED = [
    *((format, "New York", BLANK) for format in (*TEXTS, "word2vec-binary", "sentence-transformers")),
    *((format, "a\tb", TAB) for format in (*TEXTS, "projector", "sentence-transformers")),
    *((format, "a\nb", BREAK) for format in (*TEXTS, "word2vec-binary", "npy", *FOLDERS)),
    *((format, "a\u2028b", BREAK) for format in ("npy", *FOLDERS)),
    *((format, "a\0b", ZERO) for format in (*TEXTS, "word2vec-binary", "fasttext-bin")),
    ("sentence-transformers", "a\u00a0b", r"the blank '\\xa0'"),
    *((format, "\ufeffcat", "begins with a byte-order mark") for format in ("glove", "npy", "projector")),
    *((format, "é" * 40_000, "80,000 bytes") for format in (*TEXTS, "word2vec-binary", "fasttext-bin")),
]


@pytest.mark.parametrize(("format", "word", "why"), REFUSED)
def test_a_word_that_a_format_does_not_give_back(format: Any, word: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "made"
    write(table(), path, format=format)
    before = stored(tmp_path)
    with pytest.raises(
        ValueError, match=rf"^words='.*{why}.*, which {format} can't give back; leave it out, or"
    ):
        write(table(word, "dog"), path, format=format)
    assert stored(tmp_path) == before
    other = write(table(word, "dog"), tmp_path / "other.safetensors")  # which can, as it says
    assert other.rows == 2


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    ("word", "why"),
    [("", "^words='': an empty word"), ("a\ud800", r"^words='a\\ud800': it holds a lone surr")],
)
def test_words_that_no_format_has(format: Any, word: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=why):
        write(table("cat", word), tmp_path / "made", format=format)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite(format: Any, value: float, tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=r"^matrix: the vector of 'dog' holds a NaN or an infinity; leave it out"
    ):
        write(table(matrix=np.float32([[1, 2], [value, 0]])), tmp_path / "made", format=format)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("dtype", "value", "format"),
    [
        ("float16", 65520.0, "safetensors"),
        ("bfloat16", 3.4e38, "safetensors"),
        ("float32", 1e39, "word2vec-binary"),
        ("float32", -1e39, "fasttext-bin"),
        ("int8", 1e39, "safetensors"),
    ],
)
def test_what_is_beyond_a_type(dtype: str, value: float, format: Any, tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=rf"^dtype='{dtype}': the vector of 'dog' holds .*, which is beyond it"
    ):
        write(table(matrix=np.array([[1, 2], [value, 0]])), tmp_path / "made", format=format, dtype=dtype)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("made", {}, r"^path='.*made': its suffix is none of \.txt, .*; give format, one of word2vec-text"),
        ("made.json", {}, "^path='.*made.json': its suffix is none of"),
        ("made.txt", {"format": "word2vec"}, "^format='word2vec': choose one of word2vec-text, "),
        ("made.npy.gz", {}, r"^path='.*': npy is not read compressed; leave \.gz out"),
        ("none/made.txt", {}, r"^path='.*': there is no folder '.*none'; make it first"),
        ("folder", {"format": "glove"}, "^path='.*': it is a folder, and glove is a file; give its name too"),
        (
            "file",
            {"format": "projector"},
            "^path='.*': there is a file of that name, and projector is a folder",
        ),
        (
            "made.txt",
            {"dtype": "int8"},
            "^dtype='int8': word2vec-text holds float64, float32; of int8 are npy, ",
        ),
        (
            "made.npy",
            {"dtype": "bfloat16"},
            "^dtype='bfloat16': npy holds .*; of bfloat16 are safetensors, sent",
        ),
        ("made.npy", {"dtype": "int4"}, "^dtype='int4': npy holds float64, float16, int8, float32$"),
        ("made.txt", {"counts": [1, 2]}, "^counts='given': word2vec-text does not hold it; leave it out, or"),
        ("made.txt", {"columns": {}}, "^columns='given': word2vec-text does not hold it; .* 'projector'$"),
        (
            "made.txt",
            {"lowercase": True},
            "^lowercase=True: word2vec-text does not hold it; .*transformers'$",
        ),
        (
            "new",
            {"format": "projector", "counts": [1]},
            r"^columns, 'count'='1 values for 2 words': give one a",
        ),
        (
            "new",
            {"format": "projector", "columns": {"a": ["x", "y\t"]}},
            r"^columns, 'a'='y\\t': it holds a tab",
        ),
        ("new", {"format": "fasttext-bin", "counts": [1]}, "^columns, 'count'='1 values for 2 w"),
        (
            "new",
            {"format": "fasttext-bin", "counts": [1, 0]},
            "^counts=0: a word of the model occurred at lea",
        ),
    ],
)
def test_a_mistake_in_the_call(name: str, settings: Any, message: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("kept")
    with pytest.raises(ValueError, match=message):
        write(table(), tmp_path / name, **settings)
    assert stored(tmp_path) == {tmp_path / "file": b"kept"} and not (tmp_path / "new").exists()


def test_words_that_do_not_fit_may_be_left_out(tmp_path: Path) -> None:
    words = ("New York", "cat", "\ufeffx", "a\tb", "dog", "\ufeffy")
    many = Vectors(words, np.arange(12, dtype=np.float32).reshape(6, 2))
    written = write(many, tmp_path / "a.txt", format="glove", unfit="drop")
    assert read(tmp_path / "a.txt").words == ("cat", "dog") and written.rows == 2
    np.testing.assert_array_equal(read(tmp_path / "a.txt").matrix, many.matrix[[1, 4]])
    (note,) = written.notes
    assert note.startswith("4 of 6 words were left out, as words='New York': it holds a blank, which glove")
    written = write(many, tmp_path, format="projector", unfit="drop", counts=range(6))
    assert (tmp_path / "metadata.tsv").read_text() == "word\tcount\nNew York\t0\ncat\t1\ndog\t4\n"
    written = write(many, tmp_path / "a.bin", format="fasttext-bin", unfit="drop", counts=range(1, 7))
    assert read(tmp_path / "a.bin").words == words[::-1] and written.notes == ()
    with pytest.raises(ValueError, match=r"^unfit='drop': glove holds none of the 1 words; write 'safetens"):
        write(Vectors(words[:1], many.matrix[:1]), tmp_path / "b", format="glove", unfit="drop")
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize("shape", [(0, 2), (1, 0)])
def test_nothing_to_write(shape: tuple[int, int], tmp_path: Path) -> None:
    empty = Vectors(("cat",) * shape[0], np.ones(shape, np.float32))
    for format in FORMATS:
        with pytest.raises(ValueError, match=r"^vectors=\(\d, \d\): there is nothing to write; give a word"):
            write(empty, tmp_path / "made", format=format)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", FORMATS)
def test_a_full_disk_leaves_what_was_there(
    format: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(table(), tmp_path / "made", format=format)
    before = stored(tmp_path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write(table("cow", "pig"), tmp_path / "made", format=format)
    assert stored(tmp_path) == before
