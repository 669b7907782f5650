"""Groups of what is joined by chains of pairs."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int, Int32
from scipy import sparse
from scipy.sparse.csgraph import connected_components


def joined_groups(
    count: int, left: Int[np.ndarray, " pairs"], right: Int[np.ndarray, " pairs"]
) -> Int32[np.ndarray, " count"]:
    """Numbers the groups that pairs join: the connected components of their graph.

    Args:
        count: how many things there are.
        left: int [pairs], one of each pair.
        right: int [pairs], the other.

    Returns:
        int32 [count], numbers in the order in which the groups first appear.

    Example:
        >>> joined_groups(5, np.array([3, 1]), np.array([1, 4]))
        array([0, 1, 2, 1, 1], dtype=int32)
    """
    graph = sparse.coo_matrix((np.ones(len(left), bool), (left, right)), shape=(count, count))
    group = connected_components(graph, directed=False)[1]
    _, first, group = np.unique(group, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[group].astype(np.int32)
