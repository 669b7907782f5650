"""Scores that are products of vectors: DistMult, ComplEx."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax.numpy as jnp

from experiments.graph.triples.scores import numbers
from experiments.graph.triples.scores.base import Score


class Product(Score):
    """Scores that are scalar products of a query with an entity."""

    @property
    def by_product(self) -> bool:
        return True

    def pairs(self, query: Any, entity: Any) -> Any:
        return (query * entity).sum(-1)

    def every(self, query: Any, entities: Any) -> Any:
        return jnp.einsum("qd,ed->qe", query, entities)


@Score.register_subclass("distmult")
@dataclasses.dataclass(frozen=True)
class DistMult(Product):
    """`s = Σ h · r · t`: the same with head and tail exchanged, whatever the relation.

    Example:
        >>> made = DistMult()
        >>> h, r, t = jnp.array([1.0, 2]), jnp.array([3.0, 1]), jnp.array([1.0, 1])
        >>> float(made.pairs(made.tails(h, r), t)), float(made.pairs(made.heads(t, r), h))
        (5.0, 5.0)

    Reference: Yang et al. 2015, "Embedding entities and relations for learning and inference in knowledge
    bases".
    """

    def tails(self, heads: Any, relation: Any) -> Any:
        return heads * relation

    def heads(self, tails: Any, relation: Any) -> Any:
        return tails * relation

    def sizes(self, vectors: Any) -> Any:
        return jnp.abs(vectors)


@Score.register_subclass("complex")
@dataclasses.dataclass(frozen=True)
class ComplEx(Product):
    """`s = Re(Σ h · r · t̄)` of complex numbers: half of a vector is real parts, the other imaginary.

    Raises:
        ValueError: from `require_width`, an odd width.

    Example:
        >>> made, one = ComplEx(), jnp.array([1.0, 0.0])   # the number 1, and i
        >>> i = jnp.array([0.0, 1.0])
        >>> float(made.pairs(made.tails(one, i), i)), float(made.pairs(made.tails(i, i), one))
        (1.0, -1.0)

    Reference: Trouillon et al. 2016, "Complex embeddings for simple link prediction".
    """

    def require_width(self, dim: int) -> None:
        numbers.require_even(dim)

    def tails(self, heads: Any, relation: Any) -> Any:
        return numbers.times(heads, relation)

    def heads(self, tails: Any, relation: Any) -> Any:
        return numbers.times(tails, numbers.conjugate(relation))

    def sizes(self, vectors: Any) -> Any:
        return numbers.moduli(vectors)
