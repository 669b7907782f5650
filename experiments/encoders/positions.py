"""How a transformer knows where a word stands."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from typing import Any, Protocol

import draccus
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

import embedlab
from embedlab import nnx as embedlab_nnx
from embedlab.base import OpenVocabulary
from embedlab.checks import require
from experiments.checks import finite

_BASE = 10_000.0


class PositionsModule(Protocol):
    """What `Positions.build` makes: a module of Flax NNX."""

    def added(self, vectors: Float[Array, "rows length width"]) -> Float[Array, "rows length width"]:
        """What the first layer reads: the words' vectors, with something of the positions in them."""
        ...

    def turned(
        self, vectors: Float[Array, "rows length heads size"]
    ) -> Float[Array, "rows length heads size"]:
        """The queries or keys of a layer, with something of the positions in them."""
        ...


class Positions(draccus.ChoiceRegistry, ABC):
    """How a transformer knows where a word stands: a frozen dataclass that builds a module of Flax NNX."""

    @abstractmethod
    def build(self, width: int, rngs: nnx.Rngs) -> PositionsModule:
        """The module, with fresh arrays, for vectors [rows, length, width]."""

    @property
    def longest(self) -> int | None:
        """How many positions there are; None for any number."""
        return None


class _Nothing(nnx.Module):
    def added(self, vectors: Any) -> Any:
        return vectors

    def turned(self, vectors: Any) -> Any:
        return vectors


@Positions.register_subclass("none")
@dataclasses.dataclass(frozen=True)
class NoPositions(Positions):
    """It does not: a document is a bag of words."""

    def build(self, width: int, rngs: nnx.Rngs) -> PositionsModule:
        """A module that changes nothing."""
        return _Nothing()


@Positions.register_subclass("learned")
@dataclasses.dataclass(frozen=True)
class Learned(Positions):
    """A vector for each position is added, out of an embedding like any other.

    Where its dim is not the width of the model, its vectors are projected.

    Attributes:
        embedding: of the positions; it has an id for each, from 0 on, so its vocabulary is their number.

    Raises:
        ValueError: no embedding, or one whose ids are not counted or are spelled.

    Reference: Gehring et al. 2017, "Convolutional sequence to sequence learning"; Devlin et al. 2019, "BERT".
    """

    embedding: embedlab.Embedding = embedlab.Dense(512, 64, embedlab.Normal(0.02))

    def __post_init__(self) -> None:
        vocabulary = getattr(self.embedding, "vocabulary", None)
        counted = isinstance(vocabulary, int) and not isinstance(self.embedding, OpenVocabulary | type)
        remedy = "give one with an id for each position, such as embedlab.Dense(512, 64)"
        require(counted, "embedding", self.embedding, remedy)

    @property
    def longest(self) -> int:
        """As many positions as the embedding has ids."""
        return int(self.embedding.vocabulary)  # type: ignore[attr-defined]

    def build(self, width: int, rngs: nnx.Rngs) -> PositionsModule:
        """A module around `embedlab.nnx.Embed`."""
        return _Learned(self.embedding, width, rngs)


class _Learned(_Nothing):
    def __init__(self, embedding: embedlab.Embedding, width: int, rngs: nnx.Rngs) -> None:
        self.embed = embedlab_nnx.Embed(embedding, rngs=rngs)
        fits = embedding.dim == width
        self.project = nnx.data(None if fits else nnx.Linear(embedding.dim, width, use_bias=False, rngs=rngs))

    def added(self, vectors: Any) -> Any:
        places = self.embed(jnp.arange(vectors.shape[1], dtype=jnp.int32))
        return vectors + (places if self.project is None else self.project(places))


@Positions.register_subclass("sinusoidal")
@dataclasses.dataclass(frozen=True)
class Sinusoidal(Positions):
    """Sines and cosines are added: `p_t = [sin(t·θ), cos(t·θ)]`, `θ_i = base^(−2i/width)`.

    The words' vectors are multiplied by √width before, as in the paper: else they would be drowned.

    Attributes:
        base: of the wavelengths, which rise from 2π to 2π · base.

    Raises:
        ValueError: a base of at most 1; from `build`, an odd width.

    Reference: Vaswani et al. 2017, "Attention is all you need".
    """

    base: float = _BASE

    def __post_init__(self) -> None:
        _require_base(self.base)

    def build(self, width: int, rngs: nnx.Rngs) -> PositionsModule:
        """A module without arrays of its own."""
        require(width % 2 == 0, "width", width, "sinusoidal positions come in pairs; give an even number")
        return _Sinusoidal(self.base)


class _Sinusoidal(_Nothing):
    def __init__(self, base: float) -> None:
        self.base = base

    def added(self, vectors: Any) -> Any:
        length, width = vectors.shape[1:]
        at = angles(length, width, self.base)
        waves = jnp.concatenate([jnp.sin(at), jnp.cos(at)], -1)
        return vectors * width**0.5 + waves


@Positions.register_subclass("rotary")
@dataclasses.dataclass(frozen=True)
class Rotary(Positions):
    """Queries and keys are turned by their position: what a layer sees is how far apart two words stand.

    The numbers i and i + size/2 of a head are turned as a pair, by `t · base^(−2i/size)`.

    Attributes:
        base: of the wavelengths, which rise from 2π to 2π · base.

    Raises:
        ValueError: a base of at most 1.

    Reference: Su et al. 2021, "RoFormer: Enhanced transformer with rotary position embedding".
    """

    base: float = _BASE

    def __post_init__(self) -> None:
        _require_base(self.base)

    def build(self, width: int, rngs: nnx.Rngs) -> PositionsModule:
        """A module without arrays of its own."""
        return _Rotary(self.base)


class _Rotary(_Nothing):
    def __init__(self, base: float) -> None:
        self.base = base

    def turned(self, vectors: Any) -> Any:
        length, _, size = vectors.shape[1:]
        at = angles(length, size, self.base)[:, None, :]
        first, second = jnp.split(vectors, 2, -1)
        sin, cos = jnp.sin(at), jnp.cos(at)
        return jnp.concatenate([first * cos - second * sin, first * sin + second * cos], -1)


def angles(length: int, width: int, base: float) -> Float[Array, "length half"]:
    """`t · base^(−2i/width)` for positions t and i below width / 2, in radians."""
    speeds = base ** (-jnp.arange(0, width, 2, dtype=jnp.float32) / width)
    return jnp.arange(length, dtype=jnp.float32)[:, None] * speeds


def _require_base(base: object) -> None:
    require(finite(base) and base > 1, "base", base, "give a finite number above 1")  # type: ignore[operator]
