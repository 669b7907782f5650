"""A knowledge graph: its facts as numbers, on three sides, and the queries that they answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int32

#: The sides, in their order.
SIDES = ("train", "valid", "test")


@dataclasses.dataclass(frozen=True, eq=False)
class Facts:
    """Facts `(head, relation, tail)` by the numbers of their names.

    Attributes:
        entities: names, those of training facts first, by falling number of facts, ties by name; then the
            unseen ones, by name.
        relations: names, by falling number of training facts, ties by name.
        seen: how many of the entities are in a training fact.
        train: int32 [facts, 3], to learn from.
        valid: to choose by.
        test: to judge by.
    """

    entities: tuple[str, ...]
    relations: tuple[str, ...]
    seen: int
    train: Int32[np.ndarray, "train_facts 3"]
    valid: Int32[np.ndarray, "valid_facts 3"]
    test: Int32[np.ndarray, "test_facts 3"]

    @property
    def everything(self) -> Int32[np.ndarray, "facts 3"]:
        """The facts of all sides, int32 [facts, 3]."""
        return np.concatenate([self.train, self.valid, self.test])

    def queries(self, side: str) -> Int32[np.ndarray, "queries 3"]:
        """Both questions that each fact of a side answers, int32 [2 · facts, 3]: see `queries`."""
        return queries(getattr(self, side), len(self.relations))


def queries(facts: Int32[np.ndarray, "facts 3"], relations: int) -> Int32[np.ndarray, "queries 3"]:
    """Facts as questions `(entity, directed relation, answer)`: `(h, r, ?)` and, next to it, `(t, r⁻¹, ?)`.

    The inverse of relation r is directed relation `relations + r`.

    Args:
        facts: int32 [facts, 3].
        relations: how many there are.

    Returns:
        int32 [2 · facts, 3].

    Example:
        >>> queries(np.array([[7, 0, 9]], np.int32), relations=2)
        array([[7, 0, 9],
               [9, 2, 7]], dtype=int32)

    Reference: Lacroix, Usunier & Obozinski 2018, "Canonical tensor decomposition for knowledge base
    completion" (reciprocal relations).
    """
    heads, named, tails = facts.T
    back = np.stack([tails, named + relations, heads], 1)
    return np.stack([facts, back], 1).reshape(-1, 3).astype(np.int32)


_GIVE = (
    "give more triples, whose entities and relations each occur several times, or say which are on which "
    "side, with --data.split, or --data.valid and --data.test"
)


def facts_of(triples: Sequence[tuple[str, str, str]], sides: np.ndarray) -> Facts:
    """Numbers the names of triples.

    Args:
        triples: head, relation and tail by name.
        sides: int [triples], which of `SIDES` each is on.

    Raises:
        ValueError: a side has no triple; a relation that is asked for is in no training triple.

    Example:
        >>> made = facts_of([("a", "r", "b"), ("a", "r", "c"), ("b", "r", "z")], np.array([0, 1, 2]))
        >>> made.entities, made.seen, made.test
        (('a', 'b', 'c', 'z'), 2, array([[1, 0, 3]], dtype=int32))
    """
    columns = np.array(triples, object).reshape(-1, 3)
    training = sides == 0
    for number, side in enumerate(SIDES):
        if not (sides == number).any():
            counts = ", ".join(f"{(sides == each).sum():,} {name}" for each, name in enumerate(SIDES))
            raise ValueError(f"of {len(columns):,} triples none is on the {side} side ({counts}); {_GIVE}")
    entities, seen = _named(columns[:, [0, 2]], training)
    relations, learnt = _named(columns[:, 1:2], training)
    if learnt < len(relations):
        named = ", ".join(map(repr, list(relations)[learnt : learnt + 5]))
        raise ValueError(
            f"{len(relations) - learnt} relations are in no training triple, so that nothing can be learnt "
            f"of them: {named}; leave their triples out, or move some to the training side"
        )
    numbers = np.empty(columns.shape, np.int32)
    for place, names in enumerate((entities, relations, entities)):
        numbers[:, place] = [names[name] for name in columns[:, place]]
    parts = [numbers[sides == number] for number in range(len(SIDES))]
    return Facts(tuple(entities), tuple(relations), seen, *parts)


def _named(columns: np.ndarray, training: np.ndarray) -> tuple[dict[str, int], int]:
    """Numbers by name, the most frequent of training first, and how many are in training."""
    names, counts = np.unique(columns[training].astype(str), return_counts=True)
    frequent = names[np.argsort(-counts, kind="stable")].tolist()
    others = sorted(set(columns[~training].ravel()) - set(frequent))
    return {name: number for number, name in enumerate([*frequent, *others])}, len(frequent)
