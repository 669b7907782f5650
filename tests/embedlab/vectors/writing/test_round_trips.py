"""Whatever a format takes comes back bit for bit; whatever it can't give back it does not take."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedlab.vectors import Vectors, read, write
from embedlab.vectors.writing import FORMATS

ODD = (
    *(
        "a\u00a0b",
        "😀",
        "👩\u200d🚀",
        "1984",
        "-1.5e3",
        "nan",
        "#",
        '"',
        "'",
        "\\",
        "ﬁ",
        "日本",
        "<unk>",
        "[UNK]",
    ),
    *(
        "</s>",
        "__label__x",
        "\ufeffa",
        "a\ufeff",
        "a b",
        "a\tb",
        "a\nb",
        "a\r",
        "\r",
        "\x85",
        "a\u2028b",
        "\0",
    ),
    *("a\0b", "", " ", "\ud800", "e\u0301", "%s", "{}", "a,b", "x" * 70_000),
)
WORDS = st.lists(st.text(max_size=4) | st.sampled_from(ODD), min_size=1, max_size=6, unique=True)
KINDS = st.sampled_from(["float16", "float32", "float64"])
KIND = {"fasttext-vec": "word2vec-text", "sentence-transformers": "safetensors"}  # for a reader


def finite(dtype: str) -> Any:
    """Finite numbers of any bits, subnormal ones among them, and those at the ends."""
    limits = np.finfo(dtype)
    ends = [
        0.0,
        -0.0,
        float(limits.max),
        float(-limits.max),
        float(limits.tiny),
        float(limits.smallest_subnormal),
    ]
    width: Any = 8 * np.dtype(dtype).itemsize
    floats = st.floats(width=width, allow_nan=False, allow_infinity=False)
    return st.sampled_from(ends) | floats


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], np.ndarray]:
    words, dtype, dim = draw(WORDS), draw(KINDS), draw(st.integers(1, 3))
    count = len(words) * dim
    numbers = draw(st.lists(finite(dtype), min_size=count, max_size=count))
    return words, np.array(numbers, dtype).reshape(len(words), dim)


def same(found: Vectors, words: list[str], matrix: np.ndarray) -> None:
    assert found.words == tuple(words)
    assert found.matrix.dtype == matrix.dtype and found.matrix.tobytes() == matrix.tobytes()


def back(path: Path, format: str, dtype: str) -> Vectors:
    """What was written, read again."""
    if format == "projector":  # which read does not take
        lines = (path / "vectors.tsv").read_text("utf-8").splitlines()
        rows = [[float(field) for field in line.split("\t")] for line in lines]
        words = (path / "metadata.tsv").read_text("utf-8").split("\n")[:-1]
        return Vectors(tuple(words), np.array(rows, np.float32))
    file = path / "model.safetensors" if format == "sentence-transformers" else path
    return read(file, format=KIND.get(format, format), dtype=dtype)  # type: ignore[arg-type]


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=60)
@given(table=tables())
def test_back_bit_for_bit_or_not_taken(
    format: Any, table: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    words, matrix = table
    path = tmp_path_factory.mktemp("written") / "vectors.npy"
    try:
        written = write(Vectors(tuple(words), matrix), path, format=format)
    except ValueError as error:
        assert re.match(
            r"^(words=.*(leave it out|decode it)|dtype='float32': .* beyond it)", str(error), re.S
        )
        assert list(path.parent.iterdir()) == []
        return
    expected = matrix if written.rounding is None else matrix.astype(np.float32)
    if format == "projector":
        expected = expected.astype(np.float32)
    same(back(path, format, expected.dtype.name), words, expected)


NARROW = [(format, dtype) for format in ("safetensors", "npy") for dtype in ("float16", "int8")]
NARROW += [
    ("safetensors", "bfloat16"),
    ("sentence-transformers", "bfloat16"),
    ("sentence-transformers", "int8"),
]


@pytest.mark.parametrize(("format", "dtype"), NARROW)
@settings(max_examples=30)
@given(table=tables())
def test_what_is_rounded_is_off_by_what_was_told(
    format: Any, dtype: str, table: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    words, matrix = table
    folder = tmp_path_factory.mktemp("written")
    path = folder / "model.safetensors" if format != "npy" else folder / "vectors.npy"
    try:
        place = folder if format == "sentence-transformers" else path
        written = write(Vectors(tuple(words), matrix), place, format=format, dtype=dtype)
    except ValueError as error:
        assert re.match(r"^(words=|dtype=.* beyond it)", str(error), re.S)
        return
    found = read(path, dtype="float64")
    assert found.words == tuple(words)
    off = np.abs(found.matrix - matrix.astype(np.float64))
    if written.rounding is None:
        assert not off.any()
        return
    assert written.rounding.dtype == dtype
    assert written.rounding.max_error == off.max()
    assert written.rounding.mean_error == pytest.approx(off.mean(), rel=1e-9, abs=1e-320)
    assert -1.0001 < written.rounding.mean_cosine < 1.0001


@pytest.fixture(scope="module")
def table() -> Vectors:
    matrix = np.random.default_rng(0).standard_normal((400, 100)).astype(np.float32)
    return Vectors(tuple(f"w{i}" for i in range(400)), matrix)


SUFFIXES = {".txt": "word2vec-text", ".vec": "word2vec-text", ".bin": "word2vec-binary", ".npy": "npy"}
SUFFIXES |= {".safetensors": "safetensors", ".txt.gz": "word2vec-text", ".bin.gz": "word2vec-binary"}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_by_suffix_and_as_a_reader_tells_it(suffix: str, table: Vectors, tmp_path: Path) -> None:
    path = tmp_path / f"vectors{suffix}"
    told: list[tuple[int, int]] = []
    written = write(table, path, progress=lambda done, rows: told.append((done, rows)))
    found = read(path)
    assert found.report and found.report.format == SUFFIXES[suffix]
    same(found, list(table.words), table.matrix)
    assert told[-1] == (400, 400) and len(told) > 1 and told == sorted(told)
    assert (written.rows, written.dim, written.rounding) == (400, 100, None)
    assert written.bytes == sum(file.stat().st_size for file in tmp_path.iterdir())
    assert set(written.files) == set(tmp_path.iterdir())


def test_glove_is_to_be_named(table: Vectors, tmp_path: Path) -> None:
    write(table, tmp_path / "glove.txt", format="glove")
    found = read(tmp_path / "glove.txt")
    assert found.report and found.report.format == "glove"
    same(found, list(table.words), table.matrix)


@pytest.mark.parametrize("suffix", [".txt", ".bin.gz", ".npy", ".safetensors"])
def test_the_same_vectors_give_the_same_bytes(suffix: str, table: Vectors, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write(table, tmp_path / name / f"v{suffix}")
    one, two = ((tmp_path / name / f"v{suffix}").read_bytes() for name in ("one", "two"))
    assert one == two


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_table_that_lies_in_columns(order: Any, tmp_path: Path) -> None:
    matrix = np.array([[1, 2, 3], [4, 5, 6]], np.float32, order=order)
    for format, name in (("npy", "a.npy"), ("safetensors", "a.safetensors"), ("word2vec-binary", "a.bin")):
        write(Vectors(("a", "b"), matrix), tmp_path / name, format=format)  # type: ignore[arg-type]
        np.testing.assert_array_equal(read(tmp_path / name).matrix, matrix)


def test_words_of_another_file_beside_are_not_taken(table: Vectors, tmp_path: Path) -> None:
    write(table, tmp_path / "v.txt", format="glove")
    before = (tmp_path / "v.txt").read_bytes()
    write(table, tmp_path / "v.npy")
    assert (tmp_path / "v.txt").read_bytes() == before
    same(read(tmp_path / "v.npy"), list(table.words), table.matrix)


def test_a_binary_file_of_few_numbers_is_told_from_text(tmp_path: Path) -> None:
    """None of its bytes up to a line break are control characters."""
    raw = b"\x94%\xe5\xbd\xb4\x85\xf8==\r\xe9\xbdd\xab\xc8<\xb4^\xb8\xbc"
    table = Vectors(("и",), np.frombuffer(raw, np.float32).reshape(1, 5))
    write(table, tmp_path / "a.bin")
    same(read(tmp_path / "a.bin"), ["и"], table.matrix)
