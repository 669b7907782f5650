"""A deep averaging network: the mean of a document's vectors through a few layers."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any, ClassVar, get_args

from flax import nnx
from jaxtyping import Array, Float

from experiments.checks import require_choice, require_probability, require_sizes
from experiments.encoders.activations import ACTIVATIONS, Activation
from experiments.encoders.base import Documents, Encoder, EncoderModule


@Encoder.register_subclass("dan")
@dataclasses.dataclass(frozen=True)
class Dan(Encoder):
    """`h_0 = mean(e(id_1), …, e(id_n))`, `h_i = f(W_i h_{i−1} + b_i)`, of which the last are the features.

    The word dropout of its paper is `train.dropout.words`: the mean is over the words that stay.

    Attributes:
        layers: features of each layer, one after the other.
        activation: f, relu or tanh.
        dropout: probability in [0, 1) that a feature between two layers is dropped in training; that of the
            last layer's is `head.dropout`.

    Raises:
        ValueError: no layers or a size that is none, an unknown activation, a probability outside [0, 1).

    Reference: Iyyer et al. 2015, "Deep unordered composition rivals syntactic methods".
    """

    reads_order: ClassVar[bool] = False

    layers: tuple[int, ...] = (300, 300)
    activation: Activation = "relu"
    dropout: float = 0.0

    def __post_init__(self) -> None:
        require_sizes("layers", self.layers)
        require_choice("activation", self.activation, get_args(Activation))
        require_probability("dropout", self.dropout)

    @property
    def by_length(self) -> bool:
        """Padding costs a sum of rows next to nothing."""
        return False

    def build(self, dim: int, rngs: nnx.Rngs) -> EncoderModule:
        """A module of as many linear layers."""
        return _Dan(self, dim, rngs)


class _Dan(nnx.Module):
    def __init__(self, settings: Dan, dim: int, rngs: nnx.Rngs) -> None:
        sizes = (dim, *settings.layers)
        self.layers = nnx.List([nnx.Linear(*pair, rngs=rngs) for pair in itertools.pairwise(sizes)])
        self.drop = nnx.Dropout(settings.dropout)
        self.activation, self.width = settings.activation, sizes[-1]

    def __call__(self, documents: Documents) -> Float[Array, "rows width"]:
        features: Any = documents.pooled("mean")
        rngs = documents.rngs()
        for place, layer in enumerate(self.layers):
            if place:
                features = self.drop(features, deterministic=rngs is None, rngs=rngs)
            features = ACTIVATIONS[self.activation](layer(features))
        return features
