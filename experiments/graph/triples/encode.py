"""Queries as examples: ids of one table, the answers of a query together."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int, Int32

from experiments.graph.triples.facts import Facts, queries
from experiments.graph.triples.known import Known
from experiments.graph.triples.words import NONE, Ids


def directed(
    asked: Int[np.ndarray, "queries 3"], relations: Int32[np.ndarray, " words"]
) -> dict[str, np.ndarray]:
    """The relation's id and the side asked for, of queries [queries, 3].

    Args:
        asked: queries.
        relations: int32 [words], the ids of relations; behind them those of inverses, where these are words
            of their own: heads are asked for as their tails then.

    Returns:
        `relation` int32 [queries] and `heads` bool [queries].

    Example:
        >>> both = np.array([[5, 0, 6], [6, 2, 5]])
        >>> directed(both, np.array([7, 8], np.int32))
        {'relation': array([7, 7], dtype=int32), 'heads': array([False,  True])}
        >>> directed(both, np.array([7, 8, 9, 10], np.int32))
        {'relation': array([7, 9], dtype=int32), 'heads': array([False, False])}
    """
    named = asked[:, 1]
    return {"relation": relations[named % len(relations)], "heads": named >= len(relations)}


def examples_of(facts: Facts, ids: Ids, *, answers: int) -> dict[str, np.ndarray]:
    """The training facts as examples of a model: each query once for every so many of its answers.

    Args:
        facts: of all sides.
        ids: of their words.
        answers: of a query in one example, at most.

    Returns:
        int32 `entity` [examples], `relation` [examples] and `answers` [examples, answers], padded with
        `NONE`, and bool `heads` [examples].

    Example:
        >>> from experiments.graph.triples.facts import facts_of
        >>> few = facts_of([("a", "is", "b"), ("a", "is", "c"), ("b", "is", "a"), ("a", "is", "b")],
        ...                np.array([0, 0, 1, 2]))
        >>> ids = Ids(np.array([2, 3], np.int32), np.array([4, 5, 6], np.int32))
        >>> made = examples_of(few, ids, answers=2)
        >>> made["entity"], made["relation"], made["answers"].tolist()
        (array([4, 5, 6], dtype=int32), array([2, 3, 3], dtype=int32), [[5, 6], [4, -1], [4, -1]])
    """
    known = Known.of(queries(facts.train, len(facts.relations)), len(facts.entities))
    sizes = np.diff(known.starts)
    parts = -(-sizes // answers)
    owner = np.repeat(np.arange(len(sizes)), parts)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(parts) - parts, parts)
    place = known.starts[owner, None] + number[:, None] * answers + np.arange(answers)
    there = place < known.starts[owner + 1, None]
    found = known.answers[np.minimum(place, len(known.answers) - 1)]
    asked = np.stack([known.keys % len(facts.entities), known.keys // len(facts.entities)], 1)[owner]
    return {
        "entity": ids.entities[asked[:, 0]],
        **directed(asked, ids.relations),
        "answers": np.where(there, ids.entities[found], NONE).astype(np.int32),
    }
