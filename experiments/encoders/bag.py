"""A bag of words: the pooled vectors of a document."""

from __future__ import annotations

import dataclasses
from typing import Literal

from flax import nnx
from jaxtyping import Array, Float

from experiments.encoders.base import Documents, Encoder


@Encoder.register_subclass("bag")
@dataclasses.dataclass(frozen=True)
class Bag(Encoder):
    """`features = pool(e(id_1), …, e(id_n))`, with a linear layer the model of fastText's classifier.

    Attributes:
        mode: how a document's vectors are pooled: mean, sum, sqrtn or max.

    Reference: Joulin et al. 2017, "Bag of tricks for efficient text classification".
    """

    mode: Literal["mean", "sum", "sqrtn", "max"] = "mean"

    @property
    def by_length(self) -> bool:
        """Padding costs a sum of rows next to nothing."""
        return False

    def build(self, dim: int, rngs: nnx.Rngs) -> _Bag:
        """A module without arrays of its own."""
        return _Bag(self, dim)


class _Bag(nnx.Module):
    def __init__(self, settings: Bag, dim: int) -> None:
        self.settings, self.width = settings, dim

    def __call__(self, documents: Documents) -> Float[Array, "rows width"]:
        return documents.pooled(self.settings.mode)
