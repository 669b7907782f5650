"""Uniformity on the sphere, and alignment of pairs."""

from __future__ import annotations

import functools
import math
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from embedlab._arrays import checked, directions, nan_unless_finite, product
from embedlab.checks import require
from embedlab.quality._blocks import by_blocks


@functools.partial(jax.jit, static_argnames="t")
def uniformity(vectors: Float[Array, "n dim"], t: float = 2.0) -> Float[Array, ""]:
    """How evenly directions cover the sphere: 0 if all are the same, lower is more uniform.

    `log mean_{i ≠ j} exp(−t ‖u_i − u_j‖²)` with `u_i = v_i / ‖v_i‖`, over all pairs of distinct rows
    that are not zero; −4t is a bound. Computed by blocks in logarithms, with ‖u_i − u_j‖² = 2 − 2 u_iᵀu_j:
    memory is O(n · dim) and a block of 2²² scores, or of 32 n.

    Args:
        vectors: float [n, dim], n ≥ 2.
        t: sharpness of the Gaussian, above 0.

    Returns:
        Float scalar, at most 0 up to rounding. 0 if fewer than two rows are not zero; NaN if any number
        is NaN or infinite.

    Raises:
        ValueError: t is not above 0 and finite, n is below 2, or dim is 0.

    Example:
        >>> round(float(uniformity(jnp.eye(3))), 3)   # all squared distances are 2
        -4.0

    Reference: Wang & Isola 2020, "Understanding contrastive representation learning through alignment
    and uniformity on the hypersphere".
    """
    _require_positive("t", t)
    wide = checked(vectors, least=2)
    units, present = directions(wide)
    n = wide.shape[0]

    def log_sum(one: tuple[Any, Any]) -> Float[Array, ""]:
        unit, row = one
        counted = present & present[row] & (jnp.arange(n) != row)
        squared = jnp.maximum(2 - 2 * product(unit, units.T), 0)
        return jax.nn.logsumexp(jnp.where(counted, -t * squared, -jnp.inf))

    total = jax.nn.logsumexp(by_blocks(log_sum, (units, jnp.arange(n)), n))
    m = present.sum().astype(wide.dtype)
    log_pairs = jnp.log(jnp.maximum(m * (m - 1), 1))
    return nan_unless_finite(jnp.where(m < 2, 0, total - log_pairs), wide)


@functools.partial(jax.jit, static_argnames="alpha")
def alignment(x: Float[Array, "n dim"], y: Float[Array, "n dim"], alpha: float = 2.0) -> Float[Array, ""]:
    """How near the two vectors of a pair lie on the sphere: 0 if each pair agrees.

    `mean_i ‖u_i − w_i‖^α` with `u_i = x_i / ‖x_i‖` and `w_i = y_i / ‖y_i‖`, over the pairs of which
    neither vector is zero.

    Args:
        x: float [n, dim], the first of each pair.
        y: float [n, dim], the second.
        alpha: exponent, above 0.

    Returns:
        Float scalar in [0, 2^α]. 0 if no pair is left; NaN if any number is NaN or infinite.

    Raises:
        ValueError: alpha is not above 0 and finite, n or dim is 0, or the shapes differ.

    Example:
        >>> float(alignment(jnp.eye(2), 5.0 * jnp.array([[1.0, 0.0], [1.0, 0.0]])).round(4))   # (0 + 2) / 2
        1.0

    Reference: Wang & Isola 2020, "Understanding contrastive representation learning through alignment
    and uniformity on the hypersphere".
    """
    _require_positive("alpha", alpha)
    require(x.shape == y.shape, "y.shape", y.shape, f"give the shape of x, {x.shape}")
    first, second = checked(x), checked(y)
    (u, in_x), (w, in_y) = directions(first), directions(second)
    counted = in_x & in_y
    powers = jnp.square(u - w).sum(-1) ** (alpha / 2)
    mean = jnp.where(counted, powers, 0).sum() / jnp.maximum(counted.sum(), 1)
    return nan_unless_finite(mean, first, second)


def _require_positive(field: str, value: float) -> None:
    require(math.isfinite(value) and value > 0, field, value, "give a finite number above 0")
