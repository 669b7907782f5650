"""Every format gives the same table; what is wrong with a file is said, and where."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import pickle
import re
import shlex
import threading
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedlab import Vectors
from embedlab.vectors import read
from tests.embedlab.npy_files import Trap, header
from tests.embedlab.vectors.reading.files import (
    FORMATS,
    MATRIX,
    TEXT,
    WORDS,
    fasttext,
    glove,
    npy,
    safetensors,
    word2vec_binary,
    word2vec_text,
    written,
)


@pytest.fixture(params=["compiled", "NumPy"])
def both(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once with the compiled parser, where there is one, and once without."""
    if request.param == "NumPy":
        monkeypatch.setenv("EMBEDLAB_NATIVE", "0")


def refused(folder: Path, data: bytes, message: str, **how: Any) -> None:
    """A file is refused at once, in one line that begins with its name, without much memory."""
    path = written(folder, data)
    tracemalloc.start()
    begun = time.process_time()  # of this process alone, whoever else is at work
    try:
        with pytest.raises(ValueError, match=message) as caught:
            read(path, **how)
        assert tracemalloc.get_traced_memory()[1] < 2 * len(data) + 100 * 2**20
    finally:
        tracemalloc.stop()
    assert time.process_time() - begun < 5
    told = str(caught.value)
    assert told.startswith(f"path={str(path)!r}: ") and "\n" not in told


def equal(found: Vectors, words: tuple[str, ...] = WORDS, matrix: np.ndarray = MATRIX) -> None:
    assert found.words == words
    assert found.matrix.dtype == matrix.dtype and found.matrix.tobytes() == matrix.tobytes()


# --- what is right -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("named", [True, False])
def test_every_format_gives_the_same_bits(format: Any, named: bool, tmp_path: Path) -> None:
    found = read(written(tmp_path, FORMATS[format]()), format=format if named else None)
    equal(found)
    assert found.report is not None and (found.report.format, found.report.rows) == (format, 6)
    assert found.report.kept == 6


@pytest.mark.parametrize("format", FORMATS)
def test_only_some_words(format: str, tmp_path: Path) -> None:
    path = written(tmp_path, FORMATS[format]())
    found = read(path, only=["1984", "the", "absent"])
    equal(found, ("the", "1984"), MATRIX[[0, 5]])
    assert found.report is not None and (found.report.skipped, found.report.kept) == (4, 2)
    assert len(read(path, only=[])) == 0


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_type_that_is_asked_for(format: str, dtype: str, tmp_path: Path) -> None:
    path = written(tmp_path, FORMATS[format]())
    if dtype == "float16":  # which holds no 1e9
        with pytest.raises(ValueError, match="the vector of '1984' holds inf as float16"):
            read(path, dtype=dtype)
        return
    matrix = read(path, dtype=dtype).matrix
    assert matrix.dtype == dtype
    np.testing.assert_array_equal(matrix.astype(np.float32), MATRIX)


@pytest.mark.usefixtures("both")
def test_a_number_is_the_nearest_of_its_type(tmp_path: Path) -> None:
    texts = [
        "0.1",
        "1e-45",
        "3.4028235e38",
        "123456789.123456789",
        "-.5E+3",
        "+7.",
        "2.2250738585072011e-308",
    ]
    path = written(tmp_path, f"x {' '.join(texts)}\n".encode())
    wide = read(path, dtype="float64").matrix[0]
    assert wide.tolist() == [float(text) for text in texts]
    np.testing.assert_array_equal(read(path).matrix[0], np.float32([float(text) for text in texts]))


@pytest.mark.parametrize("format", FORMATS)
def test_the_first_of_many(format: str, tmp_path: Path) -> None:
    path = written(tmp_path, FORMATS[format]())
    equal(read(path, limit=2), WORDS[:2], MATRIX[:2])
    equal(read(path, limit=6))
    equal(read(path, limit=99))


@pytest.mark.parametrize("format", FORMATS)
def test_a_duplicate_goes_by_the_policy(format: str, tmp_path: Path) -> None:
    names = tuple(word.encode() for word in ("the", "of", "the"))
    table = np.float32([[1, 2], [3, 4], [5, 6]])
    texts = b"the 1 2\nof 3 4\nthe 5 6\n"
    tables = {
        "glove": texts,
        "word2vec-text": b"3 2\n" + texts,
        "word2vec-binary": b"3 2\n"
        + b"".join(n + b" " + r.tobytes() for n, r in zip(names, table, strict=True)),
        "fasttext-bin": fasttext(words=names, table=table),
    }
    if format in tables:
        path = written(tmp_path, tables[format])
    else:
        np.save(tmp_path / "v.npy", table)
        (tmp_path / "v.txt").write_text("the\nof\nthe\n")
        path = tmp_path / "v.npy"
    first, last = (read(path, duplicates=policy) for policy in ("first", "last"))
    equal(first, ("the", "of"), table[:2])
    equal(last, ("the", "of"), table[[2, 1]])
    for found in (first, last):
        assert found.report is not None and (found.report.duplicates, found.report.kept) == (1, 2)
    with pytest.raises(ValueError, match=r"(line|number|row) [234]: 'the' is there before"):
        read(path, duplicates="error")


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_vector_that_is_not_finite(format: str, value: float, tmp_path: Path) -> None:
    table = MATRIX.copy()
    table[2, 1] = value
    text = {np.nan: b"nan", np.inf: b"inf", -np.inf: b"-inf"}[value] if value == value else b"nan"
    old = MATRIX[2].tobytes()
    data = FORMATS[format]()
    new = (
        data.replace(b"3.0 1.0 2.0", b"3.0 %s 2.0" % text)
        if format in TEXT
        else data.replace(old, table[2].tobytes())
    )
    assert new != data
    path = written(tmp_path, new)
    with pytest.raises(ValueError, match=f"the vector of 'ö' holds {value} as float32"):
        read(path)
    dropped, zeroed = read(path, non_finite="drop"), read(path, non_finite="zero")
    equal(dropped, tuple(word for word in WORDS if word != "ö"), np.delete(MATRIX, 2, 0))
    equal(zeroed, WORDS, np.where(np.arange(6)[:, None] == 2, np.float32(0), MATRIX))
    assert dropped.report is not None and zeroed.report is not None
    assert (dropped.report.dropped, zeroed.report.zeroed) == (1, 1)


@pytest.mark.parametrize("format", ["glove", "word2vec-text", "word2vec-binary", "fasttext-bin"])
def test_words_that_are_no_utf8(format: str, tmp_path: Path) -> None:
    old, new = "ö".encode(), b"\xff\xfe"
    data = FORMATS[format]().replace(old, new).replace(b"don't", b"\xfe\xff").replace(b"the", b"\xc3x")
    path = written(tmp_path, data)
    with pytest.raises(ValueError, match=r"(line|number) \d: byte 1 of its word b'\\xc3x' is no UTF-8"):
        read(path)
    found = read(path, utf8="replace")
    equal(found, ("\ufffdx", "of", "\ufffd\ufffd", "हु", "1984"), np.delete(MATRIX, 4, 0))
    report = found.report
    assert report is not None
    assert (report.replaced, report.collisions, report.duplicates, report.kept) == (3, 1, 1, 5)


def test_words_with_spaces_are_kept(tmp_path: Path) -> None:
    path = written(tmp_path, b"the 1 2\n. . . 3 4\nat name@domain.com 5 6\n7 eleven 8 9\n")
    equal(
        read(path),
        ("the", ". . .", "at name@domain.com", "7 eleven"),
        np.float32([[1, 2], [3, 4], [5, 6], [8, 9]]),
    )


@pytest.mark.parametrize("word", ["12 34", "top 10", "a 1e3 b", "x nan"])
def test_a_word_with_a_number_behind_it_looks_like_a_value_too_many(word: str, tmp_path: Path) -> None:
    data = f"the 1 2\n{word} 3 4\n".encode()
    refused(tmp_path, data, "line 2 has 3 values or more, 2 are expected")
    equal(read(tmp_path / "vectors", numeric_words=True), ("the", word), np.float32([[1, 2], [3, 4]]))


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("format", TEXT)
@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b" ", b"\t"),
        lambda data: data.replace(b" ", b"  \t "),
        lambda data: data.replace(b"\n", b" \n"),
        lambda data: b"\xef\xbb\xbf" + data.replace(b" ", b"\t").replace(b"\n", b" \r\n"),
    ],
)
def test_breaks_marks_and_tabs_make_no_difference(
    format: str, change: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    equal(read(written(tmp_path, change(FORMATS[format]()))))


def test_numbers_are_read_alike_at_the_ends_of_blocks(tmp_path: Path) -> None:
    """A file of several blocks, lines of any length across their ends."""
    draw = np.random.default_rng(0)
    words = tuple(f"w{'x' * int(draw.integers(300))}{i}" for i in range(60_000))
    matrix = draw.normal(size=(len(words), 3)).astype(np.float32)
    path = written(tmp_path, "".join(map(line_of, words, matrix)).encode())
    assert path.stat().st_size > 2 * 2**22
    equal(read(path), words, matrix)
    binary = b"".join(w.encode() + b" " + r.tobytes() for w, r in zip(words, matrix, strict=True))
    equal(read(written(tmp_path, f"{len(words)} 3\n".encode() + binary)), words, matrix)


def line_of(word: str, row: np.ndarray) -> str:
    return f"{word} {' '.join(map(repr, row.tolist()))}\n"


# --- compressed --------------------------------------------------------------------------------------


def zipped(data: bytes, *names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names or ("vectors.txt",):
            archive.writestr(name, data)
    return file.getvalue()


COMPRESSED = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zip": zipped}


@pytest.mark.parametrize("kind", COMPRESSED)
@pytest.mark.parametrize("format", ["glove", "word2vec-text", "word2vec-binary", "fasttext-bin"])
def test_compressed_files(kind: str, format: str, tmp_path: Path) -> None:
    equal(read(written(tmp_path, COMPRESSED[kind](FORMATS[format]()))))


@pytest.mark.parametrize("kind", COMPRESSED)
def test_a_compressed_file_that_is_cut_or_changed(kind: str, tmp_path: Path) -> None:
    lines = "".join(
        line_of(f"word{i}", row) for i, row in enumerate(np.random.default_rng(0).normal(size=(500, 3)))
    )
    data = COMPRESSED[kind](lines.encode())
    for cut in range(1, len(data), max(1, len(data) // 40)):
        with pytest.raises(ValueError, match=r"^path="):
            read(written(tmp_path, data[:cut]))
    for at in range(20, len(data) - 200, max(1, len(data) // 40)):
        if kind == "zip" and at < 40:
            continue  # a name and a time that the directory at the end has once more
        path = written(tmp_path, data[:at] + bytes([data[at] ^ 16]) + data[at + 1 :])
        with pytest.raises(ValueError, match=r"^path="):
            read(path)


@pytest.mark.parametrize("kind", COMPRESSED)
def test_a_bomb_is_not_unpacked(kind: str, tmp_path: Path) -> None:
    bomb = COMPRESSED[kind](b"x " + b"0 " * 2**23)
    assert len(bomb) < 2**18
    refused(tmp_path, bomb, "expands to more than|has more than 4,194,304 bytes")
    refused(
        tmp_path,
        COMPRESSED[kind](glove() * 9),
        "expands to more than 100 bytes.*most_bytes=200",
        most_bytes=100,
    )


def test_a_zip_of_several_files(tmp_path: Path) -> None:
    refused(tmp_path, zipped(glove(), "50d.txt", "100d.txt"), "holds 2 files .*name one, as member='50d.txt'")
    equal(read(tmp_path / "vectors", member="100d.txt"))
    refused(tmp_path, zipped(glove(), "50d.txt", "100d.txt"), "no member 'x'; it holds 50d.txt", member="x")
    refused(tmp_path, zipped(b"", "a.npy"), "an .npz of several arrays")
    with pytest.raises(ValueError, match="member='x': the file is no zip"):
        read(written(tmp_path, glove()), member="x")


# --- what is wrong -----------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["word2vec-text", "word2vec-binary"])
@pytest.mark.parametrize(("stated", "message"), [(b"5", "5"), (b"7", "7")])
def test_a_header_of_another_number_of_words(
    format: str, stated: bytes, message: str, tmp_path: Path
) -> None:
    data = stated + FORMATS[format]()[1:]
    text = f"states {message} words; it holds 6"
    binary = "further bytes" if stated == b"5" else "ends within word number 7 of the 7"
    refused(tmp_path, data, text if format == "word2vec-text" else binary, format=format)


@pytest.mark.parametrize("format", ["word2vec-text", "word2vec-binary", "npy", "safetensors", "fasttext-bin"])
def test_sizes_beyond_the_file_are_refused_before_memory_is_asked_for(format: str, tmp_path: Path) -> None:
    huge = {
        "word2vec-text": b"1000000000000 50\n" + glove(),
        "word2vec-binary": b"1000000000000 50\n" + glove(),
        "npy": header("<f4", (10**12, 50)) + b"\0" * 900,
        "safetensors": safetensors().replace(b'"shape": [6, 3]', b'"shape": [1000000000000, 3]'),
        "fasttext-bin": fasttext(buckets=2**31 - 1),
    }[format]
    refused(tmp_path, huge, "states|names|no safetensors|takes|its table is", format=format)


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_cut_at_any_byte(format: str, tmp_path: Path) -> None:
    """Only at the ends of GloVe's lines does nothing show it; `expected_rows` does."""
    data = FORMATS[format]()
    for size in range(len(data)):
        path = written(tmp_path, data[:size])
        if format == "glove" and size and data[size - 1 : size] == b"\n":
            assert len(read(path)) < 6
            with pytest.raises(ValueError, match=r"it holds [1-5] words; expected_rows=6"):
                read(path, expected_rows=6)
            continue
        with pytest.raises(ValueError, match=r"^path="):
            read(path)
    written(tmp_path, data)
    equal(read(path, expected_rows=6))
    with pytest.raises(ValueError, match="it holds 6 words; expected_rows=7"):
        read(path, expected_rows=7)


def test_a_last_line_without_its_break(tmp_path: Path) -> None:
    for format in TEXT:
        refused(tmp_path, FORMATS[format]()[:-1], "its last line has no line break")
        equal(read(tmp_path / "vectors", unterminated=True))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "it is empty"),
        (b"5 0\n", "states 5 words of dim 0"),
        (b"0 5\n", "states 0 words of dim 5"),
        (b"5 -3\na 1\n", "states 5 words of dim -3"),
        (b"5 x\na 1\n", "no format that is known"),
        (b"the\nof\n", "no format that is known"),
        (b"a 1 2\n\nb 3 4\n", "line 2 is empty"),
        (b"a 1 2\n b 3 4\n", "line 2, b' b 3 4', begins with a blank"),
        (b"a 1 2\nb 3\n", "line 2, b'b 3', has 1 values, 2 are expected"),
        (b"a 1 2\nb\n", "line 2, b'b', has 0 values, 2 are expected"),
        (b"a 1 2\nb 3 4 5\n", "line 2 has 3 values or more, 2 are expected"),
        (b"a 1 2\nb 3 x\n", "line 2: value 2 is b'x', no number"),
        (b"a 1 2\nb 1_0 3\n", "line 2: value 1 is b'1_0', no number"),
        (b"a 1 2\nb 0x1p3 3\n", "line 2: value 1 is b'0x1p3', no number"),
        (b"a 1 2\nb 1e999 3\n", "line 2: the vector of 'b' holds inf"),
        (b"2 2\na 1 2\nb 3\n", "line 3, b'b 3', has 1 values, 2 are expected"),
        (b"2 2\na 1 2 b 3 4\n", "line 2 has 4 values or more|line 2 has 3 values or more"),
    ],
)
@pytest.mark.usefixtures("both")
def test_text_that_is_none(data: bytes, message: str, tmp_path: Path) -> None:
    refused(tmp_path, data, message)


@pytest.mark.parametrize(
    ("format", "of", "message"),
    [
        ("word2vec-binary", word2vec_text, "By its first bytes it is 'word2vec-text', not 'word2vec-binary'"),
        ("word2vec-text", word2vec_binary, "it is 'word2vec-binary', not 'word2vec-text'"),
        ("glove", word2vec_binary, "it is 'word2vec-binary', not 'glove'"),
        ("glove", word2vec_text, "it is 'word2vec-text', not 'glove'"),
        ("word2vec-text", glove, "it is 'glove', not 'word2vec-text'"),
        ("word2vec-binary", fasttext, "it is 'fasttext-bin', not 'word2vec-binary'"),
        ("fasttext-bin", word2vec_binary, "it is 'word2vec-binary', not 'fasttext-bin'"),
        ("npy", safetensors, "it is 'safetensors', not 'npy'"),
        ("safetensors", npy, "it is 'npy', not 'safetensors'"),
    ],
)
def test_the_right_format_is_told(format: str, of: Any, message: str, tmp_path: Path) -> None:
    refused(tmp_path, of(), message, format=format)


@pytest.mark.parametrize("of", [word2vec_text, word2vec_binary, glove, fasttext, npy])
def test_what_a_format_has_no_use_for_is_refused(of: Any, tmp_path: Path) -> None:
    path, words = written(tmp_path, of()), tmp_path / "more.txt"
    words.write_text("\n".join(WORDS) + "\n")
    with pytest.raises(ValueError, match=r"tensor='x': the file is read as .*leave it out"):
        read(path, tensor="x")
    if of is npy:
        assert read(path, vocabulary=words).words == WORDS
    else:
        with pytest.raises(ValueError, match=r"vocabulary='.*more\.txt': the file is read as .*leave it out"):
            read(path, vocabulary=words)


@pytest.mark.parametrize("field", ["vocabulary", "tensor", "member"])
def test_what_comes_in_a_package_has_its_words(field: str) -> None:
    how: Any = {field: "x"}
    with pytest.raises(ValueError, match=f"^{field}='x': glove-6b-50d comes in a package.*leave it out"):
        read("glove-6b-50d", **how)


def test_pickles_are_refused_and_not_run(tmp_path: Path) -> None:
    place = tmp_path / "made"
    for protocol in range(2, 6):
        command = "gensim.models import KeyedVectors.*save_word2vec_format"
        refused(tmp_path, pickle.dumps(Trap(place), protocol), command)
    path = tmp_path / "it's mine.model"
    path.write_bytes(pickle.dumps(Trap(place)))
    with pytest.raises(ValueError, match="gensim") as caught:
        read(path)
    _, program, *paths = shlex.split(str(caught.value).partition(": python ")[2])
    assert paths == [str(path), f"{path}.bin"]
    compile(program, "command", "exec")
    assert "getattr(k, 'wv', k).save_word2vec_format" in program  # the vectors of a .model are its .wv
    objects = io.BytesIO()
    np.save(objects, np.array([[Trap(place)]], object), allow_pickle=True)
    refused(tmp_path, objects.getvalue(), "Python objects")
    for protocol in (0, 1):
        refused(tmp_path, pickle.dumps(Trap(place), protocol), "no format that is known|no word and numbers")
    assert not place.exists()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (header("<i4", (6, 3)) + b"\0" * 72, "it holds int32"),
        (header("<f4", (18,)) + b"\0" * 72, r"it holds float32 \(18,\)"),
        (header("<f4", (0, 3)), r"it holds float32 \(0, 3\)"),
        (npy() + b"\0", "behind its 72 bytes of numbers stand 1 more"),
        (header("<f4", (5, 3)) + b"\0" * 60, "it has 5 rows, and its words are 6"),
    ],
)
def test_arrays_that_are_no_table(data: bytes, message: str, tmp_path: Path) -> None:
    refused(tmp_path, data, message)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (word2vec_binary() + b"x", "behind its last vector stand further bytes, b'x'"),
        (word2vec_binary(b"") + b"x", "behind its last vector stand further bytes, b'x'"),
        (
            word2vec_binary().replace("\nö".encode(), "ö".encode()),
            r"stands b'\\xc3', where a line break is to",
        ),
        (
            word2vec_binary(b"").replace("ö".encode(), "\nö".encode()),
            r"stands b'\\n\\xc3\\xb6', where the next word is to",
        ),
        (b"6 3\n" + b"\1" * 70_000, "has no end within 65,536 bytes"),
        (word2vec_binary().replace(b"of ", b" "), "word number 2 has no word"),
        (fasttext() + b"\0", "stand 1 bytes more"),
        (fasttext(version=13), "of version 13"),
        (fasttext(quantised=1), "quantised"),
        (fasttext(quantised=2), "of type 2"),
        (fasttext(pruned=3), "quantised"),
        (fasttext(loss=9), "loss 9"),
        (fasttext(buckets=4), r"its table is \(6, 3\); 6 words and 4 buckets"),
        (fasttext(output=MATRIX[:4]), r"its output is \(4, 3\)"),
        (fasttext(maxn=2), "n-grams of 3 to 2"),
    ],
)
def test_binary_files_that_are_not_whole(data: bytes, message: str, tmp_path: Path) -> None:
    refused(tmp_path, data, message)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (safetensors(None), "its words are in none of the files beside it"),
        (safetensors(["a"]), "it has 6 rows, and its words are 1"),
        (safetensors([1, 2]), "no list of strings"),
        (safetensors(second=MATRIX), r"holds 2 matrices \(embedding.weight \[6, 3\], second"),
        (safetensors() + b"\0", "no safetensors file that can be read"),
    ],
)
def test_safetensors_that_are_no_table(data: bytes, message: str, tmp_path: Path) -> None:
    refused(tmp_path, data, message)


def test_one_of_several_tensors_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, safetensors(second=MATRIX[::-1].copy()))
    equal(read(path, tensor="second"), matrix=MATRIX[::-1].copy())
    with pytest.raises(ValueError, match="no matrix 'third'"):
        read(path, tensor="third")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("words.txt", "\r\n".join((*WORDS, "")).encode()),
        ("vectors.txt", b"\xef\xbb\xbf" + "\n".join((*WORDS, "")).encode()),
        ("vocab.json", json.dumps(WORDS).encode()),
        (
            "vocab.json",
            ("{" + ", ".join(f'"{w}": {i}' for i, w in reversed(list(enumerate(WORDS)))) + "}").encode(),
        ),
    ],
)
def test_words_beside_an_array(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / "vectors.npy").write_bytes(npy())
    (tmp_path / name).write_bytes(content)
    equal(read(tmp_path / "vectors.npy"))
    (tmp_path / "other").mkdir()
    moved = (tmp_path / name).rename(tmp_path / "other" / name)
    equal(read(tmp_path / "vectors.npy", vocabulary=moved))
    with pytest.raises(ValueError, match="its words are in none of the files beside it"):
        read(tmp_path / "vectors.npy")


@pytest.mark.parametrize("content", [b"{", b"[1]", b'{"a": 1}', b'{"a": 0, "b": 0}', b'"a"'])
def test_words_that_are_none(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "vectors.npy").write_bytes(npy())
    (tmp_path / "vocab.json").write_bytes(content)
    with pytest.raises(ValueError, match=r"vocabulary=.*(no JSON|give a list of words)"):
        read(tmp_path / "vectors.npy")


def test_places_that_hold_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, message in (
        (tmp_path / "absent", "No such file or directory"),
        (tmp_path, "it is a folder"),
        (tmp_path / "pipe", "a pipe or a device"),
        (Path("/dev/zero"), "a pipe or a device"),
        ("a\0b", "null (byte|character)"),
    ):
        with pytest.raises(ValueError, match=re.escape("path=") + f".*{message}"):
            read(path)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"format": "glov"}, "format='glov': choose one of word2vec-text, "),
        ({"only": "the"}, "only='the': give a collection of words"),
        ({"only": [1]}, "only=1: a word is a string"),
        ({"dtype": "int8"}, "dtype='int8': choose one of float16, float32, float64"),
        ({"limit": 0}, "limit=0: give a whole number of at least 1"),
        ({"dim": 1.5}, "dim=1.5: give a whole number"),
        ({"expected_rows": -1}, "expected_rows=-1: give a whole number of at least 0"),
        ({"duplicates": "both"}, "duplicates='both': choose one of first, last, error"),
        ({"non_finite": None}, "non_finite=None: choose one of error, drop, zero"),
        ({"utf8": "ignore"}, "utf8='ignore': choose one of strict, replace"),
        ({"unterminated": 1}, "unterminated=1: give True or False"),
    ],
)
def test_settings_that_there_are_not(how: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        read(written(tmp_path, glove()), **how)


@pytest.mark.parametrize("format", FORMATS)
def test_another_dim_than_said(format: str, tmp_path: Path) -> None:
    refused(tmp_path, FORMATS[format](), "dim 3, not 4|has 3 values, 4 are expected", dim=4)
    equal(read(tmp_path / "vectors", dim=3))


@pytest.mark.parametrize("format", FORMATS)
def test_progress_is_told(format: str, tmp_path: Path) -> None:
    path, told = written(tmp_path, FORMATS[format]()), []
    read(path, progress=lambda done, whole: told.append((done, whole)))
    assert told and told == sorted(told)
    assert all(whole == path.stat().st_size for _, whole in told) and told[-1][0] > 0


def test_two_threads_read_at_once(tmp_path: Path) -> None:
    path, found = written(tmp_path, word2vec_text()), []
    threads = [threading.Thread(target=lambda: found.append(read(path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    for vectors in found:
        equal(vectors)
