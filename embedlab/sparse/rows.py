"""Reading some rows of a table and of its state, changing them, and writing them back in place."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from embedlab import native
from embedlab.base import ABSENT, accumulator
from embedlab.sparse.optimizer import RowState

# Rows at a time on the CPU: few enough to stay in its cache. An accelerator takes all at once.
_CHUNK = 1024

#: Given rows [n], values [n, width], what is kept of them, and further arrays [n, …]: new values and kept.
Change = Callable[..., tuple[Any, dict[str, Any]]]


def change_rows(
    table: Any,
    state: RowState,
    rows: Any,
    count: Any,
    change: Change,
    *beside: Any,
    key: Any = None,
) -> tuple[Any, RowState]:
    """Changes some rows, and what is kept of them.

    Args:
        table: float [rows, width].
        state: what is kept of it.
        rows: int32 [n], distinct; `ABSENT` for none.
        count: int32 [], from which place on there are none.
        change: what becomes of them; it sees values in float32 or wider.
        beside: arrays [n, …], of which it is given the same places.
        key: random key for stochastic rounding; None to round to the nearest.

    Returns:
        The table and the state, changed in place where they are donated.

    Example:
        >>> double = lambda rows, values, kept: (2 * values, kept)
        >>> change_rows(jnp.ones((3, 1)), RowState({}), jnp.array([2]), 1, double)[0].ravel()
        Array([1., 1., 2.], dtype=float32)

    Source: none.
    """
    if rows.shape[0] == 0:
        return table, state
    chunk = min(_CHUNK, rows.shape[0]) if jax.default_backend() == "cpu" else rows.shape[0]
    short = -rows.shape[0] % chunk
    rows = jnp.pad(rows, (0, short), constant_values=ABSENT)
    beside = tuple(jnp.pad(x, ((0, short), *((0, 0),) * (x.ndim - 1))) for x in beside)

    def step(number: Any, carry: Any) -> Any:
        table, kept = carry
        here, *also = (jax.lax.dynamic_slice_in_dim(x, number * chunk, chunk) for x in (rows, *beside))
        old = _read(table, here).astype(accumulator(table.dtype))
        own = {name: _read(array, here) for name, array in kept.items()}
        values, new = change(here, old, own, *also)
        one = None if key is None else jax.random.fold_in(key, number)
        values = round_to(table.dtype, values, one)
        # Without this XLA may read again after it has written, and copies the table for it.
        (values, new, table, kept) = jax.lax.optimization_barrier((values, new, table, kept))
        return _write(table, here, values), {name: _write(kept[name], here, new[name]) for name in kept}

    chunks = (jnp.asarray(count, jnp.int32) + (chunk - 1)) // chunk
    table, kept = jax.lax.fori_loop(0, chunks, step, (table, state.rows))
    return table, dataclasses.replace(state, rows=kept)


def round_to(dtype: Any, values: Any, key: Any = None) -> Any:
    """Values in a table's dtype: the nearest, or, with a key, one of the two neighbours at random.

    Stochastic rounding adds a random number below one unit of the narrower type, and cuts off: `E[result] =
    value`. Rounded to the nearest, an update below half a unit would never come through.

    Args:
        dtype: of the table.
        values: float32 [n, width].
        key: random key, for bfloat16; or None.

    Returns:
        [n, width] of the dtype.

    Example:
        >>> round_to(jnp.bfloat16, jnp.full((1000, 1), 1.001), jax.random.key(0)).mean(dtype=jnp.float32)
        Array(1.000..., dtype=float32)

    Reference: Gupta et al. 2015, "Deep learning with limited numerical precision".
    """
    if key is None or dtype != jnp.bfloat16:
        return values.astype(dtype)
    bits = jax.lax.bitcast_convert_type(values.astype(jnp.float32), jnp.uint32)
    noise = jax.random.bits(key, values.shape, jnp.uint16).astype(jnp.uint32)
    cut = jax.lax.bitcast_convert_type((bits + noise) & jnp.uint32(0xFFFF0000), jnp.float32)
    return jnp.where(jnp.isfinite(values), cut, values).astype(dtype)


def _read(array: Any, rows: Any) -> Any:
    if _by_kernel(array):
        return native.pool(array, rows[None])
    return array.at[rows].get(mode="fill", fill_value=0, wrap_negative_indices=False)  # of any type


def _write(array: Any, rows: Any, values: Any) -> Any:
    if _by_kernel(array):
        return native.write(array, rows, values)
    settings: dict[str, Any] = {"mode": "drop", "wrap_negative_indices": False}
    return array.at[rows].set(values.astype(array.dtype), **settings)


def _by_kernel(array: Any) -> bool:
    return array.dtype == jnp.float32 and native.available()
