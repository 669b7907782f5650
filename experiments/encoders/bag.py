"""A bag of words: the pooled vectors of a document, then a linear layer."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

import embedlab
from experiments.encoders.base import Encoder


@Encoder.register_subclass("bag")
@dataclasses.dataclass(frozen=True)
class Bag(Encoder):
    """`logits = W · pool(e(id_1), …, e(id_n)) + b`, the model of fastText's classifier.

    Attributes:
        mode: how a document's vectors are pooled: mean, sum, sqrtn or max.

    Reference: Joulin et al. 2017, "Bag of tricks for efficient text classification".
    """

    mode: Literal["mean", "sum", "sqrtn", "max"] = "mean"

    def init(self, key: PRNGKeyArray, dim: int, classes: int) -> Any:
        """Weights [dim, classes] of variance 1/dim, and a zero bias [classes]."""
        return {"weight": jax.random.normal(key, (dim, classes)) / dim**0.5, "bias": jnp.zeros(classes)}

    def logits(
        self,
        parameters: Any,
        spec: embedlab.Embedding,
        variables: embedlab.Variables,
        ids: Any,
        lengths: Any,
        *,
        dropout: embedlab.Dropout | None = None,
        key: PRNGKeyArray | None = None,
    ) -> Float[Array, "rows classes"]:
        """Logits [rows, classes] of ids [rows, length]."""
        pooled = embedlab.bag(spec, variables, ids, mode=self.mode, lengths=lengths, dropout=dropout, key=key)
        return pooled @ parameters["weight"] + parameters["bias"]
