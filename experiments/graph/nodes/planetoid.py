"""The citation graphs of Planetoid, with their public split: pickles that are read without being run.

Source: Yang et al. 2016, "Revisiting semi-supervised learning with graph embeddings", whose files these are;
the split, and what becomes of nodes that the files leave out, are as in Kipf & Welling 2017.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.data.files import existing_file
from experiments.data.pickles import read_pickle
from experiments.graph.nodes.bags import Bags
from experiments.graph.nodes.graph import UNLABELLED, Graph, tidied
from experiments.paths import expanded

#: The parts of a graph's files, each `ind.NAME.PART`.
PARTS = ("x", "y", "allx", "ally", "tx", "ty", "graph", "test.index")
_VALID = 500


def planetoid(folder: str, name: str) -> Graph:
    """One of the citation graphs: 20 nodes a class to learn from, 500 to validate and 1,000 to test on.

    Nodes are called by their numbers. Citeseer's files leave 15 nodes out, which have neither features nor
    class; they stay in the graph, and are on no side.

    Args:
        folder: that holds `ind.NAME.x` and the others.
        name: cora, citeseer or pubmed.

    Raises:
        ValueError: a file is missing or damaged, or does not fit the others.
    """
    place = expanded(folder)
    files = {part: existing_file("path", str(place / f"ind.{name}.{part}")) for part in PARTS}
    index = files.pop("test.index")
    parts = {part: read_pickle(path) for part, path in files.items()}
    try:
        tests = np.array([int(line) for line in index.read_text("ascii").split()], np.int64)
        return _made(name, parts, tests)
    except (ValueError, TypeError, AttributeError, IndexError, KeyError) as error:
        raise ValueError(
            f"{place}: the files of {name!r} do not fit each other ({error}); fetch them again"
        ) from None


def _made(name: str, parts: dict[str, Any], tests: np.ndarray) -> Graph:
    nodes, known = len(parts["graph"]), parts["allx"].shape[0]
    if len(np.unique(tests)) < len(tests) or tests.min() < known or tests.max() >= nodes:
        raise ValueError("test.index names a node twice, or one that is not there")
    pairs = np.array([(a, b) for a, near in parts["graph"].items() for b in near], np.int64)
    if pairs.min() < 0 or pairs.max() >= nodes:
        raise ValueError("the graph has a neighbour that is not there")
    labels = np.full(nodes, UNLABELLED, np.int32)
    bags: list[np.ndarray] = [np.zeros(0, np.int32)] * nodes
    for rows, words, classes in (
        (np.arange(known), parts["allx"], parts["ally"]),
        (tests, parts["tx"], parts["ty"]),
    ):
        labels[rows] = np.where(classes.sum(1) == 1, classes.argmax(1), UNLABELLED)
        for row, one in zip(rows.tolist(), np.split(words.indices, words.indptr[1:-1]), strict=True):
            bags[row] = np.sort(one).astype(np.int32)
    train = len(parts["x"].indptr) - 1
    sides = {"train": np.arange(train), "valid": np.arange(train, train + _VALID), "test": np.sort(tests)}
    return Graph(
        name=name,
        nodes=tuple(map(str, range(nodes))),
        labels=labels,
        classes=tuple(map(str, range(parts["ally"].shape[1]))),
        given=tidied(pairs),
        features=Bags.of(bags, tuple(map(str, range(parts["allx"].shape[1])))),
        sides={side: rows.astype(np.int32) for side, rows in sides.items()},
    )
