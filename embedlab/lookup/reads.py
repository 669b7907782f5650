"""A read of a table, as a program that can be found again in whatever was made of it.

Differentiated as usual, a look-up has a gradient as large as its table. `embedlab.sparse` does better by
looking into a traced program for the places where tables are read. So that it knows them, each is a `jit`
of one name, whose first argument is the table and which returns, beside what it read, which rows that was:

    out, rows, weights, owners = read(table, …)      out[i] = Σ_j weights[j, i] · table[rows[j, i]]

with the weights left out where they are ones. Where owners are given, entry (j, i) falls to out[owners[j, i]]
instead of to out[i]. XLA removes what nobody uses, so an ordinary program pays nothing for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax

#: The name of these programs in a traced one.
READ = "embedlab_read"


def read_program(function: Callable[..., Any], static: Sequence[int] = ()) -> Callable[..., Any]:
    """Makes a read of a function, by the rules at the head of this module.

    Args:
        function: of a table [rows, width] and whatever else; returns a tuple of what it read, float
            [n, width], rows int32 [k, n], and perhaps weights and owners [k, n].
        static: places of arguments that are no arrays.

    Returns:
        The same function, as a `jit` of the one name.

    Example:
        >>> import jax.numpy as jnp
        >>> first = read_program(lambda table, rows: (table[rows], rows[None]))
        >>> str(jax.make_jaxpr(first)(jnp.ones((3, 2)), jnp.array([1]))).count(READ)
        1

    Source: the idea of named calls that a later pass transforms, as in `jax.ad_checkpoint.checkpoint_name`.
    """

    def program(*arguments: Any) -> Any:
        return function(*arguments)

    program.__name__ = program.__qualname__ = READ
    return jax.jit(program, static_argnums=tuple(static))
