"""Words of relations and entities, and their ids: by a vocabulary, by spelling, by the hash of a name."""

from __future__ import annotations

import numpy as np
import pytest

import embedlab
from experiments.graph.triples.facts import Facts, facts_of
from experiments.graph.triples.words import Ids, vocabulary_of
from experiments.study.words import hashed_words


@pytest.fixture
def facts() -> Facts:
    return facts_of([("a", "r", "b"), ("b", "r", "a"), ("a", "r", "c")], np.array([0, 1, 2]))


def test_words_that_find_no_room(facts: Facts) -> None:
    with pytest.raises(ValueError, match="give at least 5"):
        vocabulary_of(facts, reciprocal=True, most=4)
    cut = vocabulary_of(facts, reciprocal=True, most=5)
    assert cut.words[2:] == ("r:r", "r:r⁻¹", "e:a") and cut.counts[1] == 1


@pytest.mark.parametrize(
    ("spec", "unseen"), [(embedlab.Dense(9, 4), 1), (embedlab.Hashed(9, 4, buckets=3), 1)], ids=str
)
def test_by_a_vocabulary_an_entity_that_training_lacks_is_the_unknown_word(
    facts: Facts, spec: embedlab.Embedding, unseen: int
) -> None:
    ids, buffers = Ids.of(spec, vocabulary_of(facts, reciprocal=True), facts.entities)
    assert (ids.relations.tolist(), ids.entities.tolist(), buffers) == ([2, 3], [4, 5, unseen], {})


def test_by_spelling_it_has_an_id_of_its_own(facts: Facts) -> None:
    ids, buffers = Ids.of(embedlab.Subword(6, 4, buckets=9), vocabulary_of(facts, reciprocal=True), "abc")
    assert (ids.relations.tolist(), ids.entities.tolist()) == ([2, 3], [4, 5, 6])
    assert all(len(rows) > 6 for rows in buffers.values())


def test_without_a_vocabulary_every_name_has_its_hash(facts: Facts) -> None:
    spec = embedlab.Hashed(None, 4, buckets=9)
    ids, buffers = Ids.of(spec, vocabulary_of(facts, reciprocal=True), facts.entities)
    assert ids.relations.tolist() == hashed_words(["r:r", "r:r⁻¹"]).tolist() and buffers == {}
    assert ids.entities.tolist() == hashed_words(["e:a", "e:b", "e:c"]).tolist()
