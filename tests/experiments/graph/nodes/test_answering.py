"""A stored model answers for its own nodes as the trained one did, and knows no more of the graph."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import numpy as np
import pytest

import embedlab
from experiments.graph.config import GraphStudy
from experiments.graph.nodes.links import held_out
from experiments.graph.nodes.models import Gcn, NodeModel, Walks
from experiments.graph.nodes.sides import node_sides
from experiments.graph.nodes.sources import Nodes
from experiments.graph.nodes.split import ClassSplit, LinkSplit, NodeSplit
from experiments.study.application import Stored
from tests.experiments.graph.nodes.made import communities

GRAPH = communities(90)
KINDS = {
    "dense": embedlab.Dense(400, 8),
    "hashed": embedlab.Hashed(None, 8, buckets=50),
    "subword": embedlab.Subword(400, 8, buckets=100),
}


def trained(model: NodeModel, kind: str, goal: Any = "classes") -> tuple[NodeSplit, Any, Any, Stored]:
    """A split, what is learnt on it, parameters that are as good as trained, and what would be stored."""
    data = Nodes(path="none.csv", nodes="none.csv", goal=goal)
    config = GraphStudy(KINDS[kind], data=data, model=model)
    split: NodeSplit
    if goal == "classes":
        split = ClassSplit(config, GRAPH, node_sides(GRAPH, seed=0), None)
    else:
        split = LinkSplit(config, GRAPH, held_out(GRAPH, 0.1, seed=0))
    learning = split.learning(config.embedding, "embedding")
    parameters = learning.learner.init(jax.random.key(3), learning.buffers)
    stored = Stored(config, learning.vocabulary, split.names, learning.kept())
    return split, learning, parameters, stored


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (Gcn(), "dense"),
        (Gcn(reads="both"), "hashed"),
        (Gcn(), "subword"),
        (Walks(), "dense"),
        (Walks(), "hashed"),
    ],
)
def test_classes_of_its_own_nodes(model: NodeModel, kind: str) -> None:
    split, learning, parameters, stored = trained(model, kind)
    assert isinstance(split, ClassSplit)
    answering = stored.config.data.answering(stored)
    predicted = learning.tested(parameters)
    found = list(answering.answers(parameters, [GRAPH.nodes[node] for node in split.sides.test]))
    assert [label for label, _ in found] == [split.names[place] for place in predicted.argmax(1)]
    chances = [float(chance) for _, chance in found]
    np.testing.assert_allclose(chances, predicted.max(1), atol=1e-4)


def test_classes_of_nodes_that_are_not_there() -> None:
    _, _, parameters, stored = trained(Gcn(), "dense")
    answering = stored.config.data.answering(stored)
    words = " ".join(GRAPH.features.of_node(0))
    new, empty, known = answering.answers(parameters, [f"new\t{words}", "\t", "n0"])
    assert new[1] != empty[1] and new[1] != known[1]
    _, _, parameters, stored = trained(Gcn(reads="nodes"), "dense")
    with pytest.raises(ValueError, match="line 2: it has a tab, and this model reads no features"):
        stored.config.data.answering(stored).answers(parameters, ["n1", "new\tw1"])


def test_neighbours_are_new_ones() -> None:
    split, learning, parameters, stored = trained(Walks(), "dense", "links")
    assert isinstance(split, LinkSplit)
    (line,) = stored.config.data.answering(stored).answers(parameters, ["n7"])
    told = {GRAPH.nodes.index(cell.split()[0]) for cell in line}
    edges = split.held.edges.tolist()
    near = {b for a, b in edges if a == 7} | {a for a, b in edges if b == 7}
    assert len(told) == 5 and not (told & near) and 7 not in told
    scores = [float(cell.split()[1]) for cell in line]
    assert scores == sorted(scores, reverse=True)
    assert learning.tested(parameters).shape == (len(split.targets), 1)


def test_a_node_that_is_not_there_is_refused() -> None:
    for model, goal in ((Gcn(), "classes"), (Walks(), "links")):
        _, _, parameters, stored = trained(model, "dense", goal)
        with pytest.raises(ValueError, match="line 2: 'n_2' is no node of the graph; its nodes are 'n2'"):
            list(stored.config.data.answering(stored).answers(parameters, ["n1", "n_2"]))


def test_what_is_stored_holds_no_class_of_a_test_node() -> None:
    split, _, _, stored = trained(Gcn(), "dense")
    assert isinstance(split, ClassSplit)
    assert (stored.kept["labels"][split.sides.test] == -1).all()
    assert (stored.kept["labels"][split.sides.train] >= 0).all()


def test_classes_of_test_nodes_change_nothing_that_is_learnt() -> None:
    sides = node_sides(GRAPH, seed=0)
    labels = GRAPH.labels.copy()
    labels[sides.test] = (labels[sides.test] + 1) % 3
    other = dataclasses.replace(GRAPH, labels=labels)
    config = GraphStudy(KINDS["dense"], data=Nodes(path="none.csv", nodes="none.csv"), model=Gcn())
    first, second = (
        ClassSplit(config, graph, sides, None).learning(config.embedding, "embedding").train.arrays
        for graph in (GRAPH, other)
    )
    assert jax.tree.all(jax.tree.map(np.array_equal, first, second))
    fits = [
        {name: fit().test for name, fit in ClassSplit(config, graph, sides, None).baselines().items()}
        for graph in (GRAPH, other)
    ]
    assert jax.tree.all(jax.tree.map(np.array_equal, *fits))
