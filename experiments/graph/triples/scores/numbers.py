"""Complex numbers as halves of a vector, and roots with a slope."""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp

from embedlab.checks import require

_TINY = 1e-9  # under a root, whose slope at nothing would be infinite


def require_even(dim: int) -> None:
    require(dim % 2 == 0, "dim", dim, "give an even width: halves of a vector are real and imaginary parts")


def halves(vectors: Any) -> tuple[Any, Any]:
    half = vectors.shape[-1] // 2
    return vectors[..., :half], vectors[..., half:]


def times(a: Any, b: Any) -> Any:
    """The product of complex numbers."""
    (a_re, a_im), (b_re, b_im) = halves(a), halves(b)
    return jnp.concatenate([a_re * b_re - a_im * b_im, a_re * b_im + a_im * b_re], -1)


def conjugate(a: Any) -> Any:
    re, im = halves(a)
    return jnp.concatenate([re, -im], -1)


def turn(relation: Any) -> Any:
    """Numbers of modulus 1."""
    angle = math.pi * math.sqrt(relation.shape[-1]) * halves(relation)[0]
    return jnp.concatenate([jnp.cos(angle), jnp.sin(angle)], -1)


def moduli(vectors: Any) -> Any:
    re, im = halves(vectors)
    return root(jnp.square(re) + jnp.square(im))


def root(squares: Any) -> Any:
    return jnp.sqrt(squares + _TINY)
