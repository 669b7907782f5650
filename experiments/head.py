"""The last layer: from features to one number an output."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from experiments.checks import require_limit, require_probability


@dataclasses.dataclass(frozen=True)
class Head:
    """`outputs = W · dropout(features) + b`.

    Attributes:
        dropout: probability in [0, 1) that a feature is dropped in training; the others are divided by
            1 − dropout.
        max_norm: greatest length of the weights of one output: where an update makes them longer they are
            shortened to it, as by Kim; none for no limit.

    Raises:
        ValueError: a probability outside [0, 1), or a length that is not above 0.

    Example:
        >>> Head(dropout=0.5)
        Head(dropout=0.5, max_norm=None)

    Reference: Srivastava et al. 2014, "Dropout"; Kim 2014, "Convolutional neural networks for sentence
    classification" (max-norm).
    """

    dropout: float = 0.0
    max_norm: float | None = None

    def __post_init__(self) -> None:
        require_probability("dropout", self.dropout)
        require_limit("max_norm", self.max_norm)

    def init(self, key: PRNGKeyArray, width: int, outputs: int) -> dict[str, Any]:
        """Weights [width, outputs] of variance 1/width, and a zero bias [outputs]."""
        return {
            "weight": jax.random.normal(key, (width, outputs)) / width**0.5,
            "bias": jnp.zeros(outputs),
        }

    def outputs(
        self,
        parameters: dict[str, Any],
        features: Float[Array, "rows width"],
        key: PRNGKeyArray | None = None,
    ) -> Float[Array, "rows outputs"]:
        """Outputs of features; with a key some features are dropped."""
        if key is not None and self.dropout:
            kept = jax.random.bernoulli(key, 1 - self.dropout, features.shape)
            features = jnp.where(kept, features / (1 - self.dropout), jnp.zeros((), features.dtype))
        return features @ parameters["weight"] + parameters["bias"]
