"""Edges are tidied, neighbours are those of the edges, and features are bags."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.graph.nodes.bags import Bags
from experiments.graph.nodes.graph import Graph, adjacency, tidied


def test_edges_are_without_direction_and_each_once() -> None:
    given = np.array([[3, 1], [1, 3], [0, 2], [0, 2], [2, 2], [1, 0]])
    found = tidied(given)
    assert found.pairs.tolist() == [[0, 1], [0, 2], [1, 3]]
    assert (found.given, found.loops, found.reversed, found.repeated) == (6, 1, 1, 1)
    assert "1 of a node with itself and 1 repeated" in found.told()


def test_neighbours_are_those_of_the_edges() -> None:
    draw = np.random.default_rng(0)
    edges = tidied(draw.integers(0, 40, (200, 2))).pairs
    made = adjacency(edges, 41)
    for node in range(41):
        near = {b for a, b in edges.tolist() if a == node} | {a for a, b in edges.tolist() if b == node}
        found = made.neighbours[made.starts[node] : made.starts[node + 1]].tolist()
        assert found == sorted(near)
    assert made.degrees[40] == 0


def test_nodes_with_the_same_words_and_neighbours_are_alike() -> None:
    words = [[0, 1], [1, 0], [], [], [0], [0, 0], [0, 1]]
    bags = Bags.of([np.array(bag, int) for bag in words], ("a", "b"))
    edges = tidied(np.array([[node, 4] for node in (0, 1, 2, 3, 5)]))
    graph = Graph("star", tuple("abcdefg"), edges, np.zeros(7, np.int32), ("x",), bags)
    alike = graph.alike()
    assert alike[0] == alike[1]
    assert len(set(alike.tolist())) == 6


def test_a_graph_without_edges_is_refused() -> None:
    with pytest.raises(ValueError, match="edges=0"):
        Graph.plain("none", ("a", "b"), tidied(np.zeros((0, 2), int)))
