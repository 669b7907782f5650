"""Gradients of several micro-batches as the gradient of one batch: exact, since rows are merged after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from embedlab.sparse.gradient import Entries, RowGradient


def over_micro_batches(function: Callable[..., Any], batch: Any, count: int) -> Any:
    """Calls a function of a micro-batch for each, one after the other.

    Args:
        function: of the arrays of a micro-batch.
        batch: a tuple of pytrees of arrays [count, …].
        count: how many micro-batches there are.

    Returns:
        What it returns, stacked: [count, …].

    Raises:
        ValueError: an array of the batch has not so many parts, or there is none.

    Example:
        >>> over_micro_batches(lambda x: x.sum(), (jnp.ones((3, 2)),), 3)
        Array([2., 2., 2.], dtype=float32)

    Source: none.
    """
    if not jax.tree.leaves(batch):
        raise ValueError(
            f"batch: with accumulate={count} it has arrays [{count}, …]; there is none, give some"
        )
    for path, leaf in jax.tree_util.tree_flatten_with_path(batch)[0]:
        shape = jnp.shape(leaf)
        if shape[:1] != (count,):
            raise ValueError(
                f"batch{jax.tree_util.keystr(path)}.shape={shape}: with accumulate={count} every array of a "
                f"batch has its micro-batches first, [{count}, …]; repeat what they share, such as a number, "
                "or let the loss hold it."
            )
    return jax.lax.scan(lambda _, one: (None, function(*one)), None, batch)[1]


def require_steps(batches: Any) -> None:
    """Requires what several steps in one program take: arrays with the steps before all else.

    Args:
        batches: a tuple of pytrees of arrays [steps, …].

    Raises:
        ValueError: there is no array, or one of another number of steps.

    Example:
        >>> require_steps((jnp.ones((3, 2)), jnp.ones(2)))
        Traceback (most recent call last):
        ValueError: batches[1].shape=(2,): every array has the steps first, as batches[0] has 3; stack ...

    Source: none.
    """
    leaves = jax.tree_util.tree_flatten_with_path(batches)[0]
    if not leaves:
        raise ValueError(
            "batches: there is no array, so no number of steps; give arrays [steps, …], or call step"
        )
    (first, one), *_ = leaves
    count = jnp.shape(one)[:1]
    for path, leaf in leaves:
        shape = jnp.shape(leaf)
        if not shape or shape[:1] != count:
            has = f", as batches{jax.tree_util.keystr(first)} has {count[0]}" if count else ""
            raise ValueError(
                f"batches{jax.tree_util.keystr(path)}.shape={shape}: every array has the steps first{has}; "
                "stack those of all steps, and repeat what they share"
            )


def as_one(stacked: RowGradient, share: float = 1.0) -> RowGradient:
    """One gradient of the stacked gradients of micro-batches: their sum, times a share.

    Args:
        stacked: whose arrays have the micro-batches before all else: rows int32 [m, k, n], cotangents float
            [m, owners, width] or None.
        share: what each counts, `1/m` for their mean.

    Returns:
        Rows [k, m · n], cotangents [m · owners, width].

    Example:
        >>> stacked = RowGradient(((Entries(jnp.array([[[0, 1]], [[1, 1]]])), jnp.ones((2, 2, 1))),))
        >>> as_one(stacked, 0.5).dense(jnp.zeros((2, 1))).ravel()
        Array([0.5, 1.5], dtype=float32)

    Source: none.
    """
    return RowGradient(tuple(_part(entries, cotangents, share) for entries, cotangents in stacked.parts))


def _part(entries: Entries, cotangents: Any, share: float) -> tuple[Entries, Any]:
    owners = entries.owners
    if owners is not None and cotangents is not None:
        number = cotangents.shape[1]
        first = number * jnp.arange(owners.shape[0], dtype=owners.dtype)[:, None, None]
        owners = jnp.where((owners >= 0) & (owners < number), owners + first, -1)
    if cotangents is not None:
        cotangents = share * cotangents.reshape(-1, cotangents.shape[-1])
    return Entries(_beside(entries.rows), _beside(entries.weights), _beside(owners)), cotangents


def _beside(array: Any) -> Any:
    """[m, k, n] → [k, m · n]: micro-batches beside each other."""
    if array is None:
        return None
    m, k, n = array.shape
    return jnp.moveaxis(array, 0, 1).reshape(k, m * n)
