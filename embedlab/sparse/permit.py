"""Whether a loss is being traced for row-sparse gradients, and of which tables.

A Flax module with `update="sparse"` refuses train mode anywhere else, for there its tables would stay
untrained without a word. What is known is kept in a context of JAX: each thread has its own, and a `jit` that
was traced inside is traced anew outside, where it must refuse.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

import jax

#: Shapes and dtypes of the tables that get gradients.
_trained = jax.make_user_context(default_value=frozenset())


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
    with _trained(frozenset(map(_shape, tables))):
        yield


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
    return isinstance(table, jax.core.Tracer) and _shape(table) in _trained.value


def _shape(table: Any) -> tuple[tuple[int, ...], str]:
    return tuple(table.shape), str(table.dtype)
