"""Scores that are distances of vectors: TransE, RotatE."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp

from embedlab.checks import require
from experiments.graph.triples.scores import numbers
from experiments.graph.triples.scores.base import Score


@Score.register_subclass("transe")
@dataclasses.dataclass(frozen=True)
class TransE(Score):
    """`s = −‖h + r − t‖`, by the sum of absolute differences (`norm` 1) or Euclid's distance (2).

    Attributes:
        norm: 1 or 2.

    Raises:
        ValueError: another norm.

    Example:
        >>> made = TransE(norm=2)
        >>> query = made.tails(jnp.array([1.0, 0]), jnp.array([2.0, 4]))
        >>> round(float(made.pairs(query, jnp.array([0.0, 0]))), 3)
        -5.0

    Reference: Bordes et al. 2013, "Translating embeddings for modeling multi-relational data".
    """

    norm: int = 1

    def __post_init__(self) -> None:
        require(self.norm in (1, 2), "norm", self.norm, "give 1 or 2")

    @property
    def by_product(self) -> bool:
        """Euclid's distance is made of one; the sum of absolute differences is not."""
        return self.norm == 2

    def tails(self, heads: Any, relation: Any) -> Any:
        return heads + relation

    def heads(self, tails: Any, relation: Any) -> Any:
        return tails - relation

    def pairs(self, query: Any, entity: Any) -> Any:
        apart = query - entity
        return -(jnp.abs(apart).sum(-1) if self.norm == 1 else numbers.root(jnp.square(apart).sum(-1)))

    def every(self, query: Any, entities: Any) -> Any:
        if self.norm == 1:
            return _one_by_one(self, query, entities)
        squares = jnp.square(query).sum(-1)[:, None] + jnp.square(entities).sum(-1)
        return -numbers.root(jnp.maximum(squares - 2 * jnp.einsum("qd,ed->qe", query, entities), 0))

    def sizes(self, vectors: Any) -> Any:
        return jnp.abs(vectors)


@Score.register_subclass("rotate")
@dataclasses.dataclass(frozen=True)
class RotatE(Score):
    """`s = −Σ |h · e^{iθ} − t|` of complex numbers: a relation turns each of them.

    The halves of an entity's vector are real and imaginary parts. The first half of a relation's are its
    turns, `θ = π · √dim · x`: rows that are drawn with variance 1/dim begin as turns of a deviation of π,
    about all alike. The other half is not read.

    Raises:
        ValueError: from `require_width`, an odd width.

    Example:
        >>> quarter = jnp.array([0.5 / 2**0.5, 0.0])   # θ = π/2
        >>> made = RotatE()
        >>> made.tails(jnp.array([1.0, 0.0]), quarter).round(3) + 0
        Array([0., 1.], dtype=float32)

    Reference: Sun et al. 2019, "RotatE: knowledge graph embedding by relational rotation in complex space".
    """

    @property
    def by_product(self) -> bool:
        """A sum of moduli is not made of one."""
        return False

    def require_width(self, dim: int) -> None:
        numbers.require_even(dim)

    def tails(self, heads: Any, relation: Any) -> Any:
        return numbers.times(heads, numbers.turn(relation))

    def heads(self, tails: Any, relation: Any) -> Any:
        return numbers.times(tails, numbers.conjugate(numbers.turn(relation)))

    def pairs(self, query: Any, entity: Any) -> Any:
        return -numbers.moduli(query - entity).sum(-1)

    def every(self, query: Any, entities: Any) -> Any:
        return _one_by_one(self, query, entities)

    def sizes(self, vectors: Any) -> Any:
        return numbers.moduli(vectors)

    def relation_sizes(self, vectors: Any) -> Any:
        """None of a turn: it has no length."""
        return jnp.zeros_like(numbers.halves(vectors)[0])


def _one_by_one(score: Score, query: Any, entities: Any) -> Any:
    """Scores [queries, entities] of distances that no product gives, a query at a time."""
    return jax.lax.map(lambda one: score.pairs(one, entities), query)
