"""A recurrent network, by default in both directions."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal, get_args

import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from embedlab.checks import require
from experiments.checks import require_choice, require_probability, require_size
from experiments.encoders import pooling
from experiments.encoders.base import Documents, Encoder, EncoderModule

Cell = Literal["lstm", "gru"]
RnnPool = Literal["last", "mean", "max"]


@Encoder.register_subclass("rnn")
@dataclasses.dataclass(frozen=True)
class Rnn(Encoder):
    """`h_t = cell(h_{t−1}, x_t)` from the first word to the last, and from the last to the first.

    The states of both directions stand side by side, and are what the next layer reads. The way back begins
    at a document's own last word, whatever padding follows. An empty document gives zeros.

    Attributes:
        cell: lstm, whose forget gates begin with a bias of 1, or gru.
        hidden: features of a state, in each direction.
        layers: one upon the other.
        bidirectional: whether it is read backwards too.
        pool: what is made of the last layer's states: last takes the one at which each direction ends; mean
            and max are over all positions.
        dropout: probability in [0, 1) that a feature between two layers is dropped in training; that of the
            last layer's is `head.dropout`.

    Raises:
        ValueError: an unknown cell or pooling, a size that is none, a switch that is no bool, a probability
            outside [0, 1).

    Reference: Hochreiter & Schmidhuber 1997, "Long short-term memory"; Cho et al. 2014, "Learning phrase
    representations using RNN encoder-decoder" (GRU); Graves & Schmidhuber 2005, "Framewise phoneme
    classification with bidirectional LSTM"; Jozefowicz et al. 2015, "An empirical exploration of recurrent
    network architectures" (the bias of forget gates).
    """

    cell: Cell = "lstm"
    hidden: int = 100
    layers: int = 1
    bidirectional: bool = True
    pool: RnnPool = "max"
    dropout: float = 0.0

    def __post_init__(self) -> None:
        require_choice("cell", self.cell, get_args(Cell))
        require_size("hidden", self.hidden)
        require_size("layers", self.layers)
        require(
            isinstance(self.bidirectional, bool), "bidirectional", self.bidirectional, "give True or False"
        )
        require_choice("pool", self.pool, get_args(RnnPool))
        require_probability("dropout", self.dropout)

    def build(self, dim: int, rngs: nnx.Rngs) -> EncoderModule:
        """A module of Flax's cells, one for each layer and direction."""
        return _Rnn(self, dim, rngs)


class _Rnn(nnx.Module):
    def __init__(self, settings: Rnn, dim: int, rngs: nnx.Rngs) -> None:
        self.settings, self.width = settings, settings.hidden * (1 + settings.bidirectional)
        widths = [dim, *[self.width] * (settings.layers - 1)]
        self.layers = nnx.List([_Layer(settings, width, rngs) for width in widths])
        self.drop = nnx.Dropout(settings.dropout)

    def __call__(self, documents: Documents) -> Float[Array, "rows width"]:
        states: Any = documents.vectors()
        rngs, lengths = documents.rngs(), jnp.asarray(documents.lengths)
        ends: Any = None
        for place, layer in enumerate(self.layers):
            if place:
                states = self.drop(states, deterministic=rngs is None, rngs=rngs)
            states, ends = layer(states, lengths)
        if self.settings.pool == "last":
            return jnp.where(lengths[:, None] > 0, ends, 0)
        return pooling.pool(self.settings.pool, states, documents.mask)


class _Layer(nnx.Module):
    """From [rows, length, dim] to states [rows, length, width], and those at which it ends [rows, width]."""

    def __init__(self, settings: Rnn, dim: int, rngs: nnx.Rngs) -> None:
        directions = 1 + settings.bidirectional
        self.cells = nnx.List([_cell(settings.cell, dim, settings.hidden, rngs) for _ in range(directions)])

    def __call__(self, inputs: Any, lengths: Any) -> tuple[Any, Any]:
        read = [_read(cell, inputs, lengths, place == 1) for place, cell in enumerate(self.cells)]
        states, ends = zip(*read, strict=True)
        return jnp.concatenate(states, -1), jnp.concatenate(ends, -1)


def _cell(kind: Cell, dim: int, hidden: int, rngs: nnx.Rngs) -> nnx.RNNCellBase:
    if kind == "gru":
        return nnx.GRUCell(dim, hidden, rngs=rngs)
    return nnx.OptimizedLSTMCell(dim, hidden, bias_init=_remembering, rngs=rngs)


def _remembering(key: Any, shape: tuple[int, ...], dtype: Any, **more: Any) -> Any:
    """Biases of the gates input, forget, cell and output: 1 for the second, so that states last at first."""
    return jnp.zeros((4, shape[0] // 4), dtype).at[1].set(1).reshape(shape)


def _read(cell: Any, inputs: Any, lengths: Any, backwards: bool) -> tuple[Any, Any]:
    """The states of one direction in the order of the words, and that at its end."""
    rows, dtype = inputs.shape[0], jnp.promote_types(inputs.dtype, jnp.float32)
    zeros = jnp.zeros((rows, cell.hidden_features), dtype)
    carry, states = nnx.RNN(cell, reverse=backwards, keep_order=True, return_carry=True, rngs=False)(
        inputs,
        initial_carry=zeros if isinstance(cell, nnx.GRUCell) else (zeros, zeros),
        seq_lengths=jnp.maximum(lengths, 1),  # 0 would be taken for the padding's last
    )
    return states, carry if isinstance(cell, nnx.GRUCell) else carry[1]
