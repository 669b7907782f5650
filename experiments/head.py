"""The last layer: from features to one number an output."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from embedlab.checks import require


@dataclasses.dataclass(frozen=True)
class Head:
    """`outputs = W · dropout(features) + b`.

    Attributes:
        dropout: probability in [0, 1) that a feature is dropped in training; the others are divided by
            1 − dropout.

    Raises:
        ValueError: a probability outside [0, 1).

    Example:
        >>> Head(dropout=0.5)
        Head(dropout=0.5)

    Reference: Srivastava et al. 2014, "Dropout".
    """

    dropout: float = 0.0

    def __post_init__(self) -> None:
        number = isinstance(self.dropout, int | float) and not isinstance(self.dropout, bool)
        fits = number and math.isfinite(self.dropout) and 0 <= self.dropout < 1
        require(fits, "dropout", self.dropout, "give a probability of at least 0 and below 1")

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
