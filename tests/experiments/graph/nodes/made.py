"""Graphs drawn for the tests: communities, in memory and in a user's own files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from experiments.graph.nodes.bags import Bags
from experiments.graph.nodes.graph import Graph, tidied

CLASSES = ("blue", "green", "red")


def communities(nodes: int = 150, *, seed: int = 0, words: int = 30) -> Graph:
    """Three communities: most edges are within one, and each has words of its own beside common ones."""
    draw = np.random.default_rng(seed)
    labels = np.arange(nodes, dtype=np.int32) % 3
    pairs = draw.integers(0, nodes, (30 * nodes, 2))
    within = labels[pairs[:, 0]] == labels[pairs[:, 1]]
    kept = pairs[within | (draw.random(len(pairs)) < 0.05)][: 4 * nodes]
    own = words // 6
    bags = [
        np.concatenate([draw.integers(0, own, 2) + own * label, draw.integers(3 * own, words, 4)])
        for label in labels
    ]
    names = tuple(f"n{place}" for place in range(nodes))
    features = Bags.of(bags, tuple(f"w{place}" for place in range(words)))
    return Graph("communities", names, tidied(kept), labels, CLASSES, features)


def files(folder: Path, graph: Graph, mark: str = ",") -> tuple[Path, Path]:
    """The graph as a user has it: a file of edges, and one of nodes, with columns of other names."""
    edges, nodes = folder / "friends.csv", folder / "people.csv"
    rows = [(graph.nodes[a], graph.nodes[b]) for a, b in graph.edges.tolist()]
    edges.write_text("".join(f"{a}{mark}{b}\n" for a, b in [("one", "other"), *rows]), "utf-8")
    lines = [("person", "team", "says")] + [
        (name, graph.classes[graph.labels[place]], " ".join(graph.features.of_node(place)))
        for place, name in enumerate(graph.nodes)
    ]
    nodes.write_text("".join(mark.join(line) + "\n" for line in lines), "utf-8")
    return edges, nodes


#: The flags that name the columns of `files`.
EDGE_FLAGS = {"--data.source": "one", "--data.target": "other"}
NODE_FLAGS = {"--data.node": "person", "--data.label": "team", "--data.features": "says"}
