"""What training minimises: cross-entropy over all entities, or answers against drawn ones."""

from __future__ import annotations

import dataclasses
from abc import ABC
from typing import Any, Literal, get_args

import draccus
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from embedlab.checks import require
from experiments.checks import finite, require_bool, require_choice, require_counts, require_probability

Loss = Literal["softmax", "logistic", "margin", "adversarial"]
_MOST = 2**16


class Objective(draccus.ChoiceRegistry, ABC):
    """How answers are told from other entities: a frozen dataclass, chosen in a config by its name."""

    @classmethod
    def default_choice_name(cls) -> str:
        """The objective that is meant where a config names none."""
        return "all"


@Objective.register_subclass("all")
@dataclasses.dataclass(frozen=True)
class All(Objective):
    """1-vs-all: every answer against every entity, `−(1 − ε) log p(answer) − ε · mean_e log p(e)`.

    p is the softmax of the scores of all entities. One row of scores serves all answers of a query in a step,
    so it costs the distinct queries and not the facts. The table is trained whole, as each step reads it all.

    Attributes:
        smoothing: ε, the part of the target that is spread over all entities.
        answers: answers of a query in one example, at most; of more there are several examples.

    Raises:
        ValueError: no probability, or a count below 1.

    Example:
        >>> All(smoothing=0.1).answers
        8

    Reference: Lacroix, Usunier & Obozinski 2018 (all entities); Dettmers et al. 2018, "Convolutional 2D
    knowledge graph embeddings" (a query at a time; label smoothing).
    """

    smoothing: float = 0.0
    answers: int = 8

    def __post_init__(self) -> None:
        require_probability("smoothing", self.smoothing)
        require_counts(self, _MOST, "answers")


@Objective.register_subclass("negatives")
@dataclasses.dataclass(frozen=True)
class Negatives(Objective):
    """Each answer against entities that are drawn evenly from all; a step costs what it reads.

    An entity that is drawn and is the answer itself is left out; other true answers are not looked for.
    With s the score of the answer and n those of the drawn ones:

        softmax      −log(e^s / (e^s + Σ e^n))
        logistic     log(1 + e^−s) + mean log(1 + e^n)
        margin       mean max(0, γ − s + n)
        adversarial  −log σ(γ + s) − Σ p · log σ(−n − γ), p the softmax of temperature · n, held fixed

    Attributes:
        count: drawn for an answer; or, if shared, for a whole batch.
        shared: whether all answers of a batch stand against the same ones: one product of matrices, of which
            many more can be had.
        loss: one of those above.
        margin: γ.
        temperature: how much the hardest of the drawn count most, in the adversarial loss; 0 for all alike.

    Raises:
        ValueError: a count below 1, an unknown loss, a number that is not finite or below 0.

    Example:
        >>> Negatives(count=1024, shared=True).loss
        'softmax'

    Reference: Bordes et al. 2013 (margin); Trouillon et al. 2016 (logistic); Sun et al. 2019 (adversarial);
    Jean et al. 2015, "On using very large target vocabulary for neural machine translation" (softmax).
    """

    count: int = 64
    shared: bool = False
    loss: Loss = "softmax"
    margin: float = 6.0
    temperature: float = 1.0

    def __post_init__(self) -> None:
        require_counts(self, _MOST, "count")
        require_bool("shared", self.shared)
        require_choice("loss", self.loss, get_args(Loss))
        for field in ("margin", "temperature"):
            value = getattr(self, field)
            require(finite(value) and value >= 0, field, value, "give a finite number of at least 0")


def against_all(
    scores: Float[Array, "queries entities"],
    answers: Float[Array, "queries answers"],
    real: Bool[Array, "queries answers"],
    mean: Float[Array, " queries"],
    smoothing: float,
) -> Float[Array, ""]:
    """Cross-entropy of the softmax over all entities, the mean over answers.

        Σ_q Σ_a (log Σ_e e^{s(q, e)} − (1 − ε) · s(q, a) − ε · mean_e s(q, e)) / #answers

    Args:
        scores: float [queries, entities].
        answers: float [queries, answers], those of the true ones.
        real: bool [queries, answers], which of them are there.
        mean: float [queries], the mean of each query's scores; not read where there is no smoothing.
        smoothing: ε.

    Returns:
        float [].

    Example:
        >>> made = against_all(jnp.zeros((1, 4)), jnp.zeros((1, 2)), jnp.array([[True, False]]),
        ...                    jnp.zeros(1), 0.1)
        >>> round(float(made), 4)   # log 4
        1.3863

    Reference: see `All`.
    """
    counts = real.sum(-1)
    total = jax.nn.logsumexp(scores, -1) * counts - (1 - smoothing) * jnp.where(real, answers, 0).sum(-1)
    if smoothing:
        total = total - smoothing * counts * mean
    return total.sum() / jnp.maximum(counts.sum(), 1)


def against_drawn(
    objective: Negatives,
    answers: Float[Array, " examples"],
    drawn: Float[Array, "examples drawn"],
    kept: Bool[Array, "examples drawn"],
) -> Float[Array, " examples"]:
    """The loss of each example, as `Negatives` writes it.

    Args:
        objective: which loss, and its numbers.
        answers: float [examples], the scores of the answers.
        drawn: float [examples, drawn], those of drawn entities.
        kept: bool [examples, drawn], which of them count.

    Returns:
        float [examples].

    Example:
        >>> few = jnp.zeros(1), jnp.zeros((1, 3)), jnp.array([[True, True, False]])
        >>> [round(float(against_drawn(Negatives(loss=name, margin=1.0), *few)[0]), 3)
        ...  for name in ("softmax", "logistic", "margin", "adversarial")]
        [1.099, 1.386, 1.0, 1.627]

    Reference: see `Negatives`.
    """
    if objective.loss == "softmax":
        rivals = jnp.where(kept, drawn, -jnp.inf)
        return jax.nn.logsumexp(jnp.concatenate([answers[:, None], rivals], -1), -1) - answers
    if objective.loss == "logistic":
        return jax.nn.softplus(-answers) + _mean(jax.nn.softplus(drawn), kept)
    if objective.loss == "margin":
        return _mean(jnp.maximum(objective.margin - answers[:, None] + drawn, 0), kept)
    weights = jax.lax.stop_gradient(_softmax(objective.temperature * drawn, kept))
    missed = (weights * jax.nn.softplus(drawn + objective.margin)).sum(-1)
    return jax.nn.softplus(-answers - objective.margin) + missed


def _mean(values: Any, kept: Any) -> Any:
    return jnp.where(kept, values, 0).sum(-1) / jnp.maximum(kept.sum(-1), 1)


def _softmax(values: Any, kept: Any) -> Any:
    """Of what is kept; zeros where that is nothing."""
    return jnp.where(kept, jax.nn.softmax(jnp.where(kept, values, -1e30), -1), 0)
