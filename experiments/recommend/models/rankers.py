"""Models that rank items, by drawn ones that a user did not like.

Source: as named below.
"""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from embedlab.checks import require
from experiments.checks import finite, require_bool, require_counts, require_sizes
from experiments.recommend.models.base import Goal, Layers, Model
from experiments.recommend.scores import Half, parted

_MOST_NEGATIVES = 2**16


@Model.register_subclass("bpr")
@dataclasses.dataclass(frozen=True)
class Bpr(Model):
    """Factors and biases that put what a user liked before other items, pair by pair.

    The others are drawn of all that the user did not like in training: not met, or rated below `liked`.

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
