"""A bag of words: the pooled vectors of a document."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar, Literal, get_args

import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from embedlab.lookup.bag import Mode
from experiments.checks import require_choice, require_size
from experiments.encoders import pooling
from experiments.encoders.base import Documents, Encoder, EncoderModule

BagMode = Literal["mean", "sum", "sqrtn", "max", "attention"]


@Encoder.register_subclass("bag")
@dataclasses.dataclass(frozen=True)
class Bag(Encoder):
    """`features = pool(e(id_1), …, e(id_n))`, with a linear layer the model of fastText's classifier.

    Attention is a weighted mean, `Σ_l α_l e(id_l)` with `α = softmax_l(vᵀ tanh(W e(id_l) + b))` over the real
    positions. It alone has parameters. An empty document gives zeros.

    Attributes:
        mode: how a document's vectors are pooled: mean, sum, sqrtn, max or attention.
        hidden: rows of W in attention; none for the embedding's dim.

    Raises:
        ValueError: an unknown mode, or a size that is none.

    Reference: Joulin et al. 2017, "Bag of tricks for efficient text classification"; Yang et al. 2016,
    "Hierarchical attention networks for document classification" (attention).
    """

    reads_order: ClassVar[bool] = False

    mode: BagMode = "mean"
    hidden: int | None = None

    def __post_init__(self) -> None:
        require_choice("mode", self.mode, get_args(BagMode))
        if self.hidden is not None:
            require_size("hidden", self.hidden)

    @property
    def by_length(self) -> bool:
        """Padding costs a sum of rows next to nothing; attention has a vector for each place."""
        return self.mode == "attention"

    def build(self, dim: int, rngs: nnx.Rngs) -> EncoderModule:
        """A module without arrays of its own, but for attention."""
        if self.mode == "attention":
            return _Attention(dim, self.hidden or dim, rngs)
        return _Bag(self.mode, dim)


class _Bag(nnx.Module):
    def __init__(self, mode: Mode, dim: int) -> None:
        self.mode, self.width = mode, dim

    def __call__(self, documents: Documents) -> Float[Array, "rows width"]:
        return documents.pooled(self.mode)


class _Attention(nnx.Module):
    def __init__(self, dim: int, hidden: int, rngs: nnx.Rngs) -> None:
        self.inner = nnx.Linear(dim, hidden, rngs=rngs)
        self.outer = nnx.Linear(hidden, 1, use_bias=False, rngs=rngs)  # a softmax takes any bias out
        self.width = dim

    def __call__(self, documents: Documents) -> Float[Array, "rows width"]:
        vectors = documents.vectors()
        scores: Any = self.outer(jnp.tanh(self.inner(vectors)))[..., 0]
        weights = pooling.weights(scores, documents.mask)
        return jnp.einsum("rl,rld->rd", weights, vectors)
