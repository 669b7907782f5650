"""Edges that are held out are nowhere else, and nobody is left alone."""

from __future__ import annotations

import dataclasses

import jax
import numpy as np
import pytest

import embedlab
from experiments.graph.config import GraphStudy
from experiments.graph.nodes.graph import Graph, tidied
from experiments.graph.nodes.links import held_out
from experiments.graph.nodes.models import Gcn, Walks
from experiments.graph.nodes.sources import Nodes
from experiments.graph.nodes.split import LinkSplit
from tests.experiments.graph.nodes.made import communities


def keys(pairs: np.ndarray) -> set[tuple[int, int]]:
    return {(int(min(pair)), int(max(pair))) for pair in pairs}


@pytest.mark.parametrize("seed", [0, 1])
def test_edges_are_on_one_side_alone(seed: int) -> None:
    graph = communities()
    found = held_out(graph, 0.1, seed=seed)
    real = [keys(side.nodes[side.linked == 1]) for side in (found.valid, found.test)]
    parts = [keys(found.edges), *real]
    assert sum(map(len, parts)) == len(graph.edges)
    assert set.union(*parts) == keys(graph.edges)
    others = [keys(side.nodes[side.linked == 0]) for side in (found.valid, found.test)]
    assert not (set.union(*others) & keys(graph.edges))
    assert not (others[0] & others[1])
    assert [len(side) for side in others] == [len(side) for side in real]
    assert len(np.unique(found.edges)) == len(np.unique(graph.edges))


def test_what_a_model_sees_has_no_edge_that_is_held_out() -> None:
    graph = communities()
    held = held_out(graph, 0.2, seed=0)
    hidden = keys(held.valid.nodes) | keys(held.test.nodes)
    config = GraphStudy(embedlab.Dense(1000, 8), data=Nodes(path="none.csv", goal="links"))
    walked = LinkSplit(dataclasses.replace(config, model=Walks(walks=5)), graph, held).learning(
        config.embedding, "embedding"
    )
    of = {int(number): node for node, number in enumerate(walked.train.nodes)}
    words = walked.train.examples(0).arrays["words"]
    steps = np.vectorize(of.get)(np.stack([words[:, :-1], words[:, 1:]], 2).reshape(-1, 2))
    assert not (keys(np.unique(steps, axis=0)) & hidden)
    network = LinkSplit(dataclasses.replace(config, model=Gcn()), graph, held).learning(
        config.embedding, "embedding"
    )
    arrays = jax.tree.map(lambda x: x[0], network.train.arrays)
    matrix = arrays["graph"]["matrix"]
    entries = keys(np.stack([matrix["rows"], matrix["columns"]], 1))
    assert not (entries & hidden)
    assert not (keys(arrays["edges"]) & hidden)
    assert len(entries) == len(held.edges) + len(graph.nodes)


def test_too_many_to_hold_out_are_refused() -> None:
    star = Graph.plain("star", tuple("abcde"), tidied(np.array([[0, 1], [0, 2], [0, 3], [0, 4]])))
    with pytest.raises(ValueError, match="only 0 can be"):
        held_out(star, 0.3, seed=0)
    whole = np.array([(a, b) for a in range(6) for b in range(a)])
    clique = Graph.plain("clique", tuple("abcdef"), tidied(whole))
    with pytest.raises(ValueError, match="too few pairs"):
        held_out(clique, 0.1, seed=0)
