"""Rules and leaks counted by hand on small graphs, and the baselines that are made of them."""

from __future__ import annotations

import numpy as np

from experiments.graph.triples.baselines import Frequent, Reversed
from experiments.graph.triples.facts import Facts, facts_of, queries
from experiments.graph.triples.leaks import leaks
from experiments.graph.triples.rules import Rules


def family() -> Facts:
    """Parents whose children are told the other way round as well, as in FB15k, and friends."""
    train = [(f"p{n}", "parent", f"c{n}") for n in range(30)]
    train += [(f"c{n}", "child", f"p{n}") for n in range(27)]
    train += [("p0", "friend", "p1"), ("p1", "friend", "p0"), ("p2", "friend", "p3"), ("p2", "friend", "p3")]
    valid = [("p2", "friend", "p4")]
    test = [("c28", "child", "p28"), ("p3", "friend", "p2"), ("new", "friend", "p4"), ("p0", "friend", "p1")]
    sides = [0] * len(train) + [1] * len(valid) + [2] * len(test)
    return facts_of(train + valid + test, np.array(sides))


def test_confidence_is_the_part_of_pairs() -> None:
    facts = family()
    rules, count = Rules.of(facts), len(facts.relations)
    found = rules.confidence.toarray()
    edges = queries(facts.train, count)
    pairs = [set(map(tuple, edges[edges[:, 1] == d][:, [0, 2]].tolist())) for d in range(2 * count)]
    for one in range(2 * count):
        for other in range(2 * count):
            wanted = 0 if one == other else len(pairs[one] & pairs[other]) / len(pairs[other])
            assert found[one, other] == wanted
    told = rules.followed()
    assert "child from parent⁻¹ (90 %)" in told and "parent from child⁻¹ (100 %)" in told
    assert not any("friend" in each for each in told)  # too few to say


def test_leaks_are_counted() -> None:
    facts = family()
    found = leaks(facts, Rules.of(facts))
    assert (found.test, found.same, found.validated, found.backwards) == (4, 1, 0, 2)
    assert (found.linked, found.unseen, found.repeated) == (3, 1, 1)
    text = " ".join(found.told())
    assert "Of 4 test facts 1 is in training too, 2 are in training backwards by the same relation" in text
    assert "; none is in validation too. 1 has an entity that no training fact has" in text
    assert "1 training facts are there more than once" in text


def test_leaks_that_are_none_are_told_as_one() -> None:
    apart = facts_of(
        [("a", "is", "b"), ("b", "is", "c"), ("c", "is", "b"), ("a", "is", "c")], np.array([0, 0, 1, 2])
    )
    assert leaks(apart, Rules.of(apart)).told() == (
        "Of 1 test facts none is in training too or in validation too or in training backwards by the same "
        "relation or of two entities that training links by some relation.",
    )


def test_baselines_find_what_they_are_made_for() -> None:
    facts = family()
    frequent, rules = Frequent(facts), Rules.of(facts)
    asked = facts.queries("test")
    counts = frequent(asked)
    for row, (_, relation, _) in enumerate(asked.tolist()):
        own = queries(facts.train, len(facts.relations))
        own = own[own[:, 1] == relation]
        np.testing.assert_array_equal(counts[row], np.bincount(own[:, 2], minlength=len(facts.entities)))
    scores = Reversed(rules, frequent)(asked)
    best = [facts.entities[place] for place in scores.argmax(1)]
    assert best[:3] == ["p28", "c28", "p2"]  # both sides of the first, one of the second
