"""Queries as examples: ids of one table, the answers of a query together."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int, Int32

from embedlab.text import Vocabulary
from experiments.graph.triples.facts import Facts, queries
from experiments.graph.triples.known import Known

#: What stands before the name of an entity and of a relation, and after that of an inverse.
ENTITY, RELATION, INVERSE = "e:", "r:", "⁻¹"


def vocabulary_of(facts: Facts, *, reciprocal: bool, most: int | None = None) -> Vocabulary:
    """The words of training facts: relations, then entities, each by falling count.

    Args:
        facts: of all sides.
        reciprocal: whether an inverse relation is a word of its own.
        most: ids there may be; the rarest entities are left out. None for no bound.

    Raises:
        ValueError: there is no room for all relations and one entity.

    Example:
        >>> from experiments.graph.triples.facts import facts_of
        >>> few = facts_of([("a", "is", "b"), ("a", "is", "c"), ("b", "is", "z")], np.array([0, 1, 2]))
        >>> vocabulary_of(few, reciprocal=True).words
        ('<pad>', '<unk>', 'r:is', 'r:is⁻¹', 'e:a', 'e:b')
    """
    counts = np.bincount(facts.train[:, 1], minlength=len(facts.relations)).tolist()
    words = [RELATION + name for name in facts.relations]
    if reciprocal:
        words, counts = words + [word + INVERSE for word in words], counts * 2
    room = facts.seen if most is None else min(facts.seen, most - 2 - len(words))
    if room < 1:
        raise ValueError(
            f"vocabulary={most}: {len(words)} relations, padding and the unknown word leave no entity room; "
            f"give at least {len(words) + 3}"
        )
    ends = np.bincount(facts.train[:, [0, 2]].ravel(), minlength=len(facts.entities))
    words += [ENTITY + name for name in facts.entities[:room]]
    left_out = int(ends[room:].sum())
    return Vocabulary((*Vocabulary.SPECIAL, *words), (0, left_out, *counts, *ends[:room].tolist()))


def directed(
    asked: Int[np.ndarray, "queries 3"], relations: int, *, reciprocal: bool
) -> dict[str, np.ndarray]:
    """The relation's id and the side asked for, of queries [queries, 3].

    Args:
        asked: queries.
        relations: how many there are.
        reciprocal: whether an inverse relation is a word of its own; heads are asked for as its tails then.

    Returns:
        `relation` int32 [queries] and `heads` bool [queries].

    Example:
        >>> directed(np.array([[5, 0, 6], [6, 2, 5]]), 2, reciprocal=False)
        {'relation': array([2, 2], dtype=int32), 'heads': array([False,  True])}
    """
    named = asked[:, 1] if reciprocal else asked[:, 1] % relations
    return {
        "relation": (2 + named).astype(np.int32),
        "heads": (asked[:, 1] >= relations) & (not reciprocal),
    }


def examples_of(
    facts: Facts, ids: Int32[np.ndarray, " entities"], *, reciprocal: bool, answers: int
) -> dict[str, np.ndarray]:
    """The training facts as examples of a model: each query once for every so many of its answers.

    Args:
        facts: of all sides.
        ids: int32 [entities], the id of each entity; 1 for those unknown.
        reciprocal: as for `directed`.
        answers: of a query in one example, at most.

    Returns:
        int32 `entity` [examples], `relation` [examples] and `answers` [examples, answers], padded with 0, and
        bool `heads` [examples].

    Example:
        >>> from experiments.graph.triples.facts import facts_of
        >>> few = facts_of([("a", "is", "b"), ("a", "is", "c"), ("b", "is", "a"), ("a", "is", "b")],
        ...                np.array([0, 0, 1, 2]))
        >>> made = examples_of(few, np.array([4, 5, 6], np.int32), reciprocal=True, answers=2)
        >>> made["entity"], made["relation"], made["answers"].tolist()
        (array([4, 5, 6], dtype=int32), array([2, 3, 3], dtype=int32), [[5, 6], [4, 0], [4, 0]])
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
        "entity": ids[asked[:, 0]],
        **directed(asked, len(facts.relations), reciprocal=reciprocal),
        "answers": np.where(there, ids[found], 0).astype(np.int32),
    }
