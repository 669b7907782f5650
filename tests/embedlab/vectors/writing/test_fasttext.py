"""Whole fastText models: bytes as fastText writes them, and what was trained here as one of them."""

from __future__ import annotations

import dataclasses
import struct
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

import embedlab
from embedlab import Subword, Variables
from embedlab.text import Vocabulary
from embedlab.text.ngrams import ngram_rows
from embedlab.vectors import (
    FastText,
    Trained,
    Vectors,
    fasttext_from_subword,
    fasttext_from_vectors,
    read,
    read_fasttext,
    write,
    write_fasttext,
)

WORDS = ("cat", "cats", "été", "日本語", "a b", "</s>", "x", "😀")
MATRIX = np.random.default_rng(0).standard_normal((len(WORDS), 4)).astype(np.float32)


def written(folder: Path, model: FastText) -> FastText:
    write_fasttext(model, folder / "written.bin")
    return read_fasttext(folder / "written.bin")


def same(one: FastText, other: FastText) -> None:
    for field in dataclasses.fields(FastText):
        left, right = getattr(one, field.name), getattr(other, field.name)
        if isinstance(left, np.ndarray):
            assert left.dtype == right.dtype and left.tobytes() == right.tobytes(), field.name
        elif field.name != "numbered":
            assert left == right, field.name


# --- files -----------------------------------------------------------------------------------------------


def test_bytes_of_a_model_of_two_words(tmp_path: Path) -> None:
    """Against fastText's own order: settings, dictionary, two matrices, each with its type and sizes."""
    vectors = Vectors(("cat", "né"), np.float32([[1, -2], [0.5, 0]]))
    model = fasttext_from_vectors(vectors, counts=[3, 9], trained=Trained(window=4, sample=1e-3))
    write_fasttext(model, tmp_path / "model.bin")
    expected = struct.pack("<2i", 793712314, 12)
    expected += struct.pack("<12i", 2, 4, 5, 1, 5, 1, 2, 2, 0, 0, 0, 100) + struct.pack("<d", 1e-3)
    expected += struct.pack("<3i", 2, 2, 0) + struct.pack("<2q", 12, -1)
    expected += "né".encode() + b"\0" + struct.pack("<q", 9) + b"\0"
    expected += b"cat\0" + struct.pack("<q", 3) + b"\0"
    expected += b"\0" + struct.pack("<2q4f", 2, 2, 0.5, 0, 1, -2)
    expected += b"\0" + struct.pack("<2q4f", 2, 2, 0, 0, 0, 0)
    assert (tmp_path / "model.bin").read_bytes() == expected


REAL = ["crime-and-punishment", "pang_lee_polarity_fasttext", "lee_fasttext_new"]


@pytest.mark.parametrize("name", REAL)
def test_real_models_come_out_byte_for_byte(name: str, data_dir: Path, tmp_path: Path) -> None:
    real = data_dir / "vector_formats" / f"{name}.bin"
    told: list[tuple[int, int]] = []
    model = read_fasttext(real)
    found = write_fasttext(model, tmp_path / "a.bin", progress=lambda done, rows: told.append((done, rows)))
    made, wanted = bytearray((tmp_path / "a.bin").read_bytes()), real.read_bytes()
    assert struct.unpack_from("<i", made, 4) == (12,)
    made[4] = wanted[4]  # one is of version 11, which has the same bytes but for this
    assert made == wanted
    rows = len(model.table) + len(model.output)
    assert told[-1] == (rows, rows) and (found.rows, found.bytes) == (len(model.words), len(wanted))


#: What fastText 0.9.3 says of two words that crime-and-punishment.bin never saw, and of its sentence end.
GOLDEN = {
    "naïveté": (
        "381 383 381 292 337 295 334 388 323 298 296 308 361 305 309 327 339 363 349 303 369 326",
        [-0.003063793, 0.015955525, 0.038662031, 0.084092692, 0.027603660],
    ),
    "🚀😀": ("312 372 374", [0.049877387, -0.027754446, 0.054582845, 0.143032372, 0.069545440]),
    "</s>": ("", [0.196481019, 0.148838013, 0.069312185, 0.036300190, -0.097179592]),
}


@pytest.mark.parametrize("word", GOLDEN)
def test_what_fasttext_says_of_a_real_model(word: str, data_dir: Path, tmp_path: Path) -> None:
    model = written(tmp_path, read_fasttext(data_dir / "vector_formats" / "crime-and-punishment.bin"))
    rows, vector = GOLDEN[word]
    found = ngram_rows([word], buckets=model.settings.buckets, minn=3, maxn=6)[0] + len(model.words)
    assert found.tolist() == [*map(int, rows.split())]
    np.testing.assert_allclose(model.vector(word), vector, atol=1e-7)


@pytest.mark.parametrize("name", ["lee_fasttext", "non_ascii_fasttext"])
def test_models_of_before_there_were_versions(name: str, data_dir: Path, tmp_path: Path) -> None:
    """They gave the sentence end n-grams, which later ones do not: all vectors stay what they were."""
    before = read_fasttext(data_dir / "vector_formats" / f"{name}.bin")
    assert not before.numbered
    after = written(tmp_path, before)
    assert after.numbered and after.settings == before.settings and after.words == before.words
    np.testing.assert_allclose(after.vectors().matrix, before.vectors().matrix, atol=1e-6)
    np.testing.assert_array_equal(after.table[len(after.words) :], before.table[len(after.words) :])


def test_a_model_replaces_the_file_that_it_was_read_from(data_dir: Path, tmp_path: Path) -> None:
    real = (data_dir / "vector_formats" / "crime-and-punishment.bin").read_bytes()
    (tmp_path / "a.bin").write_bytes(real)
    write_fasttext(read_fasttext(tmp_path / "a.bin"), tmp_path / "a.bin")
    assert (tmp_path / "a.bin").read_bytes() == real


def test_write_takes_whole_models(data_dir: Path, tmp_path: Path) -> None:
    """As they are where the format holds them, else the vectors of their words."""
    real = data_dir / "vector_formats" / "crime-and-punishment.bin"
    model = read_fasttext(real)
    assert write(model, tmp_path / "a.bin").format == "fasttext-bin"
    assert (tmp_path / "a.bin").read_bytes() == real.read_bytes()
    assert write(model, tmp_path / "a.vec").rows == len(model.words)
    assert read(tmp_path / "a.vec").matrix.tobytes() == model.vectors().matrix.tobytes()
    with pytest.raises(ValueError, match=r"^counts='given': the model has counts of its own; leave them out"):
        write(model, tmp_path / "a.bin", counts=[1])


def broken(**changes: Any) -> FastText:
    return dataclasses.replace(fasttext_from_vectors(Vectors(("cat", "dog"), MATRIX[:2])), **changes)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"words": [b"cat", b"cat"]}, "^words=b'cat': it is there more than once; give each once"),
        (
            {"words": [b"cat", b""]},
            "^words=b'': a name in this file has 1 to 65,535 bytes, none of them zero",
        ),
        ({"words": [b"cat", b"a\0b"]}, r"^words=b'a\\x00b': a name in this file"),
        ({"words": [b"cat"]}, r"^table='float32 \(2, 4\)': it is to be float32 \[1, 4\], by the words"),
        ({"counts": np.array([1])}, "^words='1 counts for 2 words': give one each"),
        ({"counts": np.array([1, -1])}, "^words='a count below 0': count from 0 up"),
        ({"output": MATRIX}, r"^output='float32 \(8, 4\)': it is to be float32 \[2, 4\]"),
        ({"output": MATRIX[:2].astype(float)}, r"^output='float64 \(2, 4\)': it is to be float32"),
        ({"table": MATRIX[:2] * np.float32([[1], [np.nan]])}, "^table: its row 1 holds a NaN or an infinity"),
    ],
)
def test_a_model_that_is_none(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        write_fasttext(broken(**changes), tmp_path / "a.bin")
    assert list(tmp_path.iterdir()) == []


# --- of embeddings ---------------------------------------------------------------------------------------


def made(own_row: bool = True, vocabulary: int = len(WORDS), **settings: Any) -> tuple[Subword, Variables]:
    spec = Subword(vocabulary, 4, 50, minn=2, maxn=4, own_row=own_row, **settings)
    return spec, spec.init(jax.random.key(0), spec.word_buffers(WORDS))


@pytest.mark.parametrize(("own_row", "vocabulary"), [(True, 8), (True, 3), (False, 8), (False, 1)])
def test_vectors_of_all_words_stay(own_row: bool, vocabulary: int, tmp_path: Path) -> None:
    """Those without a row of their own among them, and words that the model never saw."""
    spec, variables = made(own_row, vocabulary)
    model = written(tmp_path, fasttext_from_subword(spec, variables, WORDS, counts=range(1, 9)))
    assert [word.decode() for word in model.words] == list(WORDS[::-1]) and model.counts.tolist() == [
        *range(8, 0, -1)
    ]
    vectors = np.asarray(embedlab.embed(spec, variables, np.arange(len(WORDS), dtype=np.int32)))
    for word, vector in zip(WORDS, vectors, strict=True):
        np.testing.assert_allclose(model.vector(word), vector, atol=1e-6)
    unseen = ("catss", "tété", "語")
    longer = Variables(variables.tables, buffers=dict(spec.word_buffers([*WORDS, *unseen])))
    vectors = np.asarray(embedlab.embed(spec, longer, np.arange(8, 11, dtype=np.int32)))
    for word, vector in zip(unseen, vectors, strict=True):
        np.testing.assert_allclose(model.vector(word), vector, atol=1e-6)


def test_a_vocabulary_brings_its_counts_and_leaves_padding(tmp_path: Path) -> None:
    vocabulary = Vocabulary.build([["b", "a", "b", "c", "b", "a", "d"]], min_count=2)
    spec = Subword(len(vocabulary), 4, 50)
    variables = spec.init(jax.random.key(0), spec.word_buffers(vocabulary))
    model = written(tmp_path, fasttext_from_subword(spec, variables, vocabulary))
    assert model.words == [b"b", b"a"] and model.counts.tolist() == [3, 2] and model.tokens == 7
    vectors = np.asarray(embedlab.embed(spec, variables, np.array([2, 3], np.int32)))
    np.testing.assert_allclose(model.vectors().matrix, vectors, atol=1e-6)


def test_a_model_that_was_read_goes_out_as_it_came(data_dir: Path, tmp_path: Path) -> None:
    before = read_fasttext(data_dir / "vector_formats" / "crime-and-punishment.bin")
    words = [word.decode() for word in before.words]
    spec = before.spec
    assert isinstance(spec, Subword)
    after = fasttext_from_subword(
        spec,
        before.variables(),
        words,
        counts=before.counts.tolist(),
        output=before.output,
        trained=Trained(min_count=1),
    )
    settings = dataclasses.replace(after.settings, min_count=before.settings.min_count)
    same(before, dataclasses.replace(after, settings=settings, tokens=before.tokens))


def test_the_output_goes_with_its_words() -> None:
    output = np.arange(32, dtype=np.float32).reshape(8, 4)
    model = fasttext_from_subword(*made(), WORDS, counts=[1, 9, 1, 9, 1, 1, 1, 1], output=output)
    assert model.words[:3] == [b"cats", "日本語".encode(), b"cat"]  # equal counts in the order that was given
    np.testing.assert_array_equal(model.output[:3], output[[1, 3, 0]])
    np.testing.assert_array_equal(fasttext_from_subword(*made(), WORDS).output, np.zeros((8, 4)))


def test_half_floats_are_widened() -> None:
    spec, variables = made(dtype="bfloat16")
    model = fasttext_from_subword(spec, variables, WORDS)
    assert model.table.dtype == np.float32
    np.testing.assert_array_equal(model.table[:8], np.asarray(variables.tables["table"][:8], np.float32))


@pytest.mark.usefixtures("unchecked")
def test_what_is_no_fasttext_model() -> None:
    spec, variables = made()
    capped = Variables(variables.tables, buffers=dict(spec.word_buffers(WORDS, max_ngrams=3)))
    for words, arrays, settings, message in (
        (WORDS, capped, {}, "^words='cat': its n-grams in the buffers are others than fastText's; give"),
        (("dog", *WORDS[1:]), variables, {}, "^words='dog': its n-grams in the buffers are others"),
        (WORDS[:3], variables, {}, "^words='3 for buffers of 8': give all"),
        (WORDS, variables, {"counts": [1] * 7}, "^counts='7 for 8 words': give one each"),
        (WORDS, variables, {"counts": [0] * 8}, "^counts=0: a word of the model occurred at least once"),
        (WORDS, variables, {"output": MATRIX[:2]}, r"^output=\(2, 4\): give float \(8, 4\), a row a word"),
    ):
        with pytest.raises(ValueError, match=message):
            fasttext_from_subword(spec, arrays, words, **settings)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model", "glove"),
        ("loss", "mse"),
        ("window", 0),
        ("epoch", 1.5),
        ("negatives", -1),
        ("sample", np.nan),
    ],
)
def test_how_it_was_trained_is_checked(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"^{field}="):
        Trained(**{field: value})


def test_vectors_without_n_grams(tmp_path: Path) -> None:
    path = tmp_path / "dense.bin"
    found = write(Vectors(WORDS, MATRIX.astype(np.float64)), path, format="fasttext-bin", counts=range(1, 9))
    assert found.rounding is None  # float64, of which float32 is all
    model = read_fasttext(path)
    assert (model.settings.maxn, model.settings.buckets) == (0, 0) and model.tokens == 36
    assert model.words == [word.encode() for word in WORDS[::-1]]
    np.testing.assert_array_equal(model.vectors().matrix, MATRIX[::-1])
    np.testing.assert_array_equal(model.vector("unseen"), np.zeros(4))
