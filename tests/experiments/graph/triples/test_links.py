"""What goes with what: scores, objectives, embeddings and trainings; published data by their flags."""

from __future__ import annotations

import pytest

import embedlab
from experiments.config import Train
from experiments.graph.triples.config import TripleStudy
from experiments.graph.triples.links import Links
from experiments.graph.triples.objectives import All, Negatives
from experiments.graph.triples.published import wn18rr
from experiments.graph.triples.scores import ComplEx, RotatE, TransE
from experiments.settings import codec


def test_a_distance_that_no_product_gives_is_not_scored_against_all() -> None:
    for score in (RotatE(), TransE(1)):
        with pytest.raises(ValueError, match="take objective negatives"):
            Links(score=score, objective=All())
        Links(score=score, objective=Negatives())
    Links(score=TransE(2), objective=All())


@pytest.mark.parametrize(
    ("links", "spec", "train", "fault"),
    [
        (Links(), embedlab.Dense(9, 5), Train(), "dim=5: give an even width"),
        (Links(objective=All()), embedlab.Dense(9, 4), Train(update="sparse"), "train.update='sparse'"),
        (Links(), embedlab.Dense(9, 4), Train(dropout=embedlab.Dropout(words=0.1)), "no words to drop"),
    ],
)
def test_what_does_not_go_together(links: Links, spec: embedlab.Embedding, train: Train, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        links.require_trainable(spec, train)


def test_fields_of_another_type() -> None:
    with pytest.raises(ValueError, match="score='complex': give an instance of Score"):
        Links(score="complex")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="reciprocal=1: give True or False"):
        Links(reciprocal=1)  # type: ignore[arg-type]


def test_settings_survive_json() -> None:
    links = Links(TransE(2), Negatives(7, loss="margin"), reciprocal=False)
    config = TripleStudy(embedlab.Dense(9, 4), data=wn18rr(), model=links)
    assert codec.decode(codec.encode(config), TripleStudy) == config
    assert Links().score == ComplEx()
