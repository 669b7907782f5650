"""Channels: several rows an id, each of a table of its own, beside one another."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from embedlab.base import Lookup, Variables
from embedlab.checks import plain_fields, require, require_count, require_table
from embedlab.initialisers import Initialiser, ScaledNormal, draw, require_initialiser


@dataclasses.dataclass(frozen=True)
class Channels:
    """Rows of several tables side by side: `e(i) = (T₁[i], …, T_c[i])`, each `T` of [vocabulary, dim / c].

    With one table that rests and another that is trained, both begun with the same pretrained vectors, what
    reads the vectors sees those of the file and those of the task. A convolution over channels, whose filters
    have weights of their own for each, is one over the vectors side by side.

    Bytes: `vocabulary · dim · itemsize`, all trainable; no index.

    Attributes:
        vocabulary: number of ids.
        dim: width of a vector, of all channels together.
        channels: how many tables.
        initialiser: draws each table.
        dtype: type of the tables' entries.

    Raises:
        ValueError: a size below 1, a dim that its channels can't share, something that is no initialiser, or
            an unknown dtype; from `init`, one that JAX does not have now.

    Example:
        >>> spec = Channels(vocabulary=10, dim=8)
        >>> tables = spec.init(jax.random.key(0)).tables
        >>> {name: table.shape for name, table in tables.items()}   # [vocabulary, dim / channels]
        {'channel-0': (10, 4), 'channel-1': (10, 4)}

    Reference: Kim 2014, "Convolutional neural networks for sentence classification" (CNN-multichannel).
    """

    vocabulary: int
    dim: int
    channels: int = 2
    initialiser: Initialiser = ScaledNormal()
    dtype: str = "float32"
    linear: ClassVar[bool] = False

    def __post_init__(self) -> None:
        plain_fields(self)
        for field in ("vocabulary", "channels"):
            require_count(field, getattr(self, field))
        require_initialiser("initialiser", self.initialiser)
        require_table(self.vocabulary, self.dim, self.dtype)
        remedy = f"give a multiple of channels={self.channels}"
        require(self.dim % self.channels == 0, "dim", self.dim, remedy)

    @property
    def names(self) -> tuple[str, ...]:
        """Those of its tables, in the order in which they stand beside one another."""
        return tuple(f"channel-{number}" for number in range(self.channels))

    @property
    def table_shapes(self) -> dict[str, tuple[int, int]]:
        """Each of (vocabulary, dim / channels)."""
        return dict.fromkeys(self.names, (self.vocabulary, self.dim // self.channels))

    def init(self, key: PRNGKeyArray, buffers: Mapping[str, Any] | None = None) -> Variables:
        """Draws the tables, each by itself; there are no buffers."""
        keys = jax.random.split(key, self.channels)
        shapes = self.table_shapes.items()
        return Variables(
            {
                name: draw(self.initialiser, own, shape, self.dtype)
                for (name, shape), own in zip(shapes, keys, strict=True)
            }
        )

    def num_ids(self, buffers: Mapping[str, Any]) -> int:
        """The vocabulary."""
        return self.vocabulary

    def index(self, buffers: Mapping[str, Any], ids: Any) -> tuple[Lookup, ...]:
        """Row i of each table for id i: rows [..., 1]."""
        return tuple(Lookup(name, ids[..., None]) for name in self.names)

    def combine(
        self, dense: Mapping[str, Array], gathered: Mapping[str, Array], lookups: tuple[Lookup, ...]
    ) -> Float[Array, "*shape dim"]:
        """The rows side by side, [..., dim]."""
        return jnp.concatenate([gathered[name][..., 0, :] for name in self.names], -1)
