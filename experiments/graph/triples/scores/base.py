"""What a score provides."""

from __future__ import annotations

from abc import ABC, abstractmethod

import draccus
from jaxtyping import Array, Float


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
