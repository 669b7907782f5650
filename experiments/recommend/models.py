"""The models: what each makes of the words of a user or an item, and what it minimises.

All of them read one embedding, whose vectors are `(f, b)`: factors, and a bias as their last component.

Source: as named below.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal

import draccus
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from embedlab.checks import require
from experiments.checks import finite, require_bool, require_counts, require_sizes
from experiments.recommend.scores import Half, parted

Goal = Literal["ratings", "ranking"]
Layers = dict[str, Any]


class Model(draccus.ChoiceRegistry, ABC):
    """What is made of vectors: a frozen dataclass, chosen in a config by its registered name.

    Attributes:
        goal: "ratings", to tell what a user would rate an item; "ranking", to tell which items a user takes.
        features: whether it reads side words, as genre and age, beside the ids.
        negatives: items drawn for each row in a step, or for all rows of it together.
    """

    goal: ClassVar[Goal]
    features: bool
    negatives: int

    @classmethod
    def default_choice_name(cls) -> str:
        """The model that is meant where a config names none."""
        return "factorisation"

    def layers(self, key: PRNGKeyArray, dim: int) -> Layers:
        """The trained arrays that are no embedding, of vectors of a width."""
        return {}

    @abstractmethod
    def half(self, layers: Layers, side: str, vectors: Float[Array, "*rows words dim"], present: Any) -> Half:
        """Half of a score.

        Args:
            layers: the arrays of `layers`.
            side: "user" or "item".
            vectors: float [..., words, dim], of the words of each; zeros where there is none. The first is
                of the id.
            present: bool [..., words], where there is a word.
        """


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


@Model.register_subclass("bpr")
@dataclasses.dataclass(frozen=True)
class Bpr(Model):
    """Factors and biases that put what a user liked before items that the user did not meet, pair by pair.

    With side words a half is the sum over its words, as in LightFM.

    Attributes:
        features: whether it reads side words.
        negatives: items drawn against each that was liked.

    Raises:
        ValueError: `features` is no bool, or negatives no count of at least 1.

    Example:
        >>> Bpr(negatives=4).goal
        'ranking'

    References: Rendle et al. 2009, "BPR: Bayesian personalized ranking from implicit feedback"; Kula 2015,
    "Metadata embeddings for user and item cold-start recommendations".
    """

    goal: ClassVar[Goal] = "ranking"
    features: bool = False
    negatives: int = 1

    def __post_init__(self) -> None:
        require_bool("features", self.features)
        require_counts(self, _MOST_NEGATIVES, "negatives")

    def half(self, layers: Layers, side: str, vectors: Any, present: Any) -> Half:
        return parted(vectors.sum(-2))


_MOST_NEGATIVES = 2**16


@Model.register_subclass("two_tower")
@dataclasses.dataclass(frozen=True)
class TwoTower(Model):
    """A tower for users and one for items, each over the mean of its words, trained by a sampled softmax.

    Attributes:
        features: whether towers read side words.
        negatives: items drawn evenly for all rows of a batch, beside those that its other rows liked.
        hidden: widths of a tower's layers before its last; none for the mean itself.
        temperature: what scores are divided by in the softmax.

    Raises:
        ValueError: a field of another type, a count or a width below 1, a temperature that is not above 0.

    Example:
        >>> tower = TwoTower(hidden=(32,))
        >>> layers = tower.layers(jax.random.key(0), dim=8)
        >>> tower.half(layers, "user", jnp.ones((5, 2, 8)), jnp.ones((5, 2), bool)).factors.shape
        (5, 7)

    Reference: Yi et al. 2019, "Sampling-bias-corrected neural modeling for large corpus item
    recommendations".
    """

    goal: ClassVar[Goal] = "ranking"
    features: bool = True
    negatives: int = 256
    hidden: tuple[int, ...] = ()
    temperature: float = 1.0

    def __post_init__(self) -> None:
        require_bool("features", self.features)
        require_counts(self, _MOST_NEGATIVES, "negatives", least=0)
        if self.hidden:
            require_sizes("hidden", self.hidden)
        fits = finite(self.temperature) and self.temperature > 0
        require(fits, "temperature", self.temperature, "give a finite number above 0")

    def layers(self, key: PRNGKeyArray, dim: int) -> Layers:
        widths = (dim, *self.hidden, dim) if self.hidden else ()
        places = [(side, place) for side in ("user", "item") for place in range(len(widths) - 1)]
        made = {}
        for number, (side, place) in enumerate(places):
            width, next_width = widths[place : place + 2]
            drawn = jax.random.normal(jax.random.fold_in(key, number), (width, next_width))
            weight = drawn * jnp.sqrt(2 / width)
            made[f"{side}_{place}"] = {"weight": weight, "bias": jnp.zeros(next_width)}
        return made

    def half(self, layers: Layers, side: str, vectors: Any, present: Any) -> Half:
        words = jnp.maximum(present.sum(-1), 1)[..., None]
        x = vectors.sum(-2) / words
        depth = len(self.hidden) + 1 if self.hidden else 0
        for place in range(depth):
            layer = layers[f"{side}_{place}"]
            x = (jax.nn.relu(x) if place else x) @ layer["weight"] + layer["bias"]
        return parted(x)
