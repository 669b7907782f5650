"""The optimizers of rows that people use, by name: `sgd`, `adagrad`, `adam`, and their row-wise kin.

Each gives a `RowOptimizer`, which see for what they have in common: schedules, decay, L2, max-norm, freezing,
and what becomes of rows between the steps that touch them.
"""

from __future__ import annotations

from typing import Any

from embedlab.checks import require
from embedlab.sparse.optimizer import RowOptimizer, Schedule
from embedlab.sparse.rules import Adagrad, Adam, ClippedSgd, Momentum, RowAdagrad, RowAdam, Sgd


def sgd(
    rate: float | Schedule,
    momentum: float | None = None,
    *,
    nesterov: bool = False,
    limit: float | None = None,
    **settings: Any,
) -> RowOptimizer:
    """SGD, with momentum if it is given. Without, lazy and exact are one, and equal `optax.sgd`.

    Args:
        rate: learning rate, a number or an optax schedule.
        momentum: decay of the momentum, which is kept by row [rows, width]; None for none.
        nesterov: whether of Nesterov's kind.
        limit: greatest norm of a row's gradient [width]; None for no limit. Not with momentum.
        settings: further fields of `RowOptimizer`.

    Returns:
        The optimizer.

    Raises:
        ValueError: Nesterov's kind of no momentum, or a limit with it.

    Example:
        >>> sgd(0.1, 0.9, exact=True).rule
        Momentum(decay=0.9, nesterov=False)

    Reference: Sutskever et al. 2013.
    """
    moves = momentum is not None or not nesterov
    require(moves, "nesterov", nesterov, "give a momentum with it, as sgd(0.1, 0.9, nesterov=True)")
    alone = limit is None or momentum is None
    require(alone, "limit", limit, "momentum would go beyond it; give one of the two")
    if momentum is not None:
        return RowOptimizer(Momentum(momentum, nesterov), rate, **settings)
    return RowOptimizer(Sgd() if limit is None else ClippedSgd(limit), rate, **settings)


def adagrad(
    rate: float | Schedule,
    *,
    initial: float = 0.1,
    eps_root: float = 1e-7,
    eps: float = 0.0,
    **settings: Any,
) -> RowOptimizer:
    """Adagrad, equal to `optax.adagrad`; see `rules.Adagrad` for torch's numbers.

    Args:
        rate: learning rate, a number or an optax schedule.
        initial: what the sums [rows, width] start from.
        eps_root: added under the root.
        eps: added to the root.
        settings: further fields of `RowOptimizer`.

    Returns:
        The optimizer.

    Example:
        >>> adagrad(0.1).rule
        Adagrad(initial=0.1, eps_root=1e-07, eps=0.0)

    Reference: Duchi, Hazan & Singer 2011.
    """
    return RowOptimizer(Adagrad(initial, eps_root, eps), rate, **settings)


def row_adagrad(
    rate: float | Schedule,
    *,
    initial: float = 0.0,
    eps_root: float = 0.0,
    eps: float = 1e-8,
    **settings: Any,
) -> RowOptimizer:
    """Row-wise Adagrad, FBGEMM's: one number a row.

    Args:
        rate: learning rate, a number or an optax schedule.
        initial: what the sums [rows, 1] start from.
        eps_root: added under the root.
        eps: added to the root.
        settings: further fields of `RowOptimizer`.

    Returns:
        The optimizer.

    Example:
        >>> import jax.numpy as jnp
        >>> row_adagrad(0.1).init(jnp.zeros((10, 4))).num_bytes
        40

    Reference: Khudia et al. 2021.
    """
    return RowOptimizer(RowAdagrad(initial, eps_root, eps), rate, **settings)


def adam(
    rate: float | Schedule,
    *,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
    exact: bool = False,
    **settings: Any,
) -> RowOptimizer:
    """Adam: lazy, equal to torch's SparseAdam; or exact, equal to `optax.adam` on the whole table.

    Args:
        rate: learning rate, a number or an optax schedule.
        b1: decay of the first moment [rows, width].
        b2: decay of the second [rows, width].
        eps: added to the root.
        exact: whether rows take the steps that they missed.
        settings: further fields of `RowOptimizer`.

    Returns:
        The optimizer.

    Example:
        >>> adam(0.1, exact=True).rule.torch
        False

    Reference: Kingma & Ba 2015.
    """
    return RowOptimizer(Adam(b1, b2, eps, torch=not exact), rate, exact=exact, **settings)


def row_adam(
    rate: float | Schedule, *, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8, **settings: Any
) -> RowOptimizer:
    """Row-wise Adam, FBGEMM's: one second moment a row. Lazy.

    Args:
        rate: learning rate, a number or an optax schedule.
        b1: decay of the first moment [rows, width].
        b2: decay of the second [rows, 1].
        eps: added to the root.
        settings: further fields of `RowOptimizer`.

    Returns:
        The optimizer.

    Example:
        >>> row_adam(0.1).rule
        RowAdam(b1=0.9, b2=0.999, eps=1e-08)

    Reference: Khudia et al. 2021.
    """
    return RowOptimizer(RowAdam(b1, b2, eps), rate, **settings)
