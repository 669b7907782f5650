"""A graph of named nodes: edges, classes, words of features, and which node is on which side."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Int32, Int64, Integer

from embedlab.checks import require
from experiments.graph.nodes.bags import Bags

UNLABELLED = -1


class Adjacency(NamedTuple):
    """The neighbours of each node, one node after the other.

    Attributes:
        starts: int64 [nodes + 1], where those of each node begin.
        neighbours: int32 [2 · edges], in ascending order within a node.

    Example:
        >>> adjacency(np.array([[0, 1], [1, 2]]), 3).neighbours
        array([1, 0, 2, 1], dtype=int32)
    """

    starts: Int64[np.ndarray, " nodes_and_1"]
    neighbours: Int32[np.ndarray, " both_ways"]

    @property
    def degrees(self) -> Int64[np.ndarray, " nodes"]:
        """int64 [nodes], how many neighbours each has."""
        return np.diff(self.starts)


def adjacency(edges: Integer[np.ndarray, "edges 2"], nodes: int) -> Adjacency:
    """The neighbours of each node.

    Args:
        edges: whole numbers [edges, 2], each pair once.
        nodes: how many nodes there are.
    """
    both = np.concatenate([edges, edges[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    starts = np.concatenate([[0], np.cumsum(np.bincount(both[:, 0], minlength=nodes))])
    return Adjacency(starts.astype(np.int64), both[:, 1].astype(np.int32))


class Edges(NamedTuple):
    """Edges without directions, and what was dropped of those given.

    Attributes:
        pairs: int32 [m, 2], each pair once, the smaller number first.
        given: how many there were.
        loops: how many of these were of a node with itself.
        reversed: how many were given before the other way round.
        repeated: how many were given before the same way.

    Example:
        >>> tidied(np.array([[0, 1], [1, 0], [2, 2], [0, 1]]))[1:]
        (4, 1, 1, 1)
    """

    pairs: Int32[np.ndarray, "edges 2"]
    given: int
    loops: int = 0
    reversed: int = 0
    repeated: int = 0

    def told(self) -> str:
        """What was dropped, in a sentence."""
        parts = {"of a node with itself": self.loops, "repeated": self.repeated}
        dropped = [f"{count:,} {what}" for what, count in parts.items() if count]
        both = f", {self.reversed:,} of them given in both directions" if self.reversed else ""
        return f"{len(self.pairs):,} edges{both}; dropped: {' and '.join(dropped) or 'none'}."


def tidied(pairs: Integer[np.ndarray, "pairs 2"]) -> Edges:
    """Pairs of nodes as edges without directions, each once.

    Args:
        pairs: whole numbers [pairs, 2].
    """
    apart = pairs[pairs[:, 0] != pairs[:, 1]]
    directed = np.unique(apart, axis=0)
    found = np.unique(np.sort(directed, axis=1), axis=0).astype(np.int32)
    loops, both = len(pairs) - len(apart), len(directed) - len(found)
    return Edges(found.reshape(-1, 2), len(pairs), loops, both, len(apart) - len(directed))


@dataclasses.dataclass(frozen=True, eq=False)
class Graph:
    """A graph of n nodes, whose edges have no direction.

    Attributes:
        name: what it is called in a table.
        nodes: names of the nodes.
        given: the edges.
        labels: int32 [n], the class of each node; `UNLABELLED` where it has none.
        classes: names of the classes.
        features: words of each node.
        sides: the nodes of train, valid and test, where they came with the graph.
        notes: what was passed over as it was read, in sentences.

    Raises:
        ValueError: there is no edge.

    Example:
        >>> line = Graph.plain("line", ("a", "b"), tidied(np.array([[0, 1]])))
        >>> line.adjacency.degrees, line.isolated
        (array([1, 1]), 0)
    """

    name: str
    nodes: tuple[str, ...]
    given: Edges
    labels: Int32[np.ndarray, " nodes"]
    classes: tuple[str, ...]
    features: Bags
    sides: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require(len(self.edges) > 0, "edges", len(self.edges), f"{self.name} has none; give a graph that has")

    @classmethod
    def plain(cls, name: str, nodes: tuple[str, ...], given: Edges) -> Graph:
        """A graph without classes and features."""
        return cls(name, nodes, given, np.full(len(nodes), UNLABELLED, np.int32), (), Bags.none(len(nodes)))

    @property
    def edges(self) -> Int32[np.ndarray, "edges 2"]:
        """int32 [edges, 2], each pair once, the smaller number first."""
        return self.given.pairs

    @property
    def adjacency(self) -> Adjacency:
        """The neighbours of each node."""
        return adjacency(self.edges, len(self.nodes))

    def alike(self) -> Int64[np.ndarray, " nodes"]:
        """int64 [nodes]: nodes of one number have the same words and the same neighbours, both not none."""
        numbers: dict[tuple[bytes, bytes], int] = {}
        found = np.empty(len(self.nodes), np.int64)
        bags = np.split(self.features.numbers, self.features.begins[1:-1])
        near = np.split(self.adjacency.neighbours, self.adjacency.starts[1:-1])
        for node, (bag, others) in enumerate(zip(bags, near, strict=True)):
            key = (np.sort(bag).tobytes(), others.tobytes())
            found[node] = numbers.setdefault(key if all(key) else (b"", str(node).encode()), len(numbers))
        return found

    @property
    def isolated(self) -> int:
        """How many nodes have no neighbour."""
        return len(self.nodes) - len(np.unique(self.edges))
