"""Edges that are held out, to be told from pairs of nodes that are no edges."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Int32

from embedlab.checks import require
from experiments.graph.nodes.graph import Graph

_TRIES = 200


class Pairs(NamedTuple):
    """Pairs of nodes, and which are edges.

    Attributes:
        nodes: int32 [pairs, 2].
        linked: int32 [pairs], 1 for an edge, 0 for none.

    Example:
        >>> Pairs(np.int32([[0, 1], [0, 2]]), np.int32([1, 0])).linked.sum()
        np.int64(1)
    """

    nodes: Int32[np.ndarray, "pairs 2"]
    linked: Int32[np.ndarray, " pairs"]


class HeldOut(NamedTuple):
    """The edges that stay, and the pairs that are told apart.

    Attributes:
        edges: int32 [m, 2], those that stay: all that walks, a network or a baseline sees.
        valid: held-out edges, and as many pairs that are none.
        test: the same.

    Example:
        >>> from experiments.graph.nodes.graph import tidied
        >>> ring = tidied(np.stack([np.arange(40), (np.arange(40) + 1) % 40], 1))
        >>> found = held_out(Graph.plain("ring", tuple(map(str, range(40))), ring), 0.1, seed=0)
        >>> len(found.edges), found.test.linked.tolist()
        (34, [1, 1, 1, 1, 0, 0, 0, 0])
    """

    edges: Int32[np.ndarray, "edges 2"]
    valid: Pairs
    test: Pairs


def held_out(graph: Graph, share: float, *, seed: int) -> HeldOut:
    """Holds out a share of the edges to test, and half as many to validate on.

    An edge is held out only where each of its nodes keeps another one, so that nobody is left alone. Pairs
    that are no edges are drawn evenly of all that are none in the whole graph, each once.

    Args:
        graph: the nodes and edges.
        share: of the edges, to test on, in (0, 0.5].
        seed: of what is drawn.

    Raises:
        ValueError: a share out of range, too few edges that can be held out, or pairs that are none.

    Reference: Kipf & Welling 2016, "Variational graph auto-encoders" (a tenth to test, a twentieth to
    validate on); Grover & Leskovec 2016, "node2vec" (no node is left alone).
    """
    require(0 < share <= 0.5, "held_out", share, "give a share of the edges above 0, of at most 0.5")
    draw = np.random.default_rng([seed, 7])
    edges, n = graph.edges, len(graph.nodes)
    test, valid = (max(1, round(part * len(edges))) for part in (share, share / 2))
    chosen = _spared(edges, n, test + valid, draw)
    if len(chosen) < test + valid:
        raise ValueError(
            f"held_out={share}: {test + valid:,} edges were to be held out, and only {len(chosen):,} can be, "
            "so that each node keeps one; give a smaller share, or more edges"
        )
    others = _unlinked(edges, n, test + valid, draw)
    stay = np.delete(edges, chosen, axis=0)
    of_test = _pairs(edges[np.sort(chosen[:test])], others[:test])
    return HeldOut(stay, _pairs(edges[np.sort(chosen[test:])], others[test:]), of_test)


def _pairs(linked: np.ndarray, others: np.ndarray) -> Pairs:
    of_each = np.array([1, 0], np.int32)
    return Pairs(np.concatenate([linked, others]), np.repeat(of_each, [len(linked), len(others)]))


def _spared(edges: np.ndarray, nodes: int, wanted: int, draw: np.random.Generator) -> np.ndarray:
    """Numbers of edges, in random order, that can be taken away and leave each node one."""
    left = np.bincount(edges.ravel(), minlength=nodes).tolist()
    found: list[int] = []
    order = draw.permutation(len(edges))
    for number, (a, b) in zip(order.tolist(), edges[order].tolist(), strict=True):
        if len(found) == wanted:
            break
        if left[a] > 1 and left[b] > 1:
            left[a] -= 1
            left[b] -= 1
            found.append(number)
    return np.array(found, np.int64)


def _unlinked(edges: np.ndarray, nodes: int, wanted: int, draw: np.random.Generator) -> np.ndarray:
    """Different pairs of different nodes that are no edges, int32 [wanted, 2], the smaller number first."""
    taken = edges[:, 0].astype(np.int64) * nodes + edges[:, 1]
    found = np.zeros(0, np.int64)
    for _ in range(_TRIES):
        pairs = np.sort(draw.integers(0, nodes, (2 * wanted, 2)), axis=1)
        keys = pairs[pairs[:, 0] < pairs[:, 1]] @ np.array([nodes, 1])
        both = np.concatenate([found, keys[~np.isin(keys, taken)]])
        _, first = np.unique(both, return_index=True)
        found = both[np.sort(first)]
        if len(found) >= wanted:
            kept = found[:wanted]
            return np.stack([kept // nodes, kept % nodes], axis=1).astype(np.int32)
    raise ValueError(
        f"too few pairs of nodes are no edges: {wanted:,} were wanted of a graph of {nodes:,} nodes with "
        f"{len(edges):,} edges; hold out a smaller share, or give a graph that has more"
    )
