"""How well an entity answers a query: TransE, DistMult, ComplEx and RotatE as pure functions of vectors.

Each makes a vector of the query, of the width of an entity's, and compares that with the entities. So a
score against all of them is one product of matrices, or a distance that is made of one.
"""

from __future__ import annotations

import dataclasses
import math
from abc import ABC, abstractmethod
from typing import Any

import draccus
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from embedlab.checks import require

_TINY = 1e-9  # under a root, whose slope at nothing would be infinite


class Score(draccus.ChoiceRegistry, ABC):
    """A score of `(entity, relation, answer)`: a frozen dataclass, chosen in a config by its name.

    All vectors have the width `dim` of the one table that they are words of.
    """

    @classmethod
    def default_choice_name(cls) -> str:
        """The score that is meant where a config names none."""
        return "complex"

    @property
    @abstractmethod
    def by_product(self) -> bool:
        """Whether scores against all entities are made by a product of matrices."""

    def require_width(self, dim: int) -> None:
        """Refuses a width that its vectors can't have.

        Raises:
            ValueError: it is odd, where halves are real and imaginary parts.
        """

    @abstractmethod
    def tails(
        self, heads: Float[Array, "*n dim"], relation: Float[Array, "*n dim"]
    ) -> Float[Array, "*n dim"]:
        """What the tails of `(head, relation, ?)` are compared with, [..., dim]."""

    @abstractmethod
    def heads(
        self, tails: Float[Array, "*n dim"], relation: Float[Array, "*n dim"]
    ) -> Float[Array, "*n dim"]:
        """What the heads of `(?, relation, tail)` are compared with, [..., dim]."""

    @abstractmethod
    def pairs(self, query: Float[Array, "*n dim"], entity: Float[Array, "*m dim"]) -> Float[Array, "*k"]:
        """Scores of queries and entities side by side, broadcast: [..., dim] and [..., dim] → [...]."""

    @abstractmethod
    def every(
        self, query: Float[Array, "queries dim"], entities: Float[Array, "entities dim"]
    ) -> Float[Array, "queries entities"]:
        """Scores of each query against each entity, [queries, entities]."""

    @abstractmethod
    def sizes(self, vectors: Float[Array, "*n dim"]) -> Float[Array, "*n parts"]:
        """How large each component of an entity's vector is: |x|, of complex numbers their modulus."""

    def relation_sizes(self, vectors: Float[Array, "*n dim"]) -> Float[Array, "*n parts"]:
        """The same of a relation's vector."""
        return self.sizes(vectors)


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
        _require_even(dim)

    def tails(self, heads: Any, relation: Any) -> Any:
        return _times(heads, relation)

    def heads(self, tails: Any, relation: Any) -> Any:
        return _times(tails, _conjugate(relation))

    def sizes(self, vectors: Any) -> Any:
        return _moduli(vectors)


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
        return -(jnp.abs(apart).sum(-1) if self.norm == 1 else _root(jnp.square(apart).sum(-1)))

    def every(self, query: Any, entities: Any) -> Any:
        if self.norm == 1:
            return _one_by_one(self, query, entities)
        squares = jnp.square(query).sum(-1)[:, None] + jnp.square(entities).sum(-1)
        return -_root(jnp.maximum(squares - 2 * jnp.einsum("qd,ed->qe", query, entities), 0))

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
        _require_even(dim)

    def tails(self, heads: Any, relation: Any) -> Any:
        return _times(heads, _turn(relation))

    def heads(self, tails: Any, relation: Any) -> Any:
        return _times(tails, _conjugate(_turn(relation)))

    def pairs(self, query: Any, entity: Any) -> Any:
        return -_moduli(query - entity).sum(-1)

    def every(self, query: Any, entities: Any) -> Any:
        return _one_by_one(self, query, entities)

    def sizes(self, vectors: Any) -> Any:
        return _moduli(vectors)

    def relation_sizes(self, vectors: Any) -> Any:
        """None of a turn: it has no length."""
        return jnp.zeros_like(_halves(vectors)[0])


def _require_even(dim: int) -> None:
    require(dim % 2 == 0, "dim", dim, "give an even width: halves of a vector are real and imaginary parts")


def _halves(vectors: Any) -> tuple[Any, Any]:
    half = vectors.shape[-1] // 2
    return vectors[..., :half], vectors[..., half:]


def _times(a: Any, b: Any) -> Any:
    """The product of complex numbers."""
    (a_re, a_im), (b_re, b_im) = _halves(a), _halves(b)
    return jnp.concatenate([a_re * b_re - a_im * b_im, a_re * b_im + a_im * b_re], -1)


def _conjugate(a: Any) -> Any:
    re, im = _halves(a)
    return jnp.concatenate([re, -im], -1)


def _turn(relation: Any) -> Any:
    """Numbers of modulus 1."""
    angle = math.pi * math.sqrt(relation.shape[-1]) * _halves(relation)[0]
    return jnp.concatenate([jnp.cos(angle), jnp.sin(angle)], -1)


def _moduli(vectors: Any) -> Any:
    re, im = _halves(vectors)
    return _root(jnp.square(re) + jnp.square(im))


def _root(squares: Any) -> Any:
    return jnp.sqrt(squares + _TINY)


def _one_by_one(score: Score, query: Any, entities: Any) -> Any:
    """Scores [queries, entities] of distances that no product gives, a query at a time."""
    return jax.lax.map(lambda one: score.pairs(one, entities), query)
