"""What a model may see of a graph: no class of a test node, and no edge that is held out."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Int32

from experiments.data.base import Splits
from experiments.graph.nodes.bags import Bags
from experiments.graph.nodes.graph import UNLABELLED, Adjacency, Graph, adjacency

_NONE = np.zeros(0, np.int32)


@dataclasses.dataclass(frozen=True, eq=False)
class Seen:
    """What a model may see of a graph of n nodes, and what a stored one keeps of it.

    Attributes:
        nodes: names of the nodes.
        edges: int32 [m, 2], those that may be seen.
        features: words of each node.
        labels: int32 [n], the classes of nodes to learn from and to validate on; else `UNLABELLED`.
        train: int32, nodes to learn from; none where no class is learnt.
        valid: int32, nodes to validate on.

    Example:
        >>> from experiments.graph.nodes.graph import tidied
        >>> line = Graph.plain("line", ("a", "b", "c"), tidied(np.array([[0, 1], [1, 2]])))
        >>> seen = Seen.of_links(line, line.edges[:1])
        >>> seen.adjacency.degrees, Seen.of(seen.kept()).nodes
        (array([1, 1, 0]), ('a', 'b', 'c'))
    """

    nodes: tuple[str, ...]
    edges: Int32[np.ndarray, "edges 2"]
    features: Bags
    labels: Int32[np.ndarray, " nodes"]
    train: Int32[np.ndarray, " n_train"]
    valid: Int32[np.ndarray, " n_valid"]

    @classmethod
    def of_classes(cls, graph: Graph, sides: Splits) -> Seen:
        """All edges and features, and the classes of two sides.

        Args:
            graph: the whole graph.
            sides: the nodes of each side.
        """
        train, valid = (np.asarray(rows, np.int32) for rows in (sides.train, sides.valid))
        labels = np.full(len(graph.nodes), UNLABELLED, np.int32)
        for rows in (train, valid):
            labels[rows] = graph.labels[rows]
        return cls(graph.nodes, graph.edges, graph.features, labels, train, valid)

    @classmethod
    def of_links(cls, graph: Graph, edges: Int32[np.ndarray, "edges 2"]) -> Seen:
        """Some edges and all features; no classes.

        Args:
            graph: the whole graph.
            edges: int32 [edges, 2], those that may be seen.
        """
        labels = np.full(len(graph.nodes), UNLABELLED, np.int32)
        return cls(graph.nodes, edges, graph.features, labels, _NONE, _NONE)

    @property
    def adjacency(self) -> Adjacency:
        """The neighbours of each node."""
        return adjacency(self.edges, len(self.nodes))

    def kept(self) -> dict[str, Any]:
        """As arrays, and values that JSON can hold."""
        arrays = {name: getattr(self, name) for name in ("edges", "labels", "train", "valid")}
        features = self.features
        return {
            **arrays,
            "numbers": features.numbers,
            "begins": features.begins,
            "nodes": list(self.nodes),
            "words": list(features.words),
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Seen:
        """What `kept` gave.

        Args:
            kept: by name.
        """
        features = Bags(tuple(kept["words"]), kept["numbers"], kept["begins"])
        arrays = (kept[name] for name in ("labels", "train", "valid"))
        return cls(tuple(kept["nodes"]), kept["edges"], features, *arrays)
