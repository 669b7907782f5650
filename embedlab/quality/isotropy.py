"""Whether vectors point in all directions alike: partition isotropy and the mean cosine."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from embedlab._arrays import checked, directions, nan_unless_finite, product, unit_scaled


@jax.jit
def partition_isotropy(vectors: Float[Array, "n dim"]) -> Float[Array, ""]:
    """How nearly the partition function is the same in every direction: 1 is isotropic, 0 is not.

    `min_c Z(c) / max_c Z(c)` with `Z(c) = Σ_v exp(cᵀv)`, c over the unit eigenvectors of VᵀV. If c is an
    eigenvector so is −c, and which of them a solver returns is chance; so both are taken, and the value
    does not depend on the solver. (Where eigenvalues coincide, it still depends on the basis.) Computed
    in logarithms. It depends on the scale of the vectors, and they are not centred.

    Args:
        vectors: float [n, dim].

    Returns:
        Float scalar in [0, 1]. 1 if all vectors are zero; NaN if any number is NaN or infinite.

    Raises:
        ValueError: n or dim is 0.

    Example:
        >>> both = jnp.concatenate([jnp.eye(3), -jnp.eye(3)])
        >>> round(float(partition_isotropy(both)), 4), round(float(partition_isotropy(jnp.eye(3))), 4)
        (1.0, 0.5019)

    Reference: Mu & Viswanath 2018, "All-but-the-top: simple and effective postprocessing for word
    representations", after Arora et al. 2016.
    """
    wide = checked(vectors)
    scaled = unit_scaled(wide)  # the same eigenvectors, and no overflow
    logits = product(wide, jnp.linalg.eigh(product(scaled.T, scaled))[1])
    log_z = jnp.concatenate([jax.nn.logsumexp(logits, 0), jax.nn.logsumexp(-logits, 0)])
    return nan_unless_finite(jnp.exp(log_z.min() - log_z.max()), wide)


@jax.jit
def mean_cosine(vectors: Float[Array, "n dim"]) -> Float[Array, ""]:
    """The mean cosine of all pairs of distinct rows: 0 for isotropic vectors, 1 for a single direction.

    `(‖Σ_i u_i‖² − m) / (m (m − 1))` with `u_i = v_i / ‖v_i‖` over the m rows that are not zero, which
    equals the mean over all m (m − 1) pairs and costs O(n · dim). A zero row has no direction and is
    left out.

    Args:
        vectors: float [n, dim], n ≥ 2.

    Returns:
        Float scalar in [−1, 1]. 0 if fewer than two rows are not zero; NaN if any number is NaN or
        infinite.

    Raises:
        ValueError: n is below 2, or dim is 0.

    Example:
        >>> round(float(mean_cosine(jnp.array([[1.0, 0], [0, 2], [0, 0], [3, 3]]))), 4)   # (0 + 2/√2) / 3
        0.4714

    Reference: Ethayarajh 2019, "How contextual are contextualized word representations?" (the average
    cosine as a measure of anisotropy).
    """
    wide = checked(vectors, least=2)
    units, present = directions(wide)
    m = present.sum().astype(wide.dtype)
    pairs = jnp.maximum(m * (m - 1), 1)
    mean = (jnp.square(units.sum(0)).sum() - m) / pairs
    return nan_unless_finite(jnp.where(m < 2, 0, mean), wide)
