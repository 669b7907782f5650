"""Ranks against a ranking written out by hand, on graphs drawn at random."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.graph.triples.facts import facts_of, queries
from experiments.graph.triples.known import Known
from experiments.graph.triples.ranking import ranks


def drawn(seed: int, entities: int = 12, relations: int = 3, facts: int = 60) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.integers(0, [entities, relations, entities], (facts, 3)).astype(np.int32)


def by_hand(scores: np.ndarray, answer: int, others: set[int]) -> float:
    """The mean place over all orders of equals, by counting one entity after the other."""
    higher = equal = 0
    for entity, score in enumerate(scores):
        if entity != answer and entity not in others:
            higher += score > scores[answer]
            equal += score == scores[answer]
    return 1 + higher + equal / 2


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("levels", [3, 1000])
def test_ranks_are_those_counted_by_hand(seed: int, levels: int) -> None:
    facts = drawn(seed)
    asked = queries(facts, 3)
    table = np.random.default_rng(seed).integers(0, levels, (6, 12, 12)).astype(np.float32)
    found = ranks(asked, lambda some: table[some[:, 1], some[:, 0]], Known.of(asked, 12), block=7)
    known = {(int(e), int(r)): set() for e, r, _ in asked}  # type: ignore[var-annotated]
    for entity, relation, answer in asked.tolist():
        known[entity, relation].add(answer)
    wanted = [by_hand(table[r, e], a, known[e, r]) for e, r, a in asked.tolist()]
    np.testing.assert_array_equal(found, wanted)


def test_equal_scores_of_all_are_the_middle_rank_and_not_the_first() -> None:
    asked = queries(drawn(0), 3)
    found = ranks(asked, lambda some: np.zeros((len(some), 12)), Known.of(asked, 12))
    known = Known.of(asked, 12).counts(asked)
    np.testing.assert_array_equal(found, 1 + (12 - known) / 2)


def test_entities_without_a_column_of_their_own_tie() -> None:
    asked = np.array([[0, 0, 3], [0, 0, 1]], np.int32)
    columns = np.array([1, 2, 0, 0])  # 2 and 3 are unknown
    scores = np.tile(np.array([[7.0, 5.0, 9.0]]), (2, 1))
    assert ranks(asked, lambda some: scores[: len(some)], Known.of(asked, 4), columns).tolist() == [1.5, 1]


def test_a_score_that_is_no_number_is_no_rank() -> None:
    asked = queries(drawn(0), 3)
    with pytest.raises(ValueError, match="not finite"):
        ranks(asked, lambda some: np.full((len(some), 12), np.nan), Known.of(asked, 12))


def test_known_answers_are_those_of_the_query_alone() -> None:
    facts = drawn(3)
    asked = queries(facts, 3)
    known = Known.of(asked, 12)
    rows, answers = known.pairs(asked)
    for number, (entity, relation, _) in enumerate(asked.tolist()):
        same = (asked[:, 0] == entity) & (asked[:, 1] == relation)
        assert answers[rows == number].tolist() == sorted(set(asked[same, 2].tolist()))
    unasked = np.array([[0, 5, 0], [11, 99, 0]], np.int32)
    assert known.counts(unasked)[1] == 0
    assert Known.of(asked[:0], 12).counts(unasked).tolist() == [0, 0]


def test_names_are_numbered_by_training_alone() -> None:
    triples = [("b", "r", "a"), ("b", "s", "c"), ("z", "s", "b"), ("y", "r", "b")]
    facts = facts_of(triples, np.array([0, 0, 1, 2]))
    assert facts.entities == ("b", "a", "c", "y", "z") and facts.seen == 3
    assert facts.test.tolist() == [[3, 0, 0]]
    assert facts.queries("valid").tolist() == [[4, 1, 0], [0, 3, 4]]


def test_a_relation_that_training_lacks_is_named() -> None:
    with pytest.raises(ValueError, match=r"1 relations are in no training triple.*'s'"):
        facts_of([("a", "r", "b"), ("a", "r", "c"), ("a", "s", "b")], np.array([0, 1, 2]))
    with pytest.raises(ValueError, match="none is on the valid side"):
        facts_of([("a", "r", "b"), ("a", "r", "c")], np.array([0, 2]))
