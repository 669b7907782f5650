"""Filtered ranks: at which place the answer of a query stands among all entities."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Float64, Int, Int32

from experiments.graph.triples.known import Known

#: Scores float [queries, columns] of some queries int32 [queries, 3], whose answers are not looked at.
Scores = Callable[[Int32[np.ndarray, "queries 3"]], Float[np.ndarray, "queries columns"]]

_BLOCK = 256  # queries whose scores are held: 42 MB of 41,000 entities


def filtered_ranks(
    scores: Float[np.ndarray, "queries entities"],
    answers: Int[np.ndarray, " queries"],
    known: tuple[Int[np.ndarray, " pairs"], Int[np.ndarray, " pairs"]],
) -> Float64[np.ndarray, " queries"]:
    """The rank of each answer among the entities that are not known to be answers too.

        rank = 1 + #{e : s(e) > s(answer)} + ½ · #{e ≠ answer : s(e) = s(answer)}

    The mean over all orders of equals: a model that gives every entity the same score gets the middle rank,
    where counting none of them would give it the first.

    Args:
        scores: float [queries, entities]; those of known answers are overwritten.
        answers: int [queries].
        known: query and entity of each known answer, int [pairs] each, the own answers among them or not.

    Returns:
        float64 [queries], 1 for the best; with halves.

    Raises:
        ValueError: a score is not a number, so that there is no order.

    Example:
        >>> filtered_ranks(np.array([[3.0, 2, 2, 5]]), np.array([1]), (np.array([0]), np.array([3])))
        array([2.5])

    Reference: Sun et al. 2020, "A re-evaluation of knowledge graph completion methods" (ties).
    """
    if not np.isfinite(scores).all():
        raise ValueError("scores: some are not finite, so that entities can't be ranked")
    places = np.arange(len(answers))
    own = scores[places, answers][:, None].copy()
    scores[known] = -np.inf
    scores[places, answers] = -np.inf  # it is no rival of itself
    higher, equal = (scores > own).sum(1), (scores == own).sum(1)
    return 1 + higher + equal / 2


def ranks(
    queries: Int32[np.ndarray, "queries 3"],
    scores: Scores,
    known: Known,
    columns: Int[np.ndarray, " entities"] | None = None,
    block: int = _BLOCK,
) -> Float64[np.ndarray, " queries"]:
    """Filtered ranks of the answers of queries, some queries at a time.

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
    """
    found = np.empty(len(queries))
    for first in range(0, len(queries), block):
        some = queries[first : first + block]
        made = np.asarray(scores(some))
        made = made.copy() if columns is None else made[:, columns]
        found[first : first + block] = filtered_ranks(made, some[:, 2], known.pairs(some))
    return found
