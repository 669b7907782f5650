"""Which nodes are learnt from, validated and tested on."""

from __future__ import annotations

import numpy as np

from experiments.data.base import Splits, points
from experiments.graph.nodes.graph import UNLABELLED, Graph
from experiments.tasks import CLASSES

_SHARE = 0.1


def node_sides(graph: Graph, *, seed: int, fold: int | None = None, folds: int = 0) -> Splits:
    """The nodes of each side: those that came with the graph, or a tenth to test and a tenth to validate on.

    Classes have equal shares, and nodes with the same words and the same neighbours stay on one side.

    Args:
        graph: the nodes.
        seed: of the split.
        fold: number of the fold that is tested on; None for one split.
        folds: how many there are.

    Raises:
        ValueError: folds of a graph that came with a split, or a side that nothing can be learnt or measured
            on.

    Example:
        >>> from experiments.graph.nodes.bags import Bags
        >>> from experiments.graph.nodes.graph import tidied
        >>> labels = np.arange(40, dtype=np.int32) % 2
        >>> ring = tidied(np.stack([np.arange(40), (np.arange(40) + 1) % 40], 1))
        >>> names = tuple(map(str, range(40)))
        >>> graph = Graph("ring", names, ring, labels, ("even", "odd"), Bags.none(40))
        >>> sides = node_sides(graph, seed=0)
        >>> len(sides.train), len(sides.valid), len(sides.test)
        (32, 4, 4)
    """
    if fold is not None and graph.sides:
        raise ValueError(
            f"folds={folds}: {graph.name!r} came with a split of its own; leave folds at 0, or give no "
            "column of sides"
        )
    if graph.sides:
        found = Splits(**{side: np.asarray(rows) for side, rows in graph.sides.items()})
    else:
        found = _drawn(graph, seed, fold, folds)
    _require_learnable(graph, found)
    return found


def _drawn(graph: Graph, seed: int, fold: int | None, folds: int) -> Splits:
    rows = np.flatnonzero(graph.labels != UNLABELLED)
    groups = graph.alike()
    if fold is None:
        place = points(graph.labels[rows], groups[rows], np.random.default_rng(seed), last_at_end=True)
        test, rest = rows[place < _SHARE], rows[place >= _SHARE]
        place, share = place[place >= _SHARE], 2 * _SHARE
    else:
        place = points(graph.labels[rows], groups[rows], np.random.default_rng(seed), last_at_end=False)
        fold_of = np.minimum(place * folds, folds - 1).astype(int)
        test, rest = rows[fold_of == fold], rows[fold_of != fold]
        draw = np.random.default_rng([seed, fold])
        place, share = points(graph.labels[rest], groups[rest], draw, last_at_end=True), _SHARE
    return Splits(train=rest[place >= share], valid=rest[place < share], test=test)


def _require_learnable(graph: Graph, sides: Splits) -> None:
    rows = {"train": sides.train, "valid": sides.valid, "test": sides.test}
    try:
        CLASSES.require_several(graph.labels[graph.labels != UNLABELLED], graph.classes)
        for side, nodes in rows.items():
            if not len(nodes):
                raise ValueError(f"no node is on the {side} side; label more nodes, or put some there")
        CLASSES.require_learnable(graph.labels, graph.classes, rows)
    except ValueError as error:
        raise ValueError(f"labels of {graph.name!r}: {error}") from None
