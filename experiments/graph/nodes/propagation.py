"""The adjacency matrix that a graph convolutional network multiplies by, as a list of its entries."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Float

from experiments.graph.nodes.graph import Adjacency


class Propagation(NamedTuple):
    """`Â = D^(−½) (A + I) D^(−½)` as a list of its entries, row after row.

    Attributes:
        rows: int32 [entries].
        columns: int32 [entries].
        values: float32 [entries].

    Example:
        >>> from experiments.graph.nodes.graph import adjacency
        >>> propagation(adjacency(np.array([[0, 1]]), 3)).values
        array([0.5, 0.5, 0.5, 0.5, 1. ], dtype=float32)

    Reference: Kipf & Welling 2017, "Semi-supervised classification with graph convolutional networks" (the
    renormalisation trick).
    """

    rows: np.ndarray
    columns: np.ndarray
    values: np.ndarray


def propagation(graph: Adjacency) -> Propagation:
    """The entries of the renormalised adjacency matrix.

    Args:
        graph: the neighbours of each node.
    """
    nodes = np.arange(len(graph.degrees))
    rows = np.concatenate([np.repeat(nodes, graph.degrees), nodes])
    columns = np.concatenate([graph.neighbours, nodes])
    order = np.lexsort((columns, rows))
    rows, columns = rows[order].astype(np.int32), columns[order].astype(np.int32)
    scale = 1 / np.sqrt(graph.degrees + 1)
    return Propagation(rows, columns, (scale[rows] * scale[columns]).astype(np.float32))


def spread(matrix: Any, vectors: Float[Array, "nodes width"]) -> Float[Array, "nodes width"]:
    """`Â · H`: each node gets the weighted sum of its neighbours' vectors and its own; pure, under `jit`.

    Args:
        matrix: `rows`, `columns` and `values` of Â, by name.
        vectors: float [nodes, width].
    """
    terms = matrix["values"][:, None] * vectors[matrix["columns"]]
    return jax.ops.segment_sum(terms, matrix["rows"], len(vectors), indices_are_sorted=True)
