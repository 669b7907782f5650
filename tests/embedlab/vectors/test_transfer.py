"""Tables of pretrained vectors for the words of a task, on GloVe and on real fastText models."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import embedlab
from embedlab import Dense, Hashed, Subword, Vectors
from embedlab.text import Vocabulary
from embedlab.vectors import FastText, from_vectors, have_vectors, read, read_fasttext

QUESTIONS = [
    ["What", "is", "the", "capital", "of", "Yugoslavia", "?"],
    ["How", "far", "is", "it", "from", "Denver", "to", "Aspen", "?"],
    ["What", "county", "is", "Modesto", ",", "California", "in", "?"],
    ["Who", "was", "Galileo", "?", "xyzzyqux", "xyzzyqux"],
]


@pytest.fixture(scope="module")
def glove() -> Vectors:
    return read("glove-6b-50d", limit=60_000)


@pytest.fixture(scope="module")
def model(data_dir: Path) -> FastText:
    return read_fasttext(data_dir / "vector_formats" / "lee_fasttext_new.bin")


def test_the_words_of_a_task_have_their_vectors(glove: Vectors) -> None:
    vocabulary = Vocabulary.build(QUESTIONS)
    found = from_vectors(glove, vocabulary)
    assert found.spec == Dense(len(vocabulary), 50)
    table = np.asarray(found.variables.tables["table"])
    np.testing.assert_array_equal(table[vocabulary.id("capital")], glove["capital"])
    np.testing.assert_array_equal(table[vocabulary.id("What")], glove["what"])
    np.testing.assert_array_equal(table[vocabulary.id("Galileo")], glove["galileo"])
    assert (table[Vocabulary.PADDING] == 0).all() and (table[Vocabulary.OOV] != 0).all()
    vectors = np.asarray(embedlab.embed(found.spec, found.variables, vocabulary.encode(QUESTIONS[0])))
    np.testing.assert_array_equal(vectors[3], glove["capital"])
    coverage = found.coverage
    assert (coverage.types, coverage.known) == (len(vocabulary) - 2, len(vocabulary) - 3)
    assert coverage.exact + coverage.by_form == coverage.known and coverage.by_form >= 8
    assert coverage.missing == ("xyzzyqux",)
    assert (coverage.tokens, coverage.known_tokens) == (28 + 3, 28 + 1) or coverage.tokens == sum(
        map(len, QUESTIONS)
    )
    assert coverage.known_tokens == coverage.tokens - 2
    assert found.pretrained.sum() == coverage.known and not found.pretrained[:2].any()


def test_unknown_words_by_each_policy(glove: Vectors) -> None:
    words = ["the", "of", "and", "xyzzyqux", "zzyxqux"]
    known = glove[["the", "of", "and"]]
    zero, mean = (
        np.asarray(from_vectors(glove, words, oov=p).variables.tables["table"]) for p in ("zero", "mean")
    )
    assert (zero[3:] == 0).all()
    np.testing.assert_allclose(mean[3:], np.repeat(known.mean(0, keepdims=True), 2, 0), rtol=1e-6)
    for table in (zero, mean):
        np.testing.assert_array_equal(table[:3], known)


def test_drawn_vectors_have_the_mean_and_the_variance_of_known_ones(glove: Vectors) -> None:
    words = [*glove.words[:2000], *(f"xyzzy{i}qux" for i in range(4000))]
    table = np.asarray(from_vectors(glove, words, forms=False).variables.tables["table"])
    known, drawn = table[:2000], table[2000:]
    error = known.std(0) / np.sqrt(len(drawn))
    assert (np.abs(drawn.mean(0) - known.mean(0)) < 5 * error).all()
    np.testing.assert_allclose(drawn.std(0), known.std(0), rtol=0.06)
    again = from_vectors(glove, words, forms=False, seed=0).variables.tables["table"]
    np.testing.assert_array_equal(table, again)
    other = np.asarray(from_vectors(glove, words, forms=False, seed=1).variables.tables["table"])
    assert (other[:2000] == known).all() and (other[2000:] != drawn).any()


@pytest.mark.parametrize(
    ("word", "form"),
    [("THE", "the"), ("paris", "Paris"), ("café", "cafe"), ("ﬁre", "fire"), ("1987", "0000")],
)
def test_forms(word: str, form: str) -> None:
    vectors = Vectors((form, "other"), np.float32([[1, 2], [3, 4]]))
    found = from_vectors(vectors, [word], oov="zero")
    np.testing.assert_array_equal(found.variables.tables["table"], [[1, 2]])
    assert (found.coverage.exact, found.coverage.by_form) == (0, 1)
    with pytest.raises(ValueError, match="none of 1 is in the vectors"):
        from_vectors(vectors, [word], forms=False)


def test_a_model_of_n_grams_as_it_is(model: FastText) -> None:
    """Before any training every word has the vector that fastText gives it, known or not."""
    vocabulary = Vocabulary.build([["the", "government", "governmental", "unheardofword", "q"]])
    found = from_vectors(model, vocabulary, Subword)
    assert isinstance(found.spec, Subword)
    assert found.spec.rows == len(vocabulary) + model.settings.buckets
    vectors = np.asarray(embedlab.all_vectors(found.spec, found.variables))
    for word in vocabulary.words[2:]:
        np.testing.assert_allclose(vectors[vocabulary.id(word)], model.vector(word), atol=1e-6)
    assert (vectors[:2] == 0).all()
    assert found.coverage.exact == 2 and found.coverage.by_ngrams >= 2
    # The n-grams are shared, so what one word learns another knows: their rows are those of the model.
    rows = np.asarray(found.variables.tables["table"])[len(vocabulary) :]
    np.testing.assert_array_equal(rows, model.table[len(model.words) :])


def test_a_model_of_n_grams_as_a_table(model: FastText) -> None:
    words = ["the", "unheardofword", "q"]
    found = from_vectors(model, words, oov="zero")
    table = np.asarray(found.variables.tables["table"])
    np.testing.assert_allclose(table, np.stack([model.vector(word) for word in words]), atol=1e-7)
    coverage = found.coverage
    assert (coverage.exact, coverage.by_ngrams) == (1, coverage.known - 1)


def test_a_model_without_n_grams_is_a_table(model: FastText) -> None:
    """Which has no vector for a word out of its dictionary, so that other forms of it are tried."""
    settings = dataclasses.replace(model.settings, maxn=0)
    table = model.table[: len(model.words)]
    plain = FastText(settings, model.words, model.counts, [], model.label_counts, 0, table, model.output)
    words = ["the", "THE", "GOVERNMENT", "unheardofword"]
    found = from_vectors(plain, words, oov="zero")
    rows = np.asarray(found.variables.tables["table"])
    np.testing.assert_array_equal(rows[:2], [plain.vector("the")] * 2)
    np.testing.assert_array_equal(rows[2], plain.vector("government"))
    assert (found.coverage.exact, found.coverage.by_form, found.coverage.by_ngrams) == (1, 2, 0)
    assert found.pretrained.tolist() == have_vectors(plain, words).tolist() == [True, True, True, False]
    assert have_vectors(plain, words, forms=False).tolist() == [True, False, False, False]
    assert from_vectors(plain, words, oov="zero", forms=False).coverage.by_form == 0
    assert have_vectors(model, words).tolist() == [True, False, False, False]  # n-grams make the others
    assert from_vectors(model, words).coverage.by_form == 0


def test_one_vector_alone_is_not_that_of_every_word(glove: Vectors) -> None:
    """It has no variance to draw with: drawn ones are as long, about zero, and each its own."""
    words = ["the", "The", *(f"xyzzy{i}qux" for i in range(2000))]
    table = np.asarray(from_vectors(glove, words).variables.tables["table"])
    np.testing.assert_array_equal(table[:2], [glove["the"]] * 2)
    drawn = table[2:]
    assert len(np.unique(drawn, axis=0)) == 2000
    size = np.sqrt(np.mean(glove["the"] ** 2))
    np.testing.assert_allclose([drawn.mean(), drawn.std()], [0, size], atol=0.02 * size)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_vector_that_is_found_has_to_be_finite(bad: float) -> None:
    vectors = Vectors(("cat", "dog", "cow"), np.float32([[bad, 1], [2, 3], [4, 5]]))
    with pytest.raises(
        ValueError, match=r"^vectors: those of 1 words have NaN or infinity, as that of 'cat'"
    ):
        from_vectors(vectors, ["dog", "cat", "xyzzyqux"])
    assert np.isfinite(from_vectors(vectors, ["dog", "cow", "xyzzyqux"]).variables.tables["table"]).all()


def test_a_row_of_a_model_of_n_grams_has_to_be_finite(model: FastText) -> None:
    table = np.array(model.table)
    table[model.words.index(b"the")] = np.nan
    with pytest.raises(
        ValueError, match=r"^vectors: those of 1 words have NaN or infinity, as that of 'the'"
    ):
        from_vectors(dataclasses.replace(model, table=table), ["a", "the"], Subword)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"kind": Hashed}, "kind='Hashed': its rows are shared by words that have nothing in common"),
        ({"kind": Hashed(9, 2, buckets=3)}, "kind='Hashed'"),
        ({"kind": int}, "kind=<class 'int'>: choose Dense or Subword"),
        ({"kind": Subword}, "vectors='Vectors': give a whole fastText model"),
        ({"oov": "guess"}, "oov='guess': choose one of zero, random, mean"),
        ({"forms": 1}, "forms=1: give True or False"),
        ({"seed": -1}, "seed=-1: give a whole number of at least 0"),
        ({"words": "cat"}, "words='cat': give a sequence of words"),
        ({"words": ["dog", "cow"]}, r"words: none of 2 is in the vectors \(dog cow …\)"),
    ],
)
def test_what_can_not_be_had(how: Any, message: str) -> None:
    vectors = Vectors(("cat",), np.ones((1, 2), np.float32))
    with pytest.raises(ValueError, match=f"^{message}"):
        from_vectors(vectors, **{"words": ["cat"], **how})
