"""Convolutions over time, and the maximum of each."""

from __future__ import annotations

import dataclasses
from typing import Any, get_args

import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from embedlab.checks import require
from experiments.checks import require_choice, require_size, require_sizes
from experiments.encoders import pooling
from experiments.encoders.activations import ACTIVATIONS, Activation
from experiments.encoders.base import Documents, Encoder, EncoderModule

_WIDEST = 64  # words of a window: each takes a matrix of its own


@Encoder.register_subclass("cnn")
@dataclasses.dataclass(frozen=True)
class Cnn(Encoder):
    """`max_t f(W_w · [e_t; …; e_{t+w−1}] + b_w)`, for each width w of a window, beside one another.

    Windows reach beyond both ends of a document, where they see zeros: by the widest less one, whatever
    their own width, as in the code of the paper. So a document that is shorter than a window has windows too.
    In that code the zeros that a batch is padded with beyond those make windows as well; here they do not.

    Attributes:
        widths: words of a window, one set of feature maps for each.
        maps: feature maps of each width.
        activation: f, relu or tanh.

    Raises:
        ValueError: no widths, one of more than 64 words or given twice, a number of maps that is none, an
            unknown activation.

    Reference: Kim 2014, "Convolutional neural networks for sentence classification".
    """

    widths: tuple[int, ...] = (3, 4, 5)
    maps: int = 100
    activation: Activation = "relu"

    def __post_init__(self) -> None:
        require_sizes("widths", self.widths)
        require(max(self.widths) <= _WIDEST, "widths", self.widths, f"give at most {_WIDEST} words a window")
        once = len(set(self.widths)) == len(self.widths)
        require(once, "widths", self.widths, "give each width once; raise maps for more features of it")
        require_size("maps", self.maps)
        require_choice("activation", self.activation, get_args(Activation))

    def build(self, dim: int, rngs: nnx.Rngs) -> EncoderModule:
        """A module of one matrix a width."""
        return _Cnn(self, dim, rngs)


class _Cnn(nnx.Module):
    """A convolution is a sum of products, one for each place in a window, moved against one another.

    So the vectors are multiplied once, by the matrices of all widths and places side by side. On a CPU XLA
    takes the gradients of that in an eighth of the time of those of `nnx.Conv`, and in less memory than those
    of windows that are laid out.
    """

    def __init__(self, settings: Cnn, dim: int, rngs: nnx.Rngs) -> None:
        self.settings, self.width = settings, len(settings.widths) * settings.maps
        init = nnx.initializers.lecun_normal(in_axis=(0, 1), out_axis=2)  # a window's numbers are the inputs
        self.kernels = nnx.List(
            [nnx.Param(init(rngs.params(), (width, dim, settings.maps))) for width in settings.widths]
        )
        self.bias = nnx.Param(jnp.zeros(self.width))

    def __call__(self, documents: Documents) -> Float[Array, "rows width"]:
        vectors = documents.vectors()
        beside = [kernel[...].swapaxes(0, 1).reshape(vectors.shape[-1], -1) for kernel in self.kernels]
        products = jnp.split(vectors @ jnp.concatenate(beside, 1), _ends(beside), axis=-1)
        pairs = zip(self.settings.widths, products, strict=True)
        tops = [self._top(width, documents, product) for width, product in pairs]
        # The activations rise, so they can wait until there is one number a map.
        return ACTIVATIONS[self.settings.activation](jnp.concatenate(tops, 1) + self.bias[...])

    def _top(self, width: int, documents: Documents, products: Any) -> Any:
        """The maximum [rows, maps] over windows of products [rows, length, width · maps]."""
        beyond = max(self.settings.widths) - 1
        windows = 2 * beyond - width + 1  # those that an empty document has
        total: Any = 0
        for place, part in enumerate(jnp.split(products, width, axis=-1)):
            front = beyond - place
            total = total + jnp.pad(part, ((0, 0), (front, windows - front), (0, 0)))
        real = jnp.arange(total.shape[1]) < jnp.asarray(documents.lengths)[:, None] + windows
        return pooling.maximum(total, real)


def _ends(parts: list[Any]) -> list[int]:
    """Where each of some matrices ends, the last one aside, if they stand side by side."""
    ends, end = [], 0
    for part in parts[:-1]:
        end += part.shape[1]
        ends.append(end)
    return ends
