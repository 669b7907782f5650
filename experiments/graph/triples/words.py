"""The words of a knowledge graph, relations and entities, and their ids as an embedding takes them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int32

import embedlab
from embedlab.text import Vocabulary
from experiments.graph.triples.facts import Facts
from experiments.study.words import numbered

#: No word. A negative id is absent for every kind of embedding: zeros, which no step moves.
NONE = -1
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


@dataclasses.dataclass(frozen=True, eq=False)
class Ids:
    """The ids of relations and entities.

    Attributes:
        relations: int32 [words], of every relation; inverses that are words of their own stand behind them.
        entities: int32 [entities]; those that an embedding does not know share one.

    Example:
        >>> made = Vocabulary((*Vocabulary.SPECIAL, "r:is", "e:a"), (0, 0, 1, 1))
        >>> ids, _ = Ids.of(embedlab.Dense(4, 2), made, ["a", "new"])
        >>> ids.relations, ids.entities
        (array([2], dtype=int32), array([3, 1], dtype=int32))
        >>> ids, _ = Ids.of(embedlab.Hashed(None, 2, buckets=9), made, ["a", "new"])
        >>> ids.relations, ids.entities
        (array([1307242388], dtype=int32), array([651816904, 871354140], dtype=int32))
    """

    relations: Int32[np.ndarray, " words"]
    entities: Int32[np.ndarray, " entities"]

    @classmethod
    def of(
        cls, spec: embedlab.Embedding, vocabulary: Vocabulary, entities: Sequence[str]
    ) -> tuple[Ids, dict[str, np.ndarray]]:
        """The ids of the vocabulary's relations and of some entities, and the embedding's buffers for them.

        Args:
            spec: the embedding.
            vocabulary: its words.
            entities: distinct names, known or not.
        """
        relations = [word for word in vocabulary.words if word.startswith(RELATION)]
        found, buffers = numbered(spec, vocabulary, [*relations, *(ENTITY + name for name in entities)])
        return cls(*np.split(found, [len(relations)])), buffers
