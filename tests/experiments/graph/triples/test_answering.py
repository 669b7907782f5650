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

FACTS = [("a", "r", "b"), ("a", "r", "c"), ("b", "r", "d"), ("d", "s", "a"), ("c", "s", "b"), ("e", "r", "a")]
LATER = [("a", "r", "d"), ("b", "s", "new")]


@pytest.fixture(params=[True, False], ids=["reciprocal", "one-way"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[TripleAnswering, dict[str, Any], Any]:
    """A model with vectors drawn at random, as a finished run stores it."""
    rows = [",".join((*fact, "train")) for fact in FACTS]
    rows += [",".join((*fact, side)) for fact, side in zip(LATER, ("valid", "test"), strict=True)]
    (tmp_path / "f.csv").write_text("head,relation,tail,side\n" + "\n".join(rows) + "\n")
    config = TripleStudy(
        embedlab.Dense(40, 6),
        data=TripleFile(path=str(tmp_path / "f.csv"), split="side"),
        model=Links(reciprocal=request.param),
    )
    learning = TripleSplit(config).learning(config.embedding, "embedding")
    parameters = learning.learner.init(jax.random.key(0), {})
    stored = Stored(config, learning.vocabulary, (), learning.kept())
    return TripleAnswering(stored), parameters, learning


def by_hand(parameters: Any, learning: Any, entity: str, relation: str, heads: bool) -> list[str]:
    """Other entities by their scores, without those that training knows."""
    table = np.asarray(parameters["tables"]["table"])
    words = learning.vocabulary.words
    numbers = {word: table[..., :3][place] + 1j * table[..., 3:][place] for place, word in enumerate(words)}
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


def test_an_entity_that_training_lacks_has_no_answer(made: Any) -> None:
    answering, parameters, _ = made
    found = list(answering.answers(parameters, ["new\tr", "\tr\tnowhere", "e\ts"]))
    assert found[:2] == [("unknown entity 'new'",), ("unknown entity 'nowhere'",)] and len(found[2]) == 8


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
