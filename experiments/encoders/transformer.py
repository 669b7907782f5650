"""A transformer: layers of attention and of feed-forward networks, normalised before."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal, get_args

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from embedlab.checks import require
from experiments.checks import require_choice, require_probability, require_size
from experiments.encoders import pooling
from experiments.encoders.base import Documents, Encoder, EncoderModule
from experiments.encoders.positions import Positions, PositionsModule, Rotary

TransformerPool = Literal["mean", "max", "first"]


@Encoder.register_subclass("transformer")
@dataclasses.dataclass(frozen=True)
class Transformer(Encoder):
    """`x ← x + attention(norm(x))`, `x ← x + feedforward(norm(x))` a layer; features pool `norm(x)`.

    Attention is over the real positions alone, and so is the pooling. An empty document gives zeros.

    Attributes:
        width: of the model; none for the embedding's dim. Vectors of another dim are projected to it.
        layers: one upon the other.
        heads: of attention in a layer; the width is divided among them.
        feedforward: features of the inner layer of a feed-forward network; none for 4 · width.
        positions: how it knows where a word stands: rotary, learned, sinusoidal or none.
        pool: what is made of the last layer's vectors: mean or max over all positions, or the first one.
        dropout: probability in [0, 1) that a number is dropped in training, of what the first layer reads and
            of what each attention and each feed-forward network adds.

    Raises:
        ValueError: a size that is none, positions that are none, an unknown pooling, a probability outside
            [0, 1); from `build`, heads that do not divide the width, or leave rotary positions an odd size.

    Reference: Vaswani et al. 2017, "Attention is all you need"; Xiong et al. 2020, "On layer normalization in
    the transformer architecture" (normalised before).
    """

    width: int | None = None
    layers: int = 2
    heads: int = 4
    feedforward: int | None = None
    positions: Positions = Rotary()
    pool: TransformerPool = "mean"
    dropout: float = 0.1

    def __post_init__(self) -> None:
        for field in ("width", "layers", "heads", "feedforward"):
            value = getattr(self, field)
            if value is not None or field in ("layers", "heads"):
                require_size(field, value)
        given = isinstance(self.positions, Positions)
        require(
            given, "positions", self.positions, "give Rotary(), Learned(…), Sinusoidal() or NoPositions()"
        )
        require_choice("pool", self.pool, get_args(TransformerPool))
        require_probability("dropout", self.dropout)

    @property
    def longest(self) -> int | None:
        """As many words as there are positions."""
        return self.positions.longest

    def build(self, dim: int, rngs: nnx.Rngs) -> EncoderModule:
        """A module of as many layers."""
        width = self.width or dim
        whole = width % self.heads == 0
        remedy = f"it does not divide the width {width}; give another, or an encoder.width that it divides"
        require(whole, "heads", self.heads, remedy)
        even = not isinstance(self.positions, Rotary) or width // self.heads % 2 == 0
        remedy = (
            f"each has {width // self.heads} features, and rotary positions turn them in pairs; give fewer"
        )
        require(even, "heads", self.heads, remedy)
        return _Transformer(self, dim, width, rngs)


class _Transformer(nnx.Module):
    def __init__(self, settings: Transformer, dim: int, width: int, rngs: nnx.Rngs) -> None:
        self.pool, self.width = settings.pool, width
        self.project = nnx.data(None if dim == width else nnx.Linear(dim, width, rngs=rngs))
        self.positions: Any = settings.positions.build(width, rngs)
        self.blocks = nnx.List([_Block(settings, width, rngs) for _ in range(settings.layers)])
        self.norm = nnx.LayerNorm(width, rngs=rngs)
        self.drop = nnx.Dropout(settings.dropout)

    def __call__(self, documents: Documents) -> Float[Array, "rows width"]:
        rngs, mask = documents.rngs(), documents.mask
        vectors: Any = documents.vectors()
        vectors = vectors if self.project is None else self.project(vectors)
        vectors = self.drop(self.positions.added(vectors), deterministic=rngs is None, rngs=rngs)
        for block in self.blocks:
            vectors = block(vectors, mask, self.positions, rngs)
        vectors = self.norm(vectors)
        if self.pool == "first":
            return jnp.where(mask[:, :1], vectors[:, 0], 0)
        return pooling.pool(self.pool, vectors, mask)


class _Block(nnx.Module):
    def __init__(self, settings: Transformer, width: int, rngs: nnx.Rngs) -> None:
        inner = settings.feedforward or 4 * width
        self.heads = settings.heads
        self.before_attention = nnx.LayerNorm(width, rngs=rngs)
        self.queries_keys_values = nnx.Linear(width, 3 * width, rngs=rngs)
        self.out = nnx.Linear(width, width, rngs=rngs)
        self.before_feedforward = nnx.LayerNorm(width, rngs=rngs)
        self.up = nnx.Linear(width, inner, rngs=rngs)
        self.down = nnx.Linear(inner, width, rngs=rngs)
        self.drop = nnx.Dropout(settings.dropout)

    def __call__(self, vectors: Any, mask: Any, positions: PositionsModule, rngs: nnx.Rngs | None) -> Any:
        def dropped(added: Any) -> Any:
            return self.drop(added, deterministic=rngs is None, rngs=rngs)

        vectors = vectors + dropped(self._attention(self.before_attention(vectors), mask, positions))
        return vectors + dropped(self.down(jax.nn.gelu(self.up(self.before_feedforward(vectors)))))

    def _attention(self, vectors: Any, mask: Any, positions: PositionsModule) -> Any:
        shape = (*vectors.shape[:2], 3, self.heads, -1)
        queries, keys, values = jnp.moveaxis(self.queries_keys_values(vectors).reshape(shape), 2, 0)
        queries, keys = positions.turned(queries), positions.turned(keys)
        read = jax.nn.dot_product_attention(queries, keys, values, mask=mask[:, None, None, :])
        return self.out(read.reshape(vectors.shape))
