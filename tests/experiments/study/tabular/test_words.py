"""From rows to ids: words of values, crosses, knots of numbers, and values that training does not have."""

import json

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import embedlab
from embedlab.base import ABSENT
from experiments.study.tabular.frame import Categories, Frame
from experiments.study.tabular.wording import Wording
from experiments.study.tabular.words import Words, vocabulary_of

FRAME = Frame(
    {
        "role": Categories.of(["a", "a", "b", "c", "a", ""]),
        "unit": Categories.of(["x", "x", "x", "y", "z", "x"]),
    },
    {"age": np.array([10.0, 20.0, 30.0, 40.0, 90.0, np.nan])},
)
TRAIN = np.array([0, 1, 2, 3, 5])
ALL = Wording(min_count=1, bins=3, crosses=("role*unit",))


def read(spec, wording=ALL):
    words = Words.of(FRAME, TRAIN, wording)
    vocabulary = vocabulary_of(spec, words.counts(FRAME, TRAIN, wording.min_count))
    return words, vocabulary, words.read(FRAME, spec, vocabulary)


def test_a_value_is_a_word_and_a_cross_is_one_of_its_pair():
    _, vocabulary, found = read(embedlab.Dense(50, 4))
    told = [[vocabulary.words[i] for i in row] for row in found.ids.tolist()]
    assert told[0] == ["role=a", "unit=x", "role×unit=a|x"] and told[5] == ["role=", "unit=x", "role×unit=|x"]


def test_what_training_does_not_have_is_the_unknown_of_its_column():
    _, vocabulary, found = read(embedlab.Dense(50, 4))
    assert [vocabulary.words[i] for i in found.ids[4].tolist()] == ["role=a", "unit=?", "role×unit=?"]


def test_rare_values_are_unknown_and_count_for_it():
    words, vocabulary, found = read(embedlab.Dense(50, 4), Wording(min_count=2, bins=3))
    counts = words.counts(FRAME, TRAIN, 2)
    assert counts["role=?"] == 3 and counts["role=a"] == 2 and "role=b" not in counts
    assert vocabulary.words[found.ids[2, 0]] == "role=?"


def test_without_a_vocabulary_every_value_has_an_id_of_its_own():
    _, _, found = read(embedlab.Hashed(None, 4, buckets=8), Wording(min_count=2))
    unseen = found.ids[4, 1]
    assert unseen not in found.ids[[0, 1, 2, 3, 5]] and len(set(found.ids[:, 0].tolist())) == 4


def test_spelt_values_that_training_does_not_have_are_read():
    spec = embedlab.Subword(50, 4, buckets=30)
    _, vocabulary, found = read(spec)
    assert found.ids[4, 1] >= len(vocabulary) and found.buffers
    embedlab.embed(spec, spec.init(jax.random.key(0), found.buffers), found.ids)


def test_a_number_lies_between_two_knots():
    words, vocabulary, found = read(embedlab.Dense(50, 4))
    knots = words.knots["age"]
    assert knots.tolist() == [10, 20, 30, 40]
    for row, value in enumerate([10, 20, 30, 40]):
        at = [float(vocabulary.words[i].partition("=")[2]) for i in found.knots[row, 0].tolist()]
        assert np.dot(at, found.weights[row, 0]) == value
    beyond = [vocabulary.words[i] for i in found.knots[4, 0].tolist()]
    assert beyond == ["age=30", "age=40"] and found.weights[4, 0].tolist() == [0, 1]
    assert vocabulary.words[found.knots[5, 0, 0]] == "age=" and found.knots[5, 0, 1] == ABSENT
    assert found.weights[5, 0].tolist() == [1, 0]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.integers(1, 9))
def test_weights_of_knots_are_a_convex_combination(values, bins):
    frame = Frame({}, {"x": np.array(values)})
    spec, rows = embedlab.Dense(50, 2), np.arange(len(values))
    words = Words.of(frame, rows, Wording(bins=bins))
    found = words.read(frame, spec, vocabulary_of(spec, words.counts(frame, rows, 1)))
    assert (found.weights >= 0).all() and (found.weights <= 1).all()
    np.testing.assert_allclose(found.weights.sum(-1), 1, rtol=1e-6)
    assert (found.weights[found.knots == ABSENT] == 0).all()


def test_all_of_it_comes_back_from_json():
    words, vocabulary, found = read(embedlab.Dense(50, 4))
    again = Words.restored(json.loads(json.dumps(words.kept())))
    other = again.read(FRAME, embedlab.Dense(50, 4), vocabulary)
    np.testing.assert_array_equal(other.ids, found.ids)
    np.testing.assert_array_equal(other.weights, found.weights)


def test_an_embedding_of_few_ids_has_the_most_frequent_words():
    _, vocabulary, found = read(embedlab.Dense(6, 4))
    assert len(vocabulary) == 6 and found.ids.max() < 6


@pytest.mark.parametrize(
    "crosses, message",
    [
        (("role",), "crosses='role': write the names of two"),
        (("role*", "all"), "write the names of two"),
        (
            ("role*unti",),
            "--words.crosses='role[*]unti': 'unti' is no column of categories; there are 'unit', 'role'",
        ),
    ],
)
def test_crosses_of_other_columns(crosses, message):
    with pytest.raises(ValueError, match=message):
        Words.of(FRAME, TRAIN, Wording(crosses=crosses))


def test_a_column_without_a_number():
    with pytest.raises(ValueError, match="column 'x': no training row has a number"):
        Words.of(Frame({}, {"x": np.array([np.nan, 1.0])}), np.array([0]), Wording())


def test_too_few_ids():
    with pytest.raises(ValueError, match="vocabulary=3: this leaves no ids"):
        vocabulary_of(embedlab.Dense(3, 4), {"a=1": 1})


def test_values_that_hold_what_parts_a_cross_are_told_apart():
    frame = Frame({"a": Categories.of(["x|y", "x", "x|y"]), "b": Categories.of(["z", "y|z", "z"])}, {})
    words = Words.of(frame, np.arange(3), Wording(min_count=1, crosses=("a*b",)))
    assert {word for word in words.counts(frame, np.arange(3), 1) if word.startswith("a×b=")} == {
        "a×b=x\\|y|z",
        "a×b=x|y\\|z",
        "a×b=?",
    }


def test_a_value_that_is_written_as_the_unknown_one_counts_for_it():
    frame = Frame({"a": Categories.of(["?", "?", "?", "b", "b", "c"])}, {})
    counts = Words.of(frame, np.arange(6), Wording()).counts(frame, np.arange(6), 2)
    assert counts == {"a=?": 4, "a=b": 2}
