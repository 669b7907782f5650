"""GloVe: vectors whose products are the logarithms of how often words stand near each other."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from embedlab import lookup
from embedlab.base import Embedding, Variables
from embedlab.checks import finite_fields, require, require_count
from embedlab.dense import Dense
from embedlab.initialisers import Constant, Uniform


@dataclasses.dataclass(frozen=True)
class Glove:
    """Weighted least squares: `Σ f(x) (u·v + b + c − log x)²`, with `f(x) = min(1, (x / most)^power)`.

    Attributes:
        spec: the embedding of words, of any kind.
        vocabulary: how many words there are.
        most: count from which all pairs weigh alike.
        power: of smaller counts.

    Raises:
        ValueError: a vocabulary below 2, or a number that is none, or `most` of 0 or less.

    Example:
        >>> model = Glove(Dense(5, 4), 5)
        >>> params = model.init(jax.random.key(0))
        >>> words, contexts, counts = jnp.array([0, 1]), jnp.array([1, 0]), jnp.array([7.0, 7.0])   # [pairs]
        >>> bool(model.loss(params, words, contexts, counts) > 0)
        True

    Reference: Pennington, Socher & Manning 2014, "GloVe: global vectors for word representation"; trained by
    Adagrad there.
    """

    spec: Embedding
    vocabulary: int
    most: float = 100.0
    power: float = 0.75

    def __post_init__(self) -> None:
        require_count("vocabulary", self.vocabulary, 2)
        finite_fields(self, "most", "power")
        require(self.most > 0, "most", self.most, "give a count above 0")

    def init(self, key: PRNGKeyArray, buffers: Mapping[str, Any] | None = None) -> dict[str, Variables]:
        """The arrays before training.

        Args:
            key: random key.
            buffers: of the embedding.

        Returns:
            `words`, the embedding; `outputs`, the vectors of contexts [vocabulary, dim]; and a bias of each
            [vocabulary, 1].
        """
        half = 0.5 / self.spec.dim
        outputs = Dense(self.vocabulary, self.spec.dim, Uniform(-half, half))
        return {
            "words": self.spec.init(key, buffers),
            "outputs": outputs.init(jax.random.fold_in(key, 1)),
            "word_bias": self._bias.init(key),
            "output_bias": self._bias.init(key),
        }

    def loss(
        self, params: Mapping[str, Variables], words: Any, contexts: Any, counts: Any
    ) -> Float[Array, ""]:
        """The loss of some pairs, summed.

        Args:
            params: of `init`.
            words: int32 [pairs].
            contexts: int32 [pairs].
            counts: float [pairs], above 0; one of 0 is no pair.

        Returns:
            Float scalar.
        """
        outputs = Dense(self.vocabulary, self.spec.dim)
        u = lookup.embed(self.spec, params["words"], words)
        v = lookup.embed(outputs, params["outputs"], contexts)
        b = lookup.embed(self._bias, params["word_bias"], words)[..., 0]
        c = lookup.embed(self._bias, params["output_bias"], contexts)[..., 0]
        there = counts > 0
        weight = jnp.where(there, jnp.minimum(1, (counts / self.most) ** self.power), 0)
        error = (u * v).sum(-1) + b + c - jnp.log(jnp.where(there, counts, 1))
        return (weight * jnp.square(error)).sum()

    @property
    def _bias(self) -> Dense:
        return Dense(self.vocabulary, 1, Constant(0.0))
