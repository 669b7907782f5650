"""What is minimised: squared errors of ratings; for rankings, pairs, or a softmax over sampled items.

Source: as named below.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from experiments.recommend.scores import Half, of_all, of_pairs


def squared(users: Half, items: Half, ratings: Any) -> Float[Array, ""]:
    """Mean of `(r − s)²`.

    Args:
        users: halves [rows].
        items: halves [rows].
        ratings: float [rows], of mean 0 and variance 1.

    Example:
        >>> one = Half(jnp.ones((1, 1)), jnp.zeros(1))
        >>> squared(one, one, jnp.array([3.0]))
        Array(4., dtype=float32)
    """
    return ((of_pairs(users, items) - ratings) ** 2).mean()


def pairwise(users: Half, liked: Half, others: Half, fits: Any) -> Float[Array, ""]:
    """Mean of `−ln σ(s(u, i) − s(u, j))`: how surely what a user liked stands before what they did not like.

    Args:
        users: halves [rows].
        liked: halves [rows], of an item that the user liked.
        others: halves [rows, each], of items drawn against it, not met or rated low.
        fits: bool [rows, each], which of them count.

    Example:
        >>> one, none = Half(jnp.ones((1, 1)), jnp.zeros(1)), Half(jnp.zeros((1, 1, 1)), jnp.zeros((1, 1)))
        >>> round(float(pairwise(one, one, none, jnp.array([[True]]))), 4)    # ln(1 + 1/e)
        0.3133

    Reference: Rendle et al. 2009, "BPR: Bayesian personalized ranking from implicit feedback".
    """
    above = of_pairs(users, liked)[:, None] - of_pairs(
        Half(users.factors[:, None], users.bias[:, None]), others
    )
    losses = jnp.where(fits, jax.nn.softplus(-above), 0)
    return losses.sum() / jnp.maximum(fits.sum(), 1)


def sampled_softmax(
    users: Half, candidates: Half, numbers: Any, log_expected: Any, temperature: float = 1.0
) -> Float[Array, ""]:
    """Cross-entropy of a softmax over sampled items, of which candidate k is what user k liked.

    The other candidates are drawn: those that other rows of the batch liked, so by how often each is, and
    others evenly. From each of their logits `s(u, j) / τ` goes `ln m_j`, m_j how often j is drawn on average:
    the sum over the sample then estimates that over all items. What was liked is not drawn, so its logit
    stays; a candidate that is the liked item once more is left out, since it is in the sum already.

    Args:
        users: halves [rows].
        candidates: halves [candidates], at least as many as rows.
        numbers: int32 [candidates], which items they are.
        log_expected: float [candidates], ln m.
        temperature: τ.

    Example:
        >>> user, items = Half(jnp.ones((1, 1)), jnp.zeros(1)), Half(jnp.ones((2, 1)), jnp.zeros(2))
        >>> round(float(sampled_softmax(user, items, jnp.array([4, 9]), jnp.zeros(2))), 4)    # ln 2
        0.6931

    References: Bengio & Senécal 2008, "Adaptive importance sampling to accelerate training of a neural
    probabilistic language model"; Yi et al. 2019, "Sampling-bias-corrected neural modeling for large corpus
    item recommendations"; Yang et al. 2020, "Mixed negative sampling for learning two-tower neural networks".
    """
    rows = users.bias.shape[0]
    logits = of_all(users, candidates) / temperature
    own = jnp.arange(rows)[:, None] == jnp.arange(numbers.shape[0])
    again = (numbers[:rows, None] == numbers) & ~own
    corrected = jnp.where(own, logits, jnp.where(again, -jnp.inf, logits - log_expected))
    return (jax.nn.logsumexp(corrected, -1) - jnp.diagonal(logits)).mean()
