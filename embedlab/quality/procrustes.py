"""Two tables of the same words laid over each other by a rotation."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from embedlab._arrays import checked, directions, lengths, nan_unless_finite, power_of_two, product
from embedlab.checks import require


class Procrustes(NamedTuple):
    """How well two tables fit once one is turned.

    Attributes:
        rotation: float [dim, dim], orthogonal, dim the larger of both; a · rotation lies over b.
        residual: float scalar, `‖aΩ/‖a‖ − b/‖b‖‖` in [0, √2]: 0 where the tables are one but for rotation
            and scale.
        cosine: float scalar in [−1, 1], the mean cosine of each word's two vectors after rotation.

    Example:
        >>> a = jax.random.normal(jax.random.key(0), (50, 8))   # [n, dim]
        >>> round(float(procrustes(a, -3.0 * a).cosine), 4)
        1.0

    Source: none; the numbers of `procrustes`.
    """

    rotation: Any
    residual: Any
    cosine: Any


@jax.jit
def procrustes(a: Float[Array, "n dim_a"], b: Float[Array, "n dim_b"]) -> Procrustes:
    """The rotation (with reflection) that brings one table nearest to another: orthogonal Procrustes.

    `Ω = argmin ‖aΩ − b‖_F` over orthogonal Ω: `U Vᵀ` of the singular value decomposition `aᵀb = U Σ Vᵀ`.
    The narrower table is widened by zeros. Long vectors count for more; bring all to one length first for
    each word to count alike. Both tables are scaled to Frobenius norm 1 for the residual; they are not
    centred. A row that is zero in either table has no cosine, and is left out of their mean.

    Args:
        a: float [n, dim_a], a table.
        b: float [n, dim_b], another of the same rows.

    Returns:
        Rotation, residual and mean cosine; NaN if any number is NaN or infinite. Of tables of zeros the
        residual and the cosine are 0.

    Raises:
        ValueError: the tables have different numbers of rows, or n or dim is 0.

    Example:
        >>> a = jax.random.normal(jax.random.key(0), (50, 8))
        >>> turn = jnp.linalg.qr(jax.random.normal(jax.random.key(1), (8, 8)))[0]
        >>> float(procrustes(a, 2.0 * a @ turn).residual) < 1e-3
        True

    Reference: Schönemann 1966, "A generalized solution of the orthogonal Procrustes problem"; of word
    vectors, Hamilton et al. 2016, "Diachronic word embeddings reveal statistical laws of semantic change".
    """
    n = checked(a).shape[0]
    require(b.shape[:1] == (n,), "b.shape", b.shape, f"give a table of {n} rows, as many as a has")
    dim = max(a.shape[1], b.shape[1])
    first, second = (_scaled(jnp.pad(checked(x), ((0, 0), (0, dim - x.shape[1])))) for x in (a, b))
    u, _, vt = jnp.linalg.svd(product(first.T, second))
    rotation = product(u, vt)
    turned = product(first, rotation)
    residual = jnp.sqrt(jnp.square(turned - second).sum())
    (x, in_x), (y, in_y) = directions(turned), directions(second)
    counted = in_x & in_y
    cosine = jnp.where(counted, (x * y).sum(-1), 0).sum() / jnp.maximum(counted.sum(), 1)
    return Procrustes(*nan_unless_finite((rotation, residual, jnp.clip(cosine, -1, 1)), a, b))


def _scaled(vectors: Float[Array, "n dim"]) -> Float[Array, "n dim"]:
    """The table with Frobenius norm 1, or zeros."""
    norms = lengths(vectors)
    scale = power_of_two(norms.max())
    vectors, norms = vectors / scale, norms / scale  # so that no square overflows
    whole = jnp.sqrt(jnp.square(norms).sum())
    return vectors / jnp.where(whole == 0, 1, whole)
