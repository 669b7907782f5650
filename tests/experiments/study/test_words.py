"""From words to ids: known, spelt, hashed."""

import numpy as np

import embedlab
from embedlab.text import Vocabulary
from experiments.study.words import hashed_words, numbered, own_numbers, takes_any_word

VOCABULARY = Vocabulary.build([["user=1", "user=2", "user=1"]])


def test_an_unknown_word_is_the_unknown_id_of_a_closed_vocabulary() -> None:
    ids, buffers = numbered(embedlab.Dense(4, 2), VOCABULARY, ["user=2", "user=3"])
    assert ids.tolist() == [3, 1] and buffers == {}


def test_an_unknown_word_is_spelt() -> None:
    spec = embedlab.Subword(4, 2, buckets=50)
    ids, buffers = numbered(spec, VOCABULARY, ["user=2", "user=3"])
    assert ids.tolist() == [3, 4] and all(len(rows) > 4 for rows in buffers.values())


def test_without_a_vocabulary_every_word_has_its_hash_known_or_not() -> None:
    spec = embedlab.Hashed(None, 2, buckets=50)
    assert takes_any_word(spec) and not takes_any_word(embedlab.Hashed(9, 2, buckets=50))
    ids, _ = numbered(spec, VOCABULARY, ["user=2", "user=3"])
    own, _ = own_numbers(spec, VOCABULARY)
    assert ids[0] == own[3] and ids[1] not in own and ids.dtype == np.int32
    assert (ids >= 0).all()


def test_hashes_are_the_same_for_ever_and_rarely_collide() -> None:
    assert hashed_words(["user=1", "", "ü"]).tolist() == hashed_words(["user=1", "", "ü"]).tolist()
    assert hashed_words(["user=1"]).tolist() == [1999986730]
    assert len(set(hashed_words([f"user={n}" for n in range(20_000)]).tolist())) >= 19_998
