"""Whether a loss is being traced for row-sparse gradients, and of which tables.

A Flax module with `update="sparse"` refuses train mode anywhere else, for there its tables would stay
untrained without a word. What is known is kept in a context variable: each thread has its own.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from typing import Any

import jax

_Shapes = frozenset[tuple[tuple[int, ...], str]]
_trained: ContextVar[_Shapes] = ContextVar("embedlab_trained_tables", default=frozenset())


@contextlib.contextmanager
def permitted(tables: Iterable[Any]) -> Iterator[None]:
    """While a loss is traced: the tables that get gradients are these.

    Args:
        tables: arrays [rows, width], of which only shapes and dtypes are kept.

    Example:
        >>> import jax.numpy as jnp
        >>> table = jnp.ones((3, 2))
        >>> with permitted([table]):
        ...     jax.jit(lambda table: table if may_train(table) else -table)(table)[0, 0]
        Array(1., dtype=float32)

    Source: none.
    """
    before = _trained.set(frozenset(map(_shape, tables)))
    try:
        yield
    finally:
        _trained.reset(before)


def may_train(table: Any) -> bool:
    """Whether a table that is about to be read gets a gradient, as far as can be told at that place.

    It does not outside of `permitted`; nor if it is no traced array, which a loss has from elsewhere than
    its arguments; nor if no table of the step has its shape.

    Args:
        table: array [rows, width].

    Returns:
        Whether it may be read in train mode.

    Example:
        >>> import jax.numpy as jnp
        >>> may_train(jnp.ones((3, 2)))
        False

    Source: none.
    """
    return isinstance(table, jax.core.Tracer) and _shape(table) in _trained.get()


def _shape(table: Any) -> tuple[tuple[int, ...], str]:
    return tuple(table.shape), str(table.dtype)
