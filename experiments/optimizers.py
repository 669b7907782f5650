"""The optimizers that `train.optimizer` names: each of rows, for tables, and its counterpart of optax.

The counterpart trains what is no table, and with `train.update` "dense" the tables as well. Both take
their rate and their weight decay in the same way: `w ← w − rate · (direction + weight_decay · w)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax.numpy as jnp
import optax

from embedlab import sparse
from experiments.config import Train
from experiments.errors import Mistake

_MOMENTUM = 0.9


class _Pair(NamedTuple):
    """An optimizer of rows, given rate and settings, and what gives optax's direction."""

    rows: Callable[..., sparse.RowOptimizer]
    direction: Callable[[], optax.GradientTransformation]


_PAIRS = {
    "adam": _Pair(sparse.adam, optax.scale_by_adam),
    "adagrad": _Pair(sparse.adagrad, optax.scale_by_rss),
    "sgd": _Pair(sparse.sgd, optax.identity),
    "momentum": _Pair(
        lambda rate, **settings: sparse.sgd(rate, _MOMENTUM, **settings), lambda: optax.trace(_MOMENTUM)
    ),
    "row_adagrad": _Pair(sparse.row_adagrad, optax.scale_by_rss),
    "row_adam": _Pair(sparse.row_adam, optax.scale_by_adam),
}


def check(settings: Train) -> None:
    """Builds both optimizers for nothing else than to hear what they refuse, before anything is written.

    Raises:
        Mistake: one of them refuses its settings; what it says is put under `train`.

    Example:
        >>> from experiments.config import Train
        >>> check(Train(optimizer="momentum", exact=True, weight_decay=0.1))
    """
    try:
        of_rows(settings)
        of_arrays(settings)
    except ValueError as error:
        raise Mistake(f"train.{error}") from error  # as in "rate=0.0: give …"


def of_rows(settings: Train, *, in_a_ball: bool = True) -> sparse.RowOptimizer:
    """The optimizer of a table's rows.

    Args:
        settings: how a model is trained.
        in_a_ball: whether `max_norm` is for this table; it is not for one whose rows are weights of others.

    Example:
        >>> from experiments.config import Train
        >>> of_rows(Train(optimizer="momentum", max_norm=1.0)).rule
        Momentum(decay=0.9, nesterov=False)
    """
    return _PAIRS[settings.optimizer].rows(
        rate(settings),
        exact=settings.exact,
        weight_decay=settings.weight_decay,
        l2=settings.l2,
        max_norm=settings.max_norm if in_a_ball else None,
        freeze=sparse.Freeze(until=settings.freeze_until) if settings.freeze_until else None,
        rounding=settings.rounding,
    )


def of_arrays(settings: Train) -> optax.GradientTransformation:
    """The optax optimizer of whole arrays."""
    parts = [_PAIRS[settings.optimizer].direction()]
    if settings.weight_decay:
        parts.append(optax.add_decayed_weights(settings.weight_decay))
    return optax.chain(*parts, optax.scale_by_learning_rate(rate(settings)))


def rate(settings: Train) -> Any:
    """The learning rate, a number; with warm-up a function of the steps taken before, which rises to it.

    Example:
        >>> from experiments.config import Train
        >>> [float(rate(Train(rate=1.0, warmup=4))(count)) for count in range(5)]
        [0.25, 0.5, 0.75, 1.0, 1.0]
    """
    if not settings.warmup:
        return settings.rate
    return lambda count: settings.rate * jnp.minimum(1.0, (count + 1) / settings.warmup)
