"""Subword: fastText's own vectors come out of fastText's own tables, for known and unknown words."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from embedlab import ABSENT, Subword, Variables, bag, embed
from embedlab.text import Vocabulary, ngram_rows
from tests.embedlab import reference
from tests.embedlab.test_contract import NGRAMS, WORDS
from tests.embedlab.text.test_ngrams import read_bin, read_vec

# Of words that crime-and-punishment.bin does not know: get_word_vector of fastText 0.9.3.
UNKNOWN = {
    "Раскольниковы": [0.0019043, 0.0513675, 0.0403517, 0.0778734, 0.0206265],
    "crimes": [-0.0383416, 0.0475728, 0.0399133, 0.0900105, 0.0765757],
    "naïveté": [-0.0030638, 0.0159555, 0.038662, 0.0840927, 0.0276037],
    "ab": [-0.067504, 0.1092639, 0.044481, 0.132125, -0.0363811],
    "日本": [-0.0024281, 0.1057627, 0.0259979, 0.0063961, 0.0610696],
}


def of_fasttext(path: Path, more: list[str]) -> tuple[Any, Variables, list[str]]:
    """A real model as spec and variables, with buffers for its words and for `more`."""
    model = read_bin(path)
    spec = Subword(
        len(model.words), model.table.shape[1], buckets=model.buckets, minn=model.minn, maxn=model.maxn
    )
    assert model.table.shape[0] == spec.rows
    words = [*model.words, *more]
    buffers = spec.word_buffers(words)
    return spec, Variables({"table": jnp.asarray(model.table)}, buffers=buffers), words


@pytest.mark.parametrize("name", ["crime-and-punishment", "lee_fasttext"])
def test_known_words_have_fasttexts_vectors(data_dir: Path, name: str) -> None:
    folder = data_dir / "vector_formats"
    spec, variables, words = of_fasttext(folder / f"{name}.bin", [])
    vectors = np.asarray(embed(spec, variables, np.arange(len(words))))
    theirs = read_vec(folder / f"{name}.vec")
    # Not the mark for a line's end, whose vector older releases made otherwise.
    known = [i for i, word in enumerate(words) if word in theirs and word != "</s>"]
    assert len(known) > 0.95 * len(words)
    wanted = np.array([theirs[words[i]] for i in known])
    assert (abs(vectors[known] - wanted) <= 1e-6 + 1e-4 * abs(wanted)).all()  # the .vec has five digits


def test_unknown_words_have_fasttexts_vectors(data_dir: Path) -> None:
    path = data_dir / "vector_formats" / "crime-and-punishment.bin"
    spec, variables, words = of_fasttext(path, list(UNKNOWN))
    assert not set(UNKNOWN) & set(words[: spec.vocabulary])
    ids = spec.vocabulary + np.arange(len(UNKNOWN))
    np.testing.assert_allclose(embed(spec, variables, ids), list(UNKNOWN.values()), atol=1e-6)


@pytest.mark.parametrize("own_row", [True, False])
def test_vectors_are_means_of_rows(own_row: bool) -> None:
    spec = Subword(5, 4, buckets=8, own_row=own_row)
    variables = spec.init(jax.random.key(0), WORDS)
    wanted = [reference.embed(spec, variables, i) for i in range(6)]
    np.testing.assert_allclose(embed(spec, variables, np.arange(6)), wanted, rtol=1e-5, atol=1e-6)
    assert np.any(wanted[3]) == own_row  # a word without n-grams is its own row, or zeros


def test_rows_lie_as_in_fasttext() -> None:
    spec = Subword(5, 4, buckets=8)
    (look,) = spec.index(WORDS, np.array([0, 5, ABSENT], np.int32))
    assert look.rows.tolist() == [
        [0, 5 + 3, 5 + 7, 5 + 5, ABSENT],
        [ABSENT, 5 + 4, 5 + 5, 5 + 6, ABSENT],  # beyond the vocabulary: no row of its own
        [ABSENT] * 5,
    ]
    assert look.weights.tolist()[0] == [0.25, 0.25, 0.25, 0.25, 0.0]
    assert not look.weights[2].any()


def test_words_may_be_added_after_training() -> None:
    spec = Subword(2, 4, buckets=50)
    variables = spec.init(jax.random.key(0), spec.word_buffers(["cat", "cats"]))
    longer = dataclasses.replace(variables, buffers=spec.word_buffers(["cat", "cats", "catty", ""]))
    found = embed(spec, longer, np.arange(5))
    np.testing.assert_allclose(found[:2], embed(spec, variables, np.arange(2)), rtol=1e-6)
    assert np.any(found[2]) and not np.any(found[3:])  # an empty word has no n-gram; id 4 has no word
    assert spec.num_ids(longer.buffers) == 4


def test_word_buffers_are_ngrams_of_the_spec() -> None:
    spec = Subword(1, 4, buckets=1000, minn=3, maxn=4)
    rows = spec.word_buffers(["cat", "", "a"])["ngrams"]
    assert rows.dtype == np.int32
    assert rows.tolist() == [[747, 973, 31, 995, 106], [ABSENT] * 5, [600] + [ABSENT] * 4]


def test_a_vocabularys_padding_and_oov_have_no_ngrams() -> None:
    vocabulary = Vocabulary.build([["<pad>", "<pad>", "a", "né"]])
    for minn in (1, 2, 3):
        spec = Subword(len(vocabulary), 4, buckets=1000, minn=minn, maxn=4, own_row=False)
        buffers = spec.word_buffers(vocabulary)
        rows = buffers["ngrams"]
        assert (rows[:2] == ABSENT).all()
        wanted = ngram_rows(["<pad>", "a", "né"], buckets=1000, minn=minn, maxn=4)  # the real one is a word
        np.testing.assert_array_equal(rows[2:], wanted, strict=True)
        np.testing.assert_array_equal(rows, spec.word_buffers(["", "", "<pad>", "a", "né"])["ngrams"])
        variables = spec.init(jax.random.key(0), buffers)
        found = embed(spec, variables, np.arange(len(vocabulary)))
        assert not np.any(found[:2]) and np.all(np.any(found[2:], axis=1))
        spaced = bag(spec, variables, np.array([[3, 0], [3, 4]]), mode="sum")
        np.testing.assert_allclose(spaced[0], found[3], rtol=1e-6)


def test_a_vocabulary_of_no_words() -> None:
    rows = Subword(2, 4, buckets=10).word_buffers(Vocabulary.build([]))["ngrams"]
    assert rows.shape == (2, 0) and rows.dtype == np.int32


def test_a_long_word_need_not_widen_the_buffer() -> None:
    spec, words = Subword(2, 4, buckets=1000), ["cats", "x" * 2000]
    whole, capped = spec.word_buffers(words)["ngrams"], spec.word_buffers(words, max_ngrams=20)["ngrams"]
    assert whole.shape == (2, 7994) and capped.shape == (2, 20)
    np.testing.assert_array_equal(capped, whole[:, :20])
    with pytest.raises(ValueError, match=r"^max_ngrams=0: give a whole number of at least 1"):
        spec.word_buffers(words, max_ngrams=0)


@pytest.mark.parametrize(
    ("words", "message"),
    [("cat", "^words='cat': give a sequence of words"), (["cat", "a\ud800"], "^word='a.*surrogate")],
)
def test_words_that_are_none(words: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Subword(1, 4, buckets=10).word_buffers(words)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("own_row", [2, 0, "yes", None])
def test_own_row_is_a_bool(own_row: Any) -> None:
    with pytest.raises(ValueError, match=rf"^own_row={own_row!r}: give True or False$"):
        Subword(5, 4, buckets=8, own_row=own_row)


@pytest.mark.usefixtures("unchecked")
def test_numpys_numbers_do_not_overflow() -> None:
    taken = Subword(np.int8(100), np.int8(4), np.int8(100), np.int8(3), np.int8(6), np.True_)  # type: ignore[arg-type]
    plain = Subword(100, 4, 100, 3, 6, True)
    assert taken == plain and hash(taken) == hash(plain) and repr(taken) == repr(plain)
    assert taken.rows == 200
    with pytest.raises(ValueError, match=f"^rows={2**32 - 20}: a table has fewer than"):
        Subword(np.int32(2**31 - 10), 4, np.int32(2**31 - 10))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"vocabulary": 0}, "vocabulary=0: give a whole number of at least 1"),
        ({"buckets": 0}, "buckets=0: give a whole number of at least 1"),
        ({"minn": 0}, "minn=0: give a whole number of at least 1"),
        ({"minn": 7}, "minn=7: give at most maxn=6"),
        ({"buckets": ABSENT - 2}, f"rows={ABSENT + 3}: a table has fewer than"),
    ],
)
def test_refusals(fields: dict, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        Subword(**{"vocabulary": 5, "dim": 4, "buckets": 8, **fields})


@pytest.mark.parametrize(
    ("buffers", "message"),
    [
        (None, r"buffers=None: give init the buffers of spec.word_buffers\(words\)"),
        ({}, r"buffers={}: give init the buffers of spec.word_buffers\(words\)"),
        ({"ngrams": NGRAMS[:4]}, r"buffers\['ngrams'\].shape=\(4, 4\): give one row a word, 5 at least"),
        ({"ngrams": NGRAMS[0]}, r"buffers\['ngrams'\].shape=\(4,\): give one row a word, 5 at least"),
        ({"ngrams": NGRAMS.astype(float)}, r"buffers\['ngrams'\].dtype='float64': give int32"),
        ({"ngrams": NGRAMS + (NGRAMS == 7)}, r"buffers\['ngrams'\]=\[8\]: its rows are 0 … 7, or ABSENT"),
        ({"ngrams": np.where(NGRAMS == 7, -1, NGRAMS)}, r"buffers\['ngrams'\]=\[-1\]: its rows are 0 … 7"),
    ],
)
def test_buffers_that_do_not_fit(buffers: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        Subword(5, 4, buckets=8).init(jax.random.key(0), buffers)


@pytest.mark.parametrize(("own_row", "rows"), [(True, 13), (False, 8)])
def test_its_table_is_of_the_shape_it_says(own_row: bool, rows: int) -> None:
    spec = Subword(5, 4, buckets=8, own_row=own_row)
    assert spec.table_shapes == {"table": (rows, 4)}
    assert spec.init(jax.random.key(0), WORDS).tables["table"].shape == (rows, 4)


def test_ids_need_the_buffers() -> None:
    with pytest.raises(ValueError, match=r"^buffers=\[\]: give variables.buffers, with 'ngrams'"):
        Subword(5, 4, buckets=8).num_ids({})


def test_buffers_may_be_traced() -> None:
    spec = Subword(2, 4, buckets=100)
    buffers = spec.word_buffers(["cat", "cats"])
    shapes = jax.eval_shape(spec.init, jax.random.key(0), buffers)
    assert shapes.tables["table"].shape == (102, 4)
    made = jax.jit(spec.init)(jax.random.key(0), buffers)
    np.testing.assert_array_equal(made.buffers["ngrams"], buffers["ngrams"])
    with pytest.raises(ValueError, match=r"^buffers\['ngrams'\]\.shape=\(1, "):
        jax.eval_shape(spec.init, jax.random.key(0), {"ngrams": buffers["ngrams"][:1]})


def test_rows_beyond_the_buckets_are_as_if_they_were_not_there() -> None:
    """A buffer made for more buckets: the mean is over the rows that there are, and no other word's row."""
    spec = Subword(2, 4, buckets=5)
    few = np.array([[3, 4], [1, ABSENT]], np.int32)
    more = np.array([[3, 4, 5, -1], [1, 900, -2, ABSENT]], np.int32)
    variables = spec.init(jax.random.key(0), {"ngrams": few})
    wanted = embed(spec, variables, np.arange(2))
    other = dataclasses.replace(variables, buffers={"ngrams": more})
    np.testing.assert_allclose(embed(spec, other, np.arange(2)), wanted, rtol=1e-6)


@pytest.mark.usefixtures("unchecked")
def test_words_are_strings() -> None:
    with pytest.raises(ValueError, match=r"^words\[1\]=3: give strings$"):
        Subword(2, 4, buckets=5).word_buffers(["cat", 3])
