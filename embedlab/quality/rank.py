"""How many dimensions a table really uses: the effective rank and RankMe."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from embedlab._arrays import checked, nan_unless_finite, unit_scaled


@jax.jit
def effective_rank(vectors: Float[Array, "n dim"]) -> Float[Array, ""]:
    """The effective rank: exp of the entropy of the normalised singular values.

    `exp(−Σ_k p_k log p_k)` with `p_k = σ_k / Σ_j σ_j`, σ the singular values of the vectors and
    0 log 0 = 0. It lies between 1 and min(n, dim), and is unchanged by scaling and rotation.

    The vectors are not centred, as in the paper: a mean common to all of them counts as one strong
    direction. For the rank about the mean, give `vectors - vectors.mean(0)`.

    Args:
        vectors: float [n, dim].

    Returns:
        Float scalar. 0 if all vectors are zero; NaN if any number is NaN or infinite.

    Raises:
        ValueError: n or dim is 0.

    Example:
        >>> float(effective_rank(jnp.eye(4)).round(4)), float(effective_rank(jnp.ones((4, 3))).round(4))
        (4.0, 1.0)

    Reference: Roy & Vetterli 2007, "The effective rank: a measure of effective dimensionality".
    """
    return _entropy_rank(vectors, 0.0)


@jax.jit
def rankme(vectors: Float[Array, "n dim"]) -> Float[Array, ""]:
    """RankMe: the effective rank with a small constant added to each share.

    `exp(−Σ_k p_k log p_k)` with `p_k = σ_k / Σ_j σ_j + ε` and ε = 10⁻⁷ for all types. It is
    `effective_rank` but for ε, which adds up to min(n, dim) · ε · |log ε| to the entropy: 0.0001 for
    64 dimensions. Not centred, as in the paper.

    Args:
        vectors: float [n, dim].

    Returns:
        Float scalar. 0 if all vectors are zero; NaN if any number is NaN or infinite.

    Raises:
        ValueError: n or dim is 0.

    Example:
        >>> float(rankme(jnp.eye(4)).round(4)), float(rankme(jnp.zeros((4, 3))))
        (4.0, 0.0)

    Reference: Garrido et al. 2023, "RankMe: assessing the downstream performance of pretrained
    self-supervised representations by their rank".
    """
    return _entropy_rank(vectors, 1e-7)


def _entropy_rank(vectors: Float[Array, "n dim"], epsilon: float) -> Float[Array, ""]:
    wide = checked(vectors)
    values = jnp.linalg.svd(unit_scaled(wide), compute_uv=False)
    total = values.sum()
    shares = values / jnp.where(total == 0, 1, total) + epsilon
    rank = jnp.exp(jax.scipy.special.entr(shares).sum())
    return nan_unless_finite(jnp.where(total == 0, 0, rank), wide)
