"""Skip-gram and CBOW: a word and those around it tell each other, by the loss that is chosen."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from embedlab.checks import require_count
from embedlab.pretrain.logistic import logistic_loss
from embedlab.pretrain.objective import Objective


@dataclasses.dataclass(frozen=True)
class NegativeSampling(Objective):
    """Logistic regression of real pairs against drawn ones: `−log σ(u·v) − Σ_k log σ(−u·v_k)`.

    A strip's positions share `shared` drawn words; each counts `negatives / shared`, so that it is as if
    every pair had `negatives` of its own.

    Attributes:
        negatives: drawn words a pair.
        shared: words that are drawn for a strip.

    Raises:
        ValueError: a number below 1.

    Example:
        >>> hidden = jnp.zeros((1, 2, 4))   # [strips, positions, dim]
        >>> real = jnp.ones((1, 2, 3), bool)
        >>> targets, drawn = jnp.zeros((1, 3, 4)), jnp.zeros((1, 2, 4))
        >>> round(float(NegativeSampling(5, 2).loss(hidden, targets, real, drawn, None)), 3)   # 6 · 6 · log 2
        24.953

    Reference: Mikolov et al. 2013, "Distributed representations of words and phrases and their
    compositionality"; drawn words that are shared: Ji et al. 2016, "Parallelizing word2vec in shared and
    distributed memory".
    """

    negatives: int = 5
    shared: int = 24

    def __post_init__(self) -> None:
        for field in ("negatives", "shared"):
            require_count(field, getattr(self, field))

    def loss(
        self,
        hidden: Float[Array, "n s dim"],
        targets: Float[Array, "n c dim"],
        real: Bool[Array, "n s c"],
        drawn: Float[Array, "n k dim"],
        log_chances: Any,
    ) -> Float[Array, ""]:
        """The sum over all pairs.

        Args:
            hidden: float [n, s, dim], vectors of positions.
            targets: float [n, c, dim], output vectors of the words that they may see.
            real: bool [n, s, c], which of them they see.
            drawn: float [n, k, dim], output vectors of drawn words.
            log_chances: not used.

        Returns:
            Float scalar.
        """
        weight = real.sum(-1) * (self.negatives / drawn.shape[1])
        # One product for both: the targets and the drawn words side by side.
        return logistic_loss(hidden, jnp.concatenate([targets, drawn], 1), real, weight)


@dataclasses.dataclass(frozen=True)
class SampledSoftmax(Objective):
    """Softmax over the real word and drawn ones: `−s + log(e^s + Σ_k e^{s_k})`, s = u·v − log(k · q(v)).

    Attributes:
        shared: words that are drawn for a strip.

    Raises:
        ValueError: a number below 1.

    Example:
        >>> hidden, targets, drawn = jnp.zeros((1, 1, 4)), jnp.zeros((1, 1, 4)), jnp.zeros((1, 3, 4))
        >>> chances = (jnp.zeros((1, 1)), jnp.zeros((1, 3)))
        >>> real = jnp.ones((1, 1, 1), bool)
        >>> round(float(SampledSoftmax(3).loss(hidden, targets, real, drawn, chances)), 3)   # log 4
        1.386

    Reference: Bengio & Senécal 2008, "Adaptive importance sampling to accelerate training of a neural
    probabilistic language model"; Jean et al. 2015.
    """

    shared: int = 64

    def __post_init__(self) -> None:
        require_count("shared", self.shared)

    def loss(
        self,
        hidden: Float[Array, "n s dim"],
        targets: Float[Array, "n c dim"],
        real: Bool[Array, "n s c"],
        drawn: Float[Array, "n k dim"],
        log_chances: Any,
    ) -> Float[Array, ""]:
        """The sum over all pairs.

        Args:
            hidden: float [n, s, dim], vectors of positions.
            targets: float [n, c, dim], output vectors of the words that they may see.
            real: bool [n, s, c], which of them they see.
            drawn: float [n, k, dim], output vectors of drawn words.
            log_chances: float [n, c] and [n, k], logarithms of the chances to draw each.

        Returns:
            Float scalar.
        """
        of_target, of_drawn = (x + jnp.log(drawn.shape[1]) for x in log_chances)
        there = hidden @ targets.swapaxes(1, 2) - of_target[:, None]
        against = hidden @ drawn.swapaxes(1, 2) - of_drawn[:, None]
        others = jax.nn.logsumexp(against, -1)[..., None]
        return jnp.where(real, jax.nn.softplus(others - there), 0).sum()
