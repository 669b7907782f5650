"""Filtered ranks: at which place the answer of a query stands among all entities."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Float64, Int, Int32

from experiments.graph.triples.known import Known
from experiments.tasks.ranks import ranked

#: Scores float [queries, columns] of some queries int32 [queries, 3], whose answers are not looked at.
Scores = Callable[[Int32[np.ndarray, "queries 3"]], Float[np.ndarray, "queries columns"]]

_BLOCK = 256  # queries whose scores are held: 42 MB of 41,000 entities


def ranks(
    queries: Int32[np.ndarray, "queries 3"],
    scores: Scores,
    known: Known,
    columns: Int[np.ndarray, " entities"] | None = None,
    block: int = _BLOCK,
) -> Float64[np.ndarray, " queries"]:
    """Filtered ranks of the answers of queries, some queries at a time, as `ranked` counts them.

    Args:
        queries: int32 [queries, 3].
        scores: gives those of a block, float [queries, columns].
        known: the answers that do not count against another.
        columns: int [entities], in which column the score of an entity stands; None where each has its own.
            Entities that a model does not know share one, and so tie.
        block: queries at a time.

    Returns:
        float64 [queries].

    Raises:
        ValueError: a score is not a number.

    Example:
        >>> asked = np.array([[0, 0, 1], [1, 1, 0]], np.int32)
        >>> ranks(asked, lambda some: np.zeros((len(some), 3)), Known.of(asked, 3))
        array([2., 2.])

    Reference: Bordes et al. 2013 (the filtered setting); Sun et al. 2020, "A re-evaluation of knowledge graph
    completion methods" (ties).
    """
    found = np.empty(len(queries))
    for first in range(0, len(queries), block):
        some = queries[first : first + block]
        made = np.asarray(scores(some))
        if not np.isfinite(made).all():
            raise ValueError("scores: some are not finite, so that entities can't be ranked")
        made = made if columns is None else made[:, columns]
        passed = np.zeros(made.shape, bool)
        passed[known.pairs(some)] = True
        found[first : first + block] = ranked(made, some[:, 2], passed)
    return found
