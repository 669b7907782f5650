"""The optimizers that `train.optimizer` names: each of rows, for tables, and its counterpart of optax.

The counterpart trains what is no table, and with `train.update` "dense" the tables as well. Both take
their rate and their weight decay in the same way: `w ← w − rate · (direction + weight_decay · w)`.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
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


def of_rows(settings: Train, *, in_a_ball: bool = True, mask: Any = None) -> sparse.RowOptimizer:
    """The optimizer of a table's rows.

    Args:
        settings: how a model is trained.
        in_a_ball: whether `max_norm` is for this table; it is not for one whose rows are weights of others.
        mask: bool [rows], those that rest until `freeze_until`, or for good; None for all until then.

    Example:
        >>> from experiments.config import Train
        >>> of_rows(Train(optimizer="momentum", max_norm=1.0)).rule
        Momentum(decay=0.9, nesterov=False)
    """
    return _PAIRS[settings.optimizer].rows(
        rate(_of_tables(settings)),
        exact=settings.exact,
        weight_decay=settings.weight_decay,
        l2=settings.l2,
        max_norm=settings.max_norm if in_a_ball else None,
        freeze=_freeze(settings, mask),
        rounding=settings.rounding,
    )


def _of_tables(settings: Train) -> Train:
    """The settings with the rate of tables in place of the other."""
    rate = settings.table_rate
    return settings if rate is None else dataclasses.replace(settings, rate=rate, table_rate=None)


def _freeze(settings: Train, mask: Any) -> sparse.Freeze | None:
    until = settings.freeze_until or None
    return None if mask is None and until is None else sparse.Freeze(mask, until)


def of_resting() -> sparse.RowOptimizer:
    """That of a table which is never trained: it keeps nothing, and asks for no gradient.

    Example:
        >>> of_resting().rests
        True
    """
    return sparse.sgd(1.0, freeze=sparse.Freeze())


def of_arrays(settings: Train, head_norm: float | None = None) -> optax.GradientTransformation:
    """The optax optimizer of whole arrays.

    Args:
        settings: how a model is trained.
        head_norm: greatest length of an output's weights in the head; None for no limit.
    """
    parts = [_PAIRS[settings.optimizer].direction()]
    if settings.l2_layers:
        parts.insert(0, optax.add_decayed_weights(settings.l2_layers, mask=_matrices))
    if settings.weight_decay:
        parts.append(optax.add_decayed_weights(settings.weight_decay))
    parts.append(optax.scale_by_learning_rate(rate(settings)))
    if settings.table_rate is not None:
        parts.append(_scaled_tables(settings.table_rate / settings.rate))
    if head_norm is not None:
        parts.append(columns_within("head.weight", head_norm))
    return optax.chain(*parts)


def _scaled_tables(factor: float) -> optax.GradientTransformation:
    """Multiplies what is added to tables, whose rate is so many times the other."""

    def update(updates: Any, state: Any, params: Any = None) -> tuple[Any, Any]:
        return {**updates, "table": jax.tree.map(lambda x: factor * x, updates["table"])}, state

    return optax.GradientTransformation(lambda params: optax.EmptyState(), update)


def columns_within(name: str, limit: float) -> optax.GradientTransformation:
    """Shortens the columns of one array to a length after each update: `w ← w · min(1, limit / ‖w‖)`.

    It stands last in a chain, where updates are what is added.

    Args:
        name: of the array [rows, columns], among what a trainer trains whole.
        limit: greatest length of a column.

    Example:
        >>> rule = columns_within("head.weight", 2.0)
        >>> updates = {"trained": {"head.weight": jnp.array([[3.0], [0.0]])}}
        >>> params = {"trained": {"head.weight": jnp.array([[0.0], [4.0]])}}
        >>> rule.update(updates, rule.init(params), params)[0]["trained"]["head.weight"]   # 1.2 and 1.6 after
        Array([[ 1.2], [-2.4]], dtype=float32)

    Reference: Kim 2014, "Convolutional neural networks for sentence classification", section 2.1.
    """
    projected = jax.vmap(optax.projections.projection_l2_ball, in_axes=(1, None), out_axes=1)

    def update(updates: Any, state: Any, params: Any = None) -> tuple[Any, Any]:
        old = params["trained"][name]
        new = projected(old + updates["trained"][name], limit)
        return {**updates, "trained": {**updates["trained"], name: new - old}}, state

    return optax.GradientTransformation(lambda params: optax.EmptyState(), update)


def _matrices(params: Any) -> Any:
    """Which of a trainer's arrays are matrices of encoder and head, as kernels of a convolution are."""
    trained = {
        name: jnp.ndim(leaf) >= 2 and name.startswith(("encoder.", "head."))
        for name, leaf in params["trained"].items()
    }
    return {"trained": trained, "table": dict.fromkeys(params["table"], False)}


def rate(settings: Train) -> Any:
    """The learning rate: a number where it is one, else a function of the steps taken before.

    With `warmup` it rises to `rate` in a line. From there on, `t` of the way to the last of `steps`, the rate
    is multiplied by `1 − t` (linear) or by `(1 + cos πt) / 2` (cosine).

    Example:
        >>> from experiments.config import Train
        >>> [float(rate(Train(rate=1.0, warmup=4))(count)) for count in range(5)]
        [0.25, 0.5, 0.75, 1.0, 1.0]
        >>> [float(rate(Train(rate=1.0, steps=4, schedule="linear"))(count)) for count in range(5)]
        [1.0, 0.75, 0.5, 0.25, 0.0]

    Reference: Loshchilov & Hutter 2017, "SGDR: Stochastic gradient descent with warm restarts" (cosine).
    """
    if not settings.warmup and settings.schedule == "constant":
        return settings.rate
    return functools.partial(_scheduled, settings)


def _scheduled(settings: Train, count: Any) -> Any:
    risen = jnp.minimum(1.0, (count + 1) / settings.warmup) if settings.warmup else 1.0
    if settings.schedule == "constant":
        return settings.rate * risen
    gone = jnp.clip((count - settings.warmup) / (settings.steps - settings.warmup), 0.0, 1.0)
    left = 1 - gone if settings.schedule == "linear" else (1 + jnp.cos(jnp.pi * gone)) / 2
    return settings.rate * risen * left
