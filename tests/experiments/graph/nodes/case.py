"""Who knows whom, and who belongs where: the nodes are people with odd names."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.applications.case import Case, Spoilt, Tables, all_of, with_value
from tests.experiments.graph.nodes.made import communities

TEAMS = ('les "bleus"', "grün, hell", "röd")


def called(place: int) -> str:
    return f'N° {place}, "Ö"'


def draw(folder: Path, rng: np.random.Generator) -> Tables:
    graph = communities(60, seed=int(rng.integers(1000)))
    edges = [{"von": called(a), "nach": called(b)} for a, b in graph.edges.tolist()]
    people = [
        {
            "wer": called(place),
            "zu wem?": TEAMS[graph.labels[place]],
            "sagt": " ".join(f"ß{word}" for word in graph.features.of_node(place)),
        }
        for place in range(60)
    ]
    return {"edges": edges, "people": people}


def check(answers: list[list[str]]) -> None:
    for team, chance, *_ in answers:
        assert team in TEAMS and 1 / 3 <= float(chance) <= 1


CASE = Case(
    "graph",
    draw,
    {
        **{"data.source": "von", "data.target": "nach", "data.node": "wer", "data.label": "zu wem?"},
        **{"data.features": "sagt", "embedding.vocabulary": "60", "embedding.dim": "8"},
        **{"rivals.hashed.buckets": "60", "rivals.hashed.dim": "8"},
    },
    "data.source",
    (called(7), called(0), "newcomer\tßw0 ßw1", "stranger\tnothing that is known"),
    check,
    ("N° 7", "'N° 7' is no node of the graph"),
    Spoilt(r"{main}, line 4, column 'nach' .*the value is missing", with_value("edges", 2, "nach", "")),
    ("features-logistic", "label-propagation", "majority"),
    noted="1 of 4 lines names what the model has not learnt: nothing, that, is, known.\n",
    one_class=Spoilt("every row is of class 'röd'", all_of("people", "zu wem?", "röd")),
    unseen=Spoilt(
        "not one edge is of two nodes",
        lambda tables: {
            **tables,
            "people": [{**row, "wer": f"new {row['wer']}"} for row in tables["people"]],
        },
    ),
    paths=("data.path", "data.nodes"),
)
