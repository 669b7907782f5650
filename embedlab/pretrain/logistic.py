"""Logistic loss of many small products of matrices, with its gradient written out.

On a CPU the products take most of the time, and what differentiation makes of them is a third slower: one of
its products is of a transposed matrix, which XLA reads column by column.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float


@jax.custom_vjp
def logistic_loss(
    hidden: Float[Array, "n s dim"],
    outputs: Float[Array, "n c_and_k dim"],
    real: Bool[Array, "n s c"],
    weight: Float[Array, "n s"],
) -> Float[Array, ""]:
    """`Σ_real softplus(−u·v) + Σ_drawn weight · softplus(u·v)`, summed over all.

    Args:
        hidden: float [n, s, dim], the vectors u.
        outputs: float [n, c + k, dim], the vectors v: those of c targets, then those of k drawn words.
        real: bool [n, s, c], which targets count.
        weight: float [n, s], of each drawn word.

    Returns:
        Float scalar. It has a gradient by `hidden` and `outputs`; not one of that.

    Example:
        >>> hidden, outputs = jnp.zeros((1, 1, 4)), jnp.zeros((1, 3, 4))
        >>> round(float(logistic_loss(hidden, outputs, jnp.ones((1, 1, 1), bool), jnp.ones((1, 1)))), 3)
        2.079

    Reference: Mikolov et al. 2013, "Distributed representations of words and phrases and their
    compositionality".
    """
    return _forward(hidden, outputs, real, weight)[0]


def _forward(hidden: Any, outputs: Any, real: Any, weight: Any) -> tuple[Any, Any]:
    wide = jnp.promote_types(hidden.dtype, jnp.float32)
    scores = (hidden @ outputs.swapaxes(1, 2)).astype(wide)
    targets, drawn = real.shape[-1], outputs.shape[1] - real.shape[-1]
    weights = jnp.concatenate(
        [real.astype(wide), jnp.broadcast_to(weight.astype(wide)[..., None], (*weight.shape, drawn))], -1
    )
    sign = jnp.where(jnp.arange(targets + drawn) < targets, -1, 1).astype(wide)
    # softplus(z) = max(z, 0) + log(1 + e), and its derivative is 1 / (1 + e) or e / (1 + e), e = exp(−|z|).
    z = sign * scores
    e = jnp.exp(-jnp.abs(z))
    loss = (weights * (jnp.maximum(z, 0) + jnp.log(1 + e))).sum()
    slope = sign * weights * jnp.where(z >= 0, 1, e) / (1 + e)
    return loss, (hidden, outputs, slope)


def _backward(kept: Any, cotangent: Any) -> tuple[Any, Any, None, None]:
    hidden, outputs, slope = kept
    slope = (cotangent * slope).astype(outputs.dtype)
    # Without the barriers XLA folds the transposition into the product again.
    slope, turned = (jax.lax.optimization_barrier(x) for x in (slope, slope.swapaxes(1, 2)))
    return slope @ outputs, turned @ hidden, None, None


logistic_loss.defvjp(_forward, _backward)
