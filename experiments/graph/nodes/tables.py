"""A graph in the user's own files: a table of edges, and one of nodes."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from experiments.data.files import SIDE_OF
from experiments.data.tables import Table, read
from experiments.graph.nodes.bags import Bags
from experiments.graph.nodes.graph import UNLABELLED, Graph, tidied


@dataclasses.dataclass(frozen=True)
class NodeColumns:
    """The columns of a file of nodes.

    Attributes:
        node: of names.
        label: of classes; None to read none.
        features: of words, parted by spaces; None to read none.
        split: of sides; None to read none.

    Example:
        >>> NodeColumns("id", "team").flags
        {'data.node': 'id', 'data.label': 'team'}
    """

    node: str
    label: str | None = None
    features: str | None = None
    split: str | None = None

    @property
    def flags(self) -> dict[str, str]:
        """The columns that are read, by the flags that name them."""
        found = {f"data.{field}": value for field, value in dataclasses.asdict(self).items()}
        return {flag: value for flag, value in found.items() if value}


def read_graph(
    edges: Table, source: str, target: str, path: str, header: Sequence[str], columns: NodeColumns
) -> Graph:
    """A graph of a table of edges and of a file of nodes.

    Args:
        edges: the table.
        source: its column of one node.
        target: its column of the other.
        path: of the file of nodes; empty for none.
        header: names of its columns, where its first line is no header.
        columns: of the file of nodes.

    Raises:
        ValueError: a value is missing or malformed, a node is there twice, or no edge is of the nodes given.
    """
    ends = edges.ids(source), edges.ids(target)
    nodes = read(path, columns.flags, flag="data.nodes", header=header) if path else None
    names = _names(nodes, columns.node) if nodes is not None else {}
    own = len(names)
    numbers = [[names.setdefault(name, len(names)) for name in end] for end in ends]
    pairs = np.array(numbers, np.int64).T
    notes = []
    if nodes is not None and len(names) > own:
        if (pairs >= own).any(axis=1).all():
            name = next(name for name, number in names.items() if number >= own)
            raise ValueError(
                f"{edges.path}: not one edge is of two nodes that {path} names; {name!r} is none, say; check "
                "--data.source, --data.target and --data.node"
            )
        notes.append(
            f"{len(names) - own:,} nodes are in {edges.path.name} alone, without class and features."
        )
    labels, classes = _labels(nodes, columns.label, len(names))
    return Graph(
        name=edges.path.stem,
        nodes=tuple(names),
        given=tidied(pairs),
        labels=labels,
        classes=classes,
        features=_features(nodes, columns.features, len(names)),
        sides=_sides(nodes, columns, labels),
        notes=tuple(notes),
    )


def _names(nodes: Table, column: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for row, name in enumerate(nodes.ids(column)):
        if found.setdefault(name, row) != row:
            first = nodes.where(found[name])
            nodes.refuse(row, column, f"the node {name!r} is there already, in {first}; give each one row")
    return found


def _labels(nodes: Table | None, column: str | None, count: int) -> tuple[np.ndarray, tuple[str, ...]]:
    found = np.full(count, UNLABELLED, np.int32)
    if nodes is None or column is None:
        return found, ()
    values = nodes.column(column)
    classes = tuple(sorted(set(values) - {""}))
    if not classes:
        nodes.refuse(0, column, "no node has a class; name another column, or label some nodes")
    number = {name: place for place, name in enumerate(classes)} | {"": UNLABELLED}
    found[: len(values)] = [number[value] for value in values]
    return found, classes


def _features(nodes: Table | None, column: str | None, count: int) -> Bags:
    if nodes is None or column is None:
        return Bags.none(count)
    number: dict[str, int] = {}
    bags = [
        np.array([number.setdefault(word, len(number)) for word in value.split()], np.int32)
        for value in nodes.column(column)
    ]
    bags += [np.zeros(0, np.int32)] * (count - len(bags))
    return Bags.of(bags, tuple(number))


def _sides(nodes: Table | None, columns: NodeColumns, labels: np.ndarray) -> dict[str, np.ndarray]:
    if nodes is None or columns.split is None:
        return {}
    found: dict[str, list[int]] = {side: [] for side in ("train", "valid", "test")}
    for row, value in enumerate(nodes.column(columns.split)):
        if not value:
            continue
        side = SIDE_OF.get(value.lower())
        if side is None:
            nodes.refuse(
                row, columns.split, f"{value!r:.40} is no side; write train, valid or test, or nothing"
            )
        if labels[row] == UNLABELLED:
            nodes.refuse(
                row, columns.split, f"the node is to {value}, and has no class; give it one, or no side"
            )
        found[side].append(row)
    return {side: np.array(rows, np.int32) for side, rows in found.items()}
