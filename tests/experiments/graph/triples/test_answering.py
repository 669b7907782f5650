"""New queries: the best answers against all scores written out, what is left out, and what can't be asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

import embedlab
from experiments.graph.triples.answering import TripleAnswering
from experiments.graph.triples.config import TripleStudy
from experiments.graph.triples.data import TripleFile
from experiments.graph.triples.links import Links
from experiments.graph.triples.split import TripleSplit
from experiments.study.application import Stored
from experiments.study.words import numbered

FACTS = [("a", "r", "b"), ("a", "r", "c"), ("b", "r", "d"), ("d", "s", "a"), ("c", "s", "b"), ("e", "r", "a")]
LATER = [("a", "r", "d"), ("b", "s", "new")]


DENSE, HASHED = embedlab.Dense(40, 6), embedlab.Hashed(None, 6, buckets=25)
SPELT = embedlab.Subword(40, 6, buckets=50)


@pytest.fixture(
    params=[(DENSE, True), (DENSE, False), (HASHED, True), (HASHED, False), (SPELT, True)],
    ids=lambda param: f"{type(param[0]).__name__}-{'reciprocal' if param[1] else 'one-way'}",
)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[TripleAnswering, dict[str, Any], Any]:
    """A model with vectors drawn at random, as a finished run stores it."""
    spec, reciprocal = request.param
    rows = [",".join((*fact, "train")) for fact in FACTS]
    rows += [",".join((*fact, side)) for fact, side in zip(LATER, ("valid", "test"), strict=True)]
    (tmp_path / "f.csv").write_text("head,relation,tail,side\n" + "\n".join(rows) + "\n")
    config = TripleStudy(
        spec,
        data=TripleFile(path=str(tmp_path / "f.csv"), split="side"),
        model=Links(reciprocal=reciprocal),
    )
    learning = TripleSplit(config).learning(config.embedding, "embedding")
    parameters = learning.learner.init(jax.random.key(0), learning.buffers)
    stored = Stored(config, learning.vocabulary, (), learning.kept())
    return TripleAnswering(stored), parameters, learning


def by_hand(parameters: Any, learning: Any, entity: str, relation: str, heads: bool) -> list[str]:
    """Other entities by their scores, without those that training knows."""
    spec = learning.learner.spec
    words = sorted({*learning.vocabulary.words[2:], f"e:{entity}"})
    ids, buffers = numbered(spec, learning.vocabulary, words)
    table = np.asarray(embedlab.embed(spec, learning.learner.variables(parameters, buffers), ids))
    numbers = dict(zip(words, table[:, :3] + 1j * table[:, 3:], strict=True))
    inverse = f"r:{relation}⁻¹" in numbers
    found = {}
    for other in "abcde":
        e, o = numbers[f"e:{entity}"], numbers[f"e:{other}"]
        if heads and inverse:
            score = (e * numbers[f"r:{relation}⁻¹"] * o.conj()).sum().real
        else:
            h, t = (o, e) if heads else (e, o)
            score = (h * numbers[f"r:{relation}"] * t.conj()).sum().real
        fact = (other, relation, entity) if heads else (entity, relation, other)
        if fact not in FACTS and other != entity:
            found[other] = score
    return sorted(found, key=lambda name: -found[name])


@pytest.mark.parametrize(
    ("line", "entity", "relation", "heads"),
    [("a\tr", "a", "r", False), ("\ts\tb", "b", "s", True), (" d \t s ", "d", "s", False)],
)
def test_the_best_answers_are_those_of_all_scores(
    made: Any, line: str, entity: str, relation: str, heads: bool
) -> None:
    answering, parameters, learning = made
    ((*fields,),) = answering.answers(parameters, [line])
    wanted = by_hand(parameters, learning, entity, relation, heads)
    assert fields[::2] == wanted[:5]
    scores = [float(text) for text in fields[1::2]]
    assert scores == sorted(scores, reverse=True)


def test_an_entity_that_training_lacks_has_an_answer_where_any_word_has_a_vector(made: Any) -> None:
    answering, parameters, learning = made
    found = list(answering.answers(parameters, ["new\tr", "\tr\tnowhere", "e\ts"]))
    assert len(found[2]) == 8
    if learning.learner.spec is DENSE:
        assert found[:2] == [("unknown entity 'new'",), ("unknown entity 'nowhere'",)]
    else:
        assert list(found[0][::2]) == by_hand(parameters, learning, "new", "r", False)
        assert list(found[1][::2]) == by_hand(parameters, learning, "nowhere", "r", True)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("a", "line 2: 'a' is no query; give head and relation"),
        ("a\tr\tb", "is no query"),
        ("\tr", "is no query"),
        ("a\tq", r"line 2: there is no relation 'q'; there is '[rs]', '[rs]'$"),
    ],
)
def test_lines_that_are_no_queries(made: Any, line: str, fault: str) -> None:
    answering, parameters, _ = made
    with pytest.raises(ValueError, match=fault):
        list(answering.answers(parameters, ["a\tr", line]))
