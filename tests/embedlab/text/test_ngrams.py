"""Character n-grams: against the slow reference, and against fastText's own ids and vectors."""

from __future__ import annotations

import hashlib
import os
import struct
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedlab.base import ABSENT
from embedlab.text import Vocabulary, fasttext_hash, ngram_rows, ngrams, spellings, split

CHARACTERS = st.characters(exclude_categories=["Cs"]) | st.sampled_from("ab<>é\u0301дя日😀\0")
WORDS = st.lists(st.text(CHARACTERS, max_size=9) | st.sampled_from(["</s>", "", "<>", "word"]), max_size=12)
RANGES = st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda pair: pair[0] <= pair[1])


def real(rows: np.ndarray) -> list[list[int]]:
    """The rows of each word, checked to be followed by ABSENT alone."""
    present = rows != ABSENT
    assert (np.sort(present, axis=1)[:, ::-1] == present).all()
    return [row[row != ABSENT].tolist() for row in rows]


def slow(words: list[str], buckets: int, minn: int, maxn: int) -> list[list[int]]:
    return [[fasttext_hash(ngram) % buckets for ngram in ngrams(word, minn, maxn)] for word in words]


# --- the slow reference ------------------------------------------------------------------------------


@settings(max_examples=300)
@given(WORDS, RANGES, st.sampled_from([1, 7, 1000, 2**20, 2_000_000, 2**31 - 2]))
def test_rows_equal_the_slow_reference(words, sizes, buckets) -> None:
    minn, maxn = sizes
    expected = slow(words, buckets, minn, maxn)
    rows = ngram_rows(words, buckets=buckets, minn=minn, maxn=maxn)
    assert rows.dtype == np.int32
    assert rows.shape == (len(words), max(map(len, expected), default=0))
    assert real(rows) == expected


@given(WORDS, RANGES, st.integers(1, 5))
def test_max_ngrams_keeps_the_first(words, sizes, most) -> None:
    minn, maxn = sizes
    rows = ngram_rows(words, buckets=99, minn=minn, maxn=maxn, max_ngrams=most)
    expected = [row[:most] for row in slow(words, 99, minn, maxn)]
    assert real(rows) == expected and rows.shape[1] == max(map(len, expected), default=0)


def test_many_words_of_one_length_cross_the_block() -> None:
    words = [f"{i:07d}é" for i in range(20_000)]  # 9 characters each, 3 blocks
    rows = ngram_rows(words, buckets=2_000_000)
    sample = [*range(0, len(words), 487), 0, len(words) - 1]
    assert real(rows[sample]) == slow([words[i] for i in sample], 2_000_000, 3, 6)
    assert len(np.unique(rows, axis=0)) == len(words)


def test_reference_order_and_marks() -> None:
    assert ngrams("ab", 1, 3) == ["<a", "<ab", "a", "ab", "ab>", "b", "b>"]
    assert ngrams("é", 1, 9) == ["<é", "<é>", "é", "é>"]


# --- fastText's own ----------------------------------------------------------------------------------

# Model.get_subwords of fastText 0.9.3, less the number of words in the model's dictionary, for words
# outside the dictionary; (minn, maxn, buckets) → word → ids.
FASTTEXT = {
    (3, 6, 2_000_000): {
        "cat": [916747, 1988973, 1428137, 289031, 1127995, 351106],
        "a": [1087600],
        "": [],
        "naïve": [
            *(1806890, 1907692, 878190, 933201, 1590546, 1719404, 832043),
            *(156687, 356832, 1223007, 1505331, 1711570, 1788548, 1088654),
        ],
        "été": [1908133, 59617, 999949, 187927, 196363, 1291535],
        "дом": [928921, 995829, 1129105, 590795, 804399, 279811],
        "日本語": [758587, 4581, 524609, 35559, 928923, 1674355],
        "हिन्दी": [
            *(1454059, 1278341, 1485849, 1736625, 708951, 490023, 1603727, 1382104, 1426748),
            *(1326658, 189147, 1892607, 1975123, 1825740, 1262198, 1505494, 1046072, 389468),
        ],
        "😀": [870420],
        "e\u0301": [604793, 102469, 1990259],
        "</s>": [],
        "<>": [1984289, 1603405, 154867],
        "x\0y": [295867, 1352934, 224264, 1130420, 230718, 116676],
    },
    (1, 4, 1009): {
        "cat": [107, 147, 522, 279, 611, 124, 71, 345, 73, 890, 925, 979],
        "": [640],
        "été": [249, 586, 454, 515, 251, 309, 57, 925, 246, 365, 515, 836],
        "😀": [972, 171, 709, 969],
        "<>": [574, 96, 436, 184, 640, 722, 118, 640],
    },
    (0, 2, 100_000): {
        "a": [8750, 2220, 14806],
        "дом": [67103, 28321, 52775, 52131, 14543, 7369, 41653],
        "日本語": [52687, 14749, 87409, 25417, 60575, 8283, 32255],
    },
    (2, 4, 10_000): {
        "který": [2560, 9676, 2155, 2730, 3645, 7517, 994, 8576, 8108, 9446, 182, 4104, 3933, 5337, 5305],
        "při": [4465, 6095, 9442, 6213, 100, 9390, 2790, 8600, 9966],
    },
}


@pytest.mark.parametrize("sizes", FASTTEXT, ids=str)
def test_rows_equal_fasttext(sizes) -> None:
    minn, maxn, buckets = sizes
    golden = FASTTEXT[sizes]
    assert real(ngram_rows(list(golden), buckets=buckets, minn=minn, maxn=maxn)) == list(golden.values())


class Model(NamedTuple):
    """What the tests need of a fastText .bin file."""

    words: list[str]
    table: np.ndarray
    buckets: int
    minn: int
    maxn: int


def read_bin(path: Path) -> Model:
    """Reads header, dictionary and input matrix; the oldest files have neither magic nor version."""
    data = path.read_bytes()
    place = 0

    def take(form: str) -> tuple:
        nonlocal place
        values = struct.unpack_from("<" + form, data, place)
        place += struct.calcsize("<" + form)
        return values

    modern = data[:4] == struct.pack("<i", 793712314)
    take("ii" if modern else "")
    *_, buckets, minn, maxn, _, _ = take("12id")
    size, *_ = take("iiiqq" if modern else "iiiq")
    words = []
    for _ in range(size):
        end = data.index(b"\0", place)
        word = data[place:end].decode(errors="surrogateescape")
        place = end + 1
        _, is_label = take("qb")
        words += [] if is_label else [word]
    take("?" if modern else "")  # quantised: none of these is
    rows, dim = take("qq")
    table = np.frombuffer(data, np.float32, rows * dim, place).reshape(rows, dim)
    return Model(words, table, buckets, minn, maxn)


def read_vec(path: Path) -> dict[str, list[float]]:
    lines = path.read_text(encoding="utf-8", errors="surrogateescape").split("\n")[1:]
    fields = (line.rstrip().split(" ") for line in lines if line)
    return {word: [float(number) for number in numbers] for word, *numbers in fields}


def word_vectors(model: Model) -> np.ndarray:
    """The mean of a word's own row and its n-grams' rows."""
    rows = ngram_rows(model.words, buckets=model.buckets, minn=model.minn, maxn=model.maxn)
    size = len(model.words)
    own = np.arange(size)[:, None]
    padded = np.concatenate([model.table, np.zeros_like(model.table[:1])])
    rows = np.concatenate([own, np.where(rows == ABSENT, len(model.table), rows + size)], axis=1)
    return padded[rows].sum(1) / (rows < len(model.table)).sum(1, keepdims=True)


@pytest.mark.parametrize(
    ("bin_name", "vec_name", "non_ascii"),
    [
        ("crime-and-punishment.bin", "crime-and-punishment.vec", 100),
        ("lee_fasttext.bin", "lee_fasttext.vec", 0),
        ("pang_lee_polarity_fasttext.bin", "pang_lee_polarity_fasttext.vec", 0),  # minn = maxn = 0
    ],
)
def test_vectors_of_real_models_come_out(data_dir: Path, bin_name, vec_name, non_ascii) -> None:
    model = read_bin(data_dir / "vector_formats" / bin_name)
    own = dict(zip(model.words, word_vectors(model), strict=True))
    theirs = read_vec(data_dir / "vector_formats" / vec_name)
    words = [word for word in theirs if word in own and word != "</s>"]
    assert len(words) > 0.95 * len(model.words)
    assert sum(not word.isascii() for word in words) >= non_ascii
    difference = np.abs(np.array([own[word] for word in words]) - np.array([theirs[word] for word in words]))
    scale = np.abs(np.array([theirs[word] for word in words]))
    assert (difference <= 1e-6 + 1e-4 * scale).all()  # the .vec has five digits


def test_czech_words_of_a_real_model_have_fasttext_ids(data_dir: Path) -> None:
    # The digest is of "id,id,…\n" a word, from fastText 0.9.3's get_subwords for the same words.
    model = read_bin(data_dir / "vector_formats" / "non_ascii_fasttext.bin")
    rows = real(ngram_rows(model.words, buckets=model.buckets, minn=model.minn, maxn=model.maxn))
    assert (model.minn, model.maxn, model.buckets, len(model.words)) == (2, 4, 10_000, 171)
    assert sum(not word.isascii() for word in model.words) == 69 and sum(map(len, rows)) == 1815
    text = "".join(",".join(map(str, row)) + "\n" for row in rows)
    digest = "59d3571c0ad0c17a42881bcd1abb0b2db67d56cf61634c15bb4d6ad4fa656078"
    assert hashlib.sha256(text.encode()).hexdigest() == digest


# --- the hash ----------------------------------------------------------------------------------------


def fnv1a(data: bytes) -> int:
    """The published FNV-1a, whose bytes are unsigned."""
    value = 2166136261
    for byte in data:
        value = ((value ^ byte) * 16777619) % 2**32
    return value


@given(st.binary(max_size=50))
def test_hash_is_fnv1a_for_ascii_and_sign_extended_beyond(data: bytes) -> None:
    signed = 2166136261
    for byte in data:
        signed = ((signed ^ (byte - 256 * (byte > 127)) % 2**32) * 16777619) % 2**32
    assert fasttext_hash(data) == signed
    if data.isascii():
        assert fasttext_hash(data) == fnv1a(data)


def test_hash_golden_values() -> None:
    # "", NUL, the emoji and 日本 modulo 2,000,000 are Model.get_subword_id of fastText 0.9.3.
    assert fasttext_hash("") == 2166136261 and fasttext_hash("") % 2_000_000 == 136261
    assert fasttext_hash("\0") == 84696351 and fasttext_hash("\0") % 2_000_000 == 696351
    assert fasttext_hash("😀") % 2_000_000 == 31496
    assert fasttext_hash("日本") % 2_000_000 == 387409
    assert fasttext_hash("é") == fasttext_hash("é".encode()) != fnv1a("é".encode())


def test_hash_of_a_megabyte() -> None:
    # One step a byte. Where each step copied what is left, this would take minutes; no clock says so,
    # since a busy machine would stop it.
    assert fasttext_hash("a😀" * 200_000) == 1561409221


def test_hash_is_the_same_in_another_process() -> None:
    code = (
        "from embedlab.text import fasttext_hash, ngram_rows;"
        "print(fasttext_hash('né\\0😀'), ngram_rows(['né😀'], buckets=1000).tolist())"
    )
    other = os.environ | {"PYTHONHASHSEED": "12345", "JAX_ENABLE_X64": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=other, capture_output=True, text=True, check=True)
    here = fasttext_hash("né\0😀"), ngram_rows(["né😀"], buckets=1000).tolist()
    assert done.stdout == f"{here[0]} {here[1]}\n"


# --- vocabularies ------------------------------------------------------------------------------------


def test_padding_and_oov_have_no_spelling() -> None:
    vocabulary = Vocabulary.build([["<pad>", "<pad>", "né", "a"]])
    assert spellings(vocabulary) == ["", "", "<pad>", "a", "né"]  # a real "<pad>" is a word
    assert spellings(Vocabulary.build([])) == ["", ""]


def test_plain_words_are_spelled_as_they_are() -> None:
    for words in (["a", "", "<pad>"], ("a",), []):
        assert spellings(words) == words
    with pytest.raises(ValueError, match=r"^words='cat': give a sequence of words, not one string$"):
        spellings("cat")


# --- declared edges ----------------------------------------------------------------------------------


def test_a_word_shorter_than_every_ngram_has_none() -> None:
    rows = ngram_rows(["a", "abcd", ""], buckets=10, minn=4, maxn=6)
    assert (rows[[0, 2]] == ABSENT).all() and (rows[1] != ABSENT).any()
    assert ngrams("a", 4, 6) == []


def test_no_words_and_no_ngrams_are_right_shaped() -> None:
    assert ngram_rows([], buckets=10).shape == (0, 0)
    assert ngram_rows(["a", "b"], buckets=0, minn=0, maxn=0).shape == (2, 0)
    assert ngram_rows(["a"], buckets=10, minn=5, maxn=5).shape == (1, 0)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"minn": 4, "maxn": 3}, "minn=4.*maxn=3"),
        ({"minn": -1}, "minn=-1"),
        ({"minn": 0, "maxn": -1}, "maxn=-1"),
        ({"buckets": 0}, "buckets=0"),
        ({"buckets": 2**31 - 1}, "buckets="),
        ({"max_ngrams": 0}, "max_ngrams=0"),
        ({"words": "cat"}, "words='cat'"),
        ({"words": ["ok", "a\ud800b"]}, r"word='a\\ud800b'.*surrogate"),
    ],
    ids=str,
)
def test_mistakes_are_named(change: dict, named: str) -> None:
    arguments = {"words": ["cat"], "buckets": 10} | change
    with pytest.raises(ValueError, match=named):
        ngram_rows(arguments.pop("words"), **arguments)


def test_reference_and_hash_name_mistakes_too() -> None:
    with pytest.raises(ValueError, match="minn=4"):
        ngrams("cat", 4, 3)
    with pytest.raises(ValueError, match="surrogate"):
        fasttext_hash("\udcff")


# --- cost --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["real", "long ascii", "long kanji"])
def test_working_memory_is_within_100_times_the_text(data_dir: Path, kind: str) -> None:
    corpus = (data_dir / "vector_formats" / "lee_background.cor").read_text(encoding="utf-8")
    words = {
        "real": list(dict.fromkeys(word + end for word in split(corpus) for end in ("", "s", "ed", "ing"))),
        "long ascii": ["a" * 300_000],
        "long kanji": ["日" * 100_000],
    }[kind]
    ngram_rows(words[:10], buckets=1000)
    tracemalloc.start()
    rows = ngram_rows(words, buckets=2_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak - rows.nbytes < 100 * sum(len(word.encode()) for word in words)
