"""A table laid out for search: unit vectors, in blocks of rows."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from embedlab._arrays import checked, directions

#: Rows of a block, at most: with 256 queries its scores are 2²² numbers, 16 MiB in float32.
BLOCK = 1 << 14
#: Rows whose greatest score is looked at first; a block is a multiple of it.
TILE = 64


class Rows(NamedTuple):
    """The directions of a table's rows, in blocks; row i lies in block i // size, at i % size.

    Attributes:
        units: float [blocks, size, dim], rows of length 1; zeros for a row that has no direction, and beyond
            the last one.
        bias: float [blocks, size], what is added to a row's scores: 0, or −inf where it is no result.

    Example:
        >>> lay_out(jnp.array([[3.0, 4.0], [0.0, 0.0]])).bias[0, :3]
        Array([  0., -inf, -inf], dtype=float32)

    Source: none.
    """

    units: Float[Array, "blocks size dim"]
    bias: Float[Array, "blocks size"]

    @property
    def flat(self) -> Float[Array, "rows dim"]:
        """All rows one after the other, float [blocks · size, dim]."""
        return self.units.reshape(-1, self.units.shape[-1])


@jax.jit
def lay_out(vectors: Float[Array, "n dim"]) -> Rows:
    """Brings a table into the form that is searched.

    Blocks are as equal as they can be, so that the last one is not mostly empty.

    Args:
        vectors: float [n, dim]; narrower types than float32 are widened. A row that is zero or not finite
            has no direction, and is never found.

    Returns:
        Unit vectors in blocks; the array is a copy.

    Raises:
        ValueError: n or dim is 0, or the vectors are no floats [n, dim].

    Example:
        >>> lay_out(jnp.ones((20_000, 8))).units.shape
        (2, 10048, 8)

    Source: none.
    """
    units, _ = directions(checked(vectors))
    usable = jnp.isfinite(units).all(-1) & (units != 0).any(-1)
    n, dim = units.shape
    blocks = -(-n // BLOCK)
    size = -(-n // (blocks * TILE)) * TILE
    spare = blocks * size - n
    bias = jnp.where(usable, 0, -jnp.inf).astype(units.dtype)
    return Rows(
        jnp.pad(jnp.where(usable[:, None], units, 0), ((0, spare), (0, 0))).reshape(blocks, size, dim),
        jnp.pad(bias, (0, spare), constant_values=-jnp.inf).reshape(blocks, size),
    )
