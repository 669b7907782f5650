"""Regularisation of an embedding: dropout of components and of whole ids, L2 on the rows used.

Max-norm, which rewrites rows, is `embedlab.max_norm`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from embedlab.base import Lookup, accumulator
from embedlab.checks import finite_fields, require


@dataclasses.dataclass(frozen=True)
class Dropout:
    """What is dropped in training, where `embed` or `bag` is given a key.

    Word dropout takes each position of the ids out with probability `words`, as if it were padding: a
    mean is then over those that stay. Embedding dropout sets each component of a vector that comes out
    to zero with probability `components`, and divides the rest by `1 − components`.

    Attributes:
        words: probability that a position is dropped whole.
        components: probability that a component is dropped.

    Raises:
        ValueError: a probability outside [0, 1).

    Example:
        >>> Dropout(words=0.1)   # a rate, no shape
        Dropout(words=0.1, components=0.0)

    Reference: Iyyer et al. 2015, "Deep unordered composition rivals syntactic methods" (words);
    Srivastava et al. 2014, "Dropout" (components).
    """

    words: float = 0.0
    components: float = 0.0

    def __post_init__(self) -> None:
        remedy = "give a probability of at least 0 and below 1"
        finite_fields(self, "words", "components", remedy=remedy)
        for field in ("words", "components"):
            rate = getattr(self, field)
            require(0 <= rate < 1, field, rate, remedy)


def keep_words(key: PRNGKeyArray, shape: tuple[int, ...], rate: float) -> Any:
    """Draws which positions stay: `P(True) = 1 − rate`.

    Args:
        key: random key.
        shape: shape [...] of the ids.
        rate: probability of being dropped.

    Returns:
        bool [...].

    Example:
        >>> keep_words(jax.random.key(0), (2, 3), 0.0).all()
        Array(True, dtype=bool)

    Reference: Iyyer et al. 2015.
    """
    return jax.random.bernoulli(key, 1 - rate, shape)


def drop_components(
    key: PRNGKeyArray, vectors: Float[Array, "*shape dim"], rate: float
) -> Float[Array, "*shape dim"]:
    """Inverted dropout: `v · m / (1 − rate)` with `m` Bernoulli of `1 − rate`, a component each.

    Args:
        key: random key.
        vectors: float [..., dim].
        rate: probability of being dropped.

    Returns:
        float [..., dim], equal to `vectors` in expectation.

    Example:
        >>> drop_components(jax.random.key(0), jnp.ones((2, 3)), 0.0).sum()
        Array(6., dtype=float32)

    Reference: Srivastava et al. 2014.
    """
    keep = jax.random.bernoulli(key, 1 - rate, vectors.shape)
    return jnp.where(keep, vectors / (1 - rate), jnp.zeros((), vectors.dtype))


def l2_rows(gathered: Mapping[str, Array], lookups: tuple[Lookup, ...]) -> Float[Array, ""]:
    """L2 penalty on the rows a batch used, each distinct row once: `½ Σ_{r used} ‖T[r]‖²`.

    Each occurrence is divided by how often its row occurs, so the gradient with respect to a row is
    the row itself, however often it was looked up; the cost depends on the batch, not on the table.

    Args:
        gathered: rows, float [..., k, width] by table name, as `embedlab.gather` gives them.
        lookups: what they were gathered with, as `embedlab.lookups` gives it.

    Returns:
        float [], to be added to a loss with a factor of the user's.

    Example:
        >>> look = Lookup("table", jnp.array([[0, 0, 1]], jnp.int32))
        >>> l2_rows({"table": jnp.ones((1, 3, 2))}, (look,))
        Array(2., dtype=float32)

    Source: weight decay restricted to the rows in use; compare LightFM and BPR (Rendle et al. 2009).
    """
    total = jnp.zeros(())
    for look in lookups:
        rows = jnp.asarray(look.rows).reshape(-1)
        vectors = gathered[look.table]
        vectors = vectors.reshape(rows.shape[0], vectors.shape[-1])
        squares = jnp.square(vectors.astype(accumulator(vectors.dtype))).sum(-1)
        ordered = jnp.sort(rows)
        times = jnp.searchsorted(ordered, rows, side="right") - jnp.searchsorted(ordered, rows)
        total = total + (squares / times.astype(squares.dtype)).sum() / 2
    return total
