"""Reading tables by a kernel where there is one: a training step reads as often as it writes."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from embedlab import native
from embedlab.lookup.take import read
from embedlab.sparse.gradient import Entries
from embedlab.sparse.program import Reader


def usual_reader() -> Reader | None:
    """Reads by `embedlab.native`; None where there are no kernels, and the program reads for itself.

    Returns:
        A reader of float32 tables [rows, width].

    Example:
        >>> usual_reader() is None or callable(usual_reader())
        True

    Source: none.
    """
    return _by_kernel if native.available() else None


def _by_kernel(name: str, table: Any, entries: Entries, n: int) -> Any:
    """The look-up's sums [n, width]; None where the kernel is not for them."""
    if table.dtype != jnp.float32 or entries.owners is not None:
        return None
    if entries.weights is None:
        return native.pool(jax.lax.stop_gradient(table), entries.rows)
    return _pool(jax.lax.stop_gradient(table), entries.rows, entries.weights)


@jax.custom_vjp
def _pool(table: Any, rows: Any, weights: Any) -> Any:
    """`Σ_j weights[j, i] · table[rows[j, i]]`, differentiable in the weights alone."""
    return native.pool(table, rows, weights)


def _forward(table: Any, rows: Any, weights: Any) -> tuple[Any, Any]:
    return native.pool(table, rows, weights), (table, rows, weights)


def _backward(kept: Any, cotangent: Any) -> tuple[Any, None, Any]:
    """`dw[j, i] = <table[rows[j, i]], g[i]>`; the table is a constant here, whose zeros nobody uses."""
    table, rows, weights = kept

    def dot(_: None, at: Any) -> tuple[None, Any]:
        return None, (read(table, at) * cotangent).sum(-1)

    return jnp.zeros_like(table), None, jax.lax.scan(dot, None, rows)[1].astype(weights.dtype)


_pool.defvjp(_forward, _backward)
