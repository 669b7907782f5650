"""Models that tell ratings by factors and biases.

Source: as named below.
"""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from experiments.checks import require_bool
from experiments.recommend.models.base import Goal, Layers, Model
from experiments.recommend.scores import Half, parted


@dataclasses.dataclass(frozen=True)
class _Ids(Model):
    """What reads the id alone."""

    features: ClassVar[bool] = False  # type: ignore[misc]
    negatives: ClassVar[int] = 0  # type: ignore[misc]


@Model.register_subclass("biases")
@dataclasses.dataclass(frozen=True)
class Biases(_Ids):
    """`r̂ = μ + b_u + b_i`: how much a user gives, and how much an item gets; factors lie idle.

    Example:
        >>> import jax.numpy as jnp
        >>> half = Biases().half({}, "user", jnp.ones((5, 1, 8)), jnp.ones((5, 1), bool))
        >>> half.factors.shape, half.bias.shape
        ((5, 0), (5,))

    Reference: Koren, Bell & Volinsky 2009, "Matrix factorization techniques for recommender systems", eq. 3.
    """

    goal: ClassVar[Goal] = "ratings"

    def half(self, layers: Layers, side: str, vectors: Any, present: Any) -> Half:
        return Half(vectors[..., 0, :0], vectors[..., 0, -1])


@Model.register_subclass("factorisation")
@dataclasses.dataclass(frozen=True)
class Factorisation(_Ids):
    """`r̂ = μ + b_u + b_i + ⟨f_u, f_i⟩`: matrix factorisation with biases.

    Example:
        >>> import jax.numpy as jnp
        >>> half = Factorisation().half({}, "user", jnp.ones((5, 1, 8)), jnp.ones((5, 1), bool))
        >>> half.factors.shape, half.bias.shape
        ((5, 7), (5,))

    Reference: Koren, Bell & Volinsky 2009, "Matrix factorization techniques for recommender systems", eq. 4.
    """

    goal: ClassVar[Goal] = "ratings"

    def half(self, layers: Layers, side: str, vectors: Any, present: Any) -> Half:
        return parted(vectors[..., 0, :])


@Model.register_subclass("machine")
@dataclasses.dataclass(frozen=True)
class Machine(Model):
    """A factorisation machine of the words of user and item, ids and features alike.

    `r̂ = μ + Σ_w b_w + Σ_{w < w′} ⟨f_w, f_w′⟩`, where the pairs of one side's words are
    `½ Σ ((Σ_w f_w)² − Σ_w f_w²)`, and those of words of both sides the product of the two sums.

    Attributes:
        features: whether it reads side words; without them it is matrix factorisation.

    Example:
        >>> import jax.numpy as jnp
        >>> vectors = jnp.array([[[1.0, 2.0, 0.5], [3.0, 4.0, 0.25]]])   # ⟨f_0, f_1⟩ = 11
        >>> half = Machine().half({}, "item", vectors, jnp.ones((1, 2), bool))
        >>> half.factors.tolist(), half.bias.tolist()
        ([[4.0, 6.0]], [11.75])

    Reference: Rendle 2010, "Factorization machines", eq. 1 and lemma 3.1.
    """

    goal: ClassVar[Goal] = "ratings"
    negatives: ClassVar[int] = 0  # type: ignore[misc]
    features: bool = True

    def __post_init__(self) -> None:
        require_bool("features", self.features)

    def half(self, layers: Layers, side: str, vectors: Any, present: Any) -> Half:
        each = parted(vectors)
        total = each.factors.sum(-2)
        within = (total**2 - (each.factors**2).sum(-2)).sum(-1) / 2
        return Half(total, each.bias.sum(-1) + within)
