"""Looking at vectors as with gensim's KeyedVectors: on real vectors, against what gensim itself says."""

from __future__ import annotations

import dataclasses
import pickle
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from embedlab import Vectors
from embedlab.vectors.spelling import nearest_spelling

WORDS = ("The", "the", "cat", "Cat", "dog", "sun", "CAT")
MATRIX = np.random.default_rng(0).standard_normal((7, 5)).astype(np.float32)


@pytest.fixture
def few() -> Vectors:
    return Vectors(WORDS, MATRIX)


def same(found: list[tuple[str, float]], wanted: list[tuple[str, float]]) -> None:
    assert [word for word, _ in found] == [word for word, _ in wanted]
    np.testing.assert_allclose([score for _, score in found], [score for _, score in wanted], atol=1e-6)


# --- gensim's answers --------------------------------------------------------------------------------

# Of gensim 4.4.0: kv = KeyedVectors.load_word2vec_format(".../glove.6B.50d.top30k.word2vec.bin", binary=True)


def test_most_similar(glove_vectors: Vectors) -> None:
    # kv.most_similar(["king", "woman"], ["man"], topn=4)
    wanted = [
        ("queen", 0.8523604273796082),
        ("throne", 0.7664334177970886),
        ("prince", 0.7592144012451172),
        ("daughter", 0.7473883628845215),
    ]
    same(glove_vectors.most_similar(["king", "woman"], ["man"], k=4), wanted)
    same(glove_vectors.most_similar(("king", "woman"), "man", k=4), wanted)
    same(glove_vectors.analogy("man", "king", "woman", k=4), wanted)


def test_weights_and_vectors(glove_vectors: Vectors) -> None:
    # kv.most_similar([("paris", 0.7), "germany", kv["berlin"]], [("france", -0.5)], topn=3)
    wanted = [
        ("berlin", 0.997058629989624),
        ("vienna", 0.8605426549911499),
        ("munich", 0.8515376448631287),
    ]
    same(
        glove_vectors.most_similar(
            [("paris", 0.7), "germany", glove_vectors["berlin"]], [("france", -0.5)], k=3
        ),
        wanted,
    )
    on_device = jnp.asarray(glove_vectors["berlin"])
    same(glove_vectors.most_similar([("paris", 0.7), "germany", on_device], [("france", -0.5)], k=3), wanted)


def test_the_most_frequent_alone(glove_vectors: Vectors) -> None:
    # kv.most_similar(3 * kv["frog"], topn=3, restrict_vocab=5000)
    wanted = [("species", 0.6464499235153198), ("tree", 0.6383088231086731), ("dog", 0.6344525814056396)]
    few = glove_vectors.restrict(5000)
    same(few.most_similar(3 * glove_vectors["frog"], k=3), wanted)
    same(few.most_similar(glove_vectors["frog"][None], k=3), wanted)
    assert "frog" in glove_vectors and "frog" not in few and few.matrix.base is not None


def test_3cosmul(glove_vectors: Vectors) -> None:
    # kv.most_similar_cosmul(["king", "woman"], ["man"], topn=4)
    wanted = [
        ("queen", 0.9288908839225769),
        ("throne", 0.882325291633606),
        ("elizabeth", 0.8789501786231995),
        ("princess", 0.8767548203468323),
    ]
    same(glove_vectors.analogy("man", "king", "woman", k=4, method="3cosmul"), wanted)


def test_similarity_and_the_odd_one_out(glove_vectors: Vectors) -> None:
    # kv.similarity("cat", "dog"), kv.similarity("cat", "senate")
    found = glove_vectors.similarity(["cat", "cat"], ["dog", "senate"])
    np.testing.assert_allclose(found, [0.9218005, 0.07632225], atol=1e-6)
    assert glove_vectors.similarity("cat", "dog") == found[0]
    # [kv.doesnt_match(x.split()) for x in ("breakfast cereal dinner lunch", "berlin paris london frog")]
    assert glove_vectors.doesnt_match(["breakfast", "cereal", "dinner", "lunch"]) == "cereal"
    assert glove_vectors.doesnt_match(["berlin", "paris", "london", "frog"]) == "frog"


# --- many at once ------------------------------------------------------------------------------------


def test_many_words_give_what_each_gives(glove_vectors: Vectors) -> None:
    words = list(glove_vectors.words[1000:1300])
    together = glove_vectors.neighbours(words, k=3)
    assert len(together) == 300
    for place in (0, 17, 256, 299):
        same(together[place], glove_vectors.neighbours(words[place], k=3))
        assert words[place] not in [word for word, _ in together[place]]


def test_many_questions_give_what_each_gives(glove_vectors: Vectors) -> None:
    sides = [["paris", "france", "london"], ["berlin", "germany", "rome"], ["cat", "cats", "dog"]]
    a, b, c = (list(side) for side in zip(*sides, strict=True))
    told: list[tuple[int, int]] = []
    found = glove_vectors.analogy(a, b, c, k=2, progress=lambda *state: told.append(state))
    for (x, y, z), answers in zip(sides, found, strict=True):
        same(answers, glove_vectors.analogy(x, y, z, k=2))
    assert [answers[0][0] for answers in found] == ["britain", "italy", "dogs"] and told == [(3, 3)]


def test_nothing_asked_nothing_found(few: Vectors) -> None:
    assert few.neighbours([]) == [] and few.analogy([], [], []) == []
    assert few[[]].shape == (0, 5) and few.similarity([], []).shape == (0,)


def test_they_print_in_a_line(few: Vectors) -> None:
    assert repr(few) == "Vectors(7 words of dim 5, float32)"
    assert repr(few.folded().restrict(2)) == "Vectors(2 words of dim 5, float32, fold_case=True)"


def test_several_words_are_a_matrix(few: Vectors) -> None:
    np.testing.assert_array_equal(few[["sun", "the"]], MATRIX[[5, 1]])
    assert few.rows(["sun", "the"]).tolist() == [5, 1]


def test_faiss_finds_the_same(glove_vectors: Vectors) -> None:
    pytest.importorskip("faiss")
    other = dataclasses.replace(glove_vectors, index="faiss")
    same(other.neighbours("king", k=5), glove_vectors.neighbours("king", k=5))
    same(other.analogy("man", "king", "woman", k=5), glove_vectors.analogy("man", "king", "woman", k=5))
    same(other.most_similar(["king"], ["man"], k=5), glove_vectors.most_similar(["king"], ["man"], k=5))
    with pytest.raises(ValueError, match="give index='exact' for 3CosMul"):
        other.analogy("man", "king", "woman", method="3cosmul")


# --- case --------------------------------------------------------------------------------------------


def test_the_first_of_words_that_differ_in_case_stands_for_all(few: Vectors) -> None:
    folded = few.folded()
    assert "tHE" in folded and "tHE" not in few and "cow" not in folded
    assert [folded.row(word) for word in ("the", "THE", "CAT", "sun")] == [0, 0, 2, 5]
    np.testing.assert_array_equal(folded["CAT"], MATRIX[2])
    np.testing.assert_array_equal(few["CAT"], MATRIX[6])


def test_a_word_in_another_case_is_no_neighbour_of_it(few: Vectors) -> None:
    assert {word for word, _ in few.folded().neighbours("cat")} == {"The", "the", "dog", "sun"}
    assert {word for word, _ in few.neighbours("cat")} == {"The", "the", "dog", "sun", "Cat", "CAT"}
    found = few.folded().analogy("THE", "sun", "Cat")
    assert [word for word, _ in found] == ["dog"]
    assert len(few.folded().most_similar("cat", "the")) == 2


def test_options_survive_the_others(few: Vectors) -> None:
    assert "THE" in few.folded().restrict(3).normalised() and len(few.folded().restrict(3)) == 3


# --- lengths -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_normalised(dtype: str) -> None:
    matrix = np.array([[3, 4], [0, 0], [1e-3, 0]], dtype)
    found = Vectors(("a", "b", "c"), matrix).normalised()
    np.testing.assert_allclose(found.matrix, [[0.6, 0.8], [0, 0], [1, 0]], rtol=1e-3)
    assert found.matrix.dtype == dtype and matrix[0, 0] == 3


def test_a_vector_without_direction_is_like_no_other() -> None:
    found = Vectors(("a", "b", "c", "d"), np.float32([[1, 0], [0, 0], [1, 1], [0, 1]]))
    assert found.similarity(["a", "b"], ["b", "b"]).tolist() == [0, 0]
    assert found.most_similar("b") == [] and found.most_similar("a", "a") == []
    assert found.analogy("a", "b", "c") == found.analogy("b", "a", "c", method="3cosmul") == []
    assert [word for word, _ in found.analogy("a", "c", "d")] == []  # all others are asked for
    assert found.doesnt_match(["a", "b", "c"]) == "b"


# --- mistakes ----------------------------------------------------------------------------------------


def test_the_nearest_spelling_is_named_when_it_is_shown(glove_vectors: Vectors) -> None:
    calls: list[Any] = [
        lambda: glove_vectors["Berln"],
        lambda: glove_vectors[["paris", "Berln"]],
        lambda: glove_vectors.most_similar("Berln"),
        lambda: glove_vectors.analogy("paris", "france", "Berln"),
        lambda: glove_vectors.similarity("paris", "Berln"),
        lambda: glove_vectors.doesnt_match(["paris", "Berln"]),
        lambda: glove_vectors.neighbours(["Berln"]),
    ]
    for call in calls:
        with pytest.raises(KeyError) as caught:
            call()
        assert str(caught.value) == "'Berln' is not among the 30000 words; near: 'berlin'"
        assert len(repr(caught.value)) < 100
    assert "near: 'berlin'" in str(pickle.loads(pickle.dumps(caught.value)))


def test_spelling() -> None:
    words = ["the", "New_York", "cat"]
    assert nearest_spelling(" THE ", words) == "the" and nearest_spelling("new york", words) == "New_York"
    assert nearest_spelling("zzzz", words) is None and nearest_spelling("cat" * 50, words) is None


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda v: v.most_similar(), r"^positive=\(\): give a word or a vector, or a list of them"),
        (lambda v: v.most_similar([], []), r"^positive=\[\]: give a word"),
        (lambda v: v.most_similar(np.ones(3)), r"^a term='float64 \(3,\)': give words, or vectors of 5 numb"),
        (lambda v: v.most_similar([3]), r"^a term='int64 \(\)': give words"),
        (lambda v: v.most_similar("cat", k=0), "^k=0: give a whole number of at least 1"),
        (lambda v: v.analogy("cat", "dog", "sun", k=1.5), r"^k=1\.5: give a whole number"),
        (lambda v: v.analogy("cat", ["dog", "sun"], "sun"), r"^a, b, c=\[1, 2, 1\]: give as many of each"),
        (lambda v: v.analogy("cat", "dog", "sun", method="x"), "^method='x': choose '3cosadd' or '3cosmul'"),
        (lambda v: v.similarity(["cat"], ["dog", "sun"]), r"^a, b=\[1, 2\]: give as many of each"),
        (lambda v: v.doesnt_match(["cat"]), r"^words=\['cat'\]: give two words or more"),
        (lambda v: v.doesnt_match("cat"), "^words='cat': give two words or more"),
        (lambda v: v.restrict(0), "^n=0: give a whole number of at least 1"),
        (lambda v: dataclasses.replace(v, fold_case=1), "^fold_case=1: give True or False"),
        (lambda v: dataclasses.replace(v, index="x"), "^index='x': give 'exact', 'faiss'"),
    ],
)
def test_what_can_not_be_asked(few: Vectors, call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(few)
