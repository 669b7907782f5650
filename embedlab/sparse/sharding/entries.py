"""What a device does with entries: it collects those of others, and picks those of the rows it holds."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
from jax.sharding import PartitionSpec as P

from embedlab.base import ABSENT
from embedlab.sparse.gradient import Entries
from embedlab.sparse.sharding.axes import Sharding


def specs(sharding: Sharding, entries: Entries) -> Entries:
    """How entries are cut: over the batch axis, along n, where it divides that.

    Args:
        sharding: of the table.
        entries: of a look-up, rows [k, n].

    Returns:
        A PartitionSpec for each of its arrays.

    Example:
        >>> mesh = jax.make_mesh((1,), ("data",), axis_types=(jax.sharding.AxisType.Auto,))
        >>> specs(Sharding(mesh, batch="data"), Entries(jnp.array([[3, 7]]))).rows[1]
        'data'

    Source: none.
    """
    spec = P(None, sharding.over_batch(entries.rows.shape[1]))
    return jax.tree.map(lambda _: spec, entries)


def collect(tree: Any, spec: Any) -> Any:
    """Whole arrays from a device's parts, by `all_gather`. In their old order, so that sums keep theirs.

    Args:
        tree: of arrays [...], as a device has them.
        spec: how each was cut.

    Returns:
        The same on every device.

    Example:
        >>> collect(jnp.ones((2, 1)), P(None, None)).shape
        (2, 1)

    Source: `jax.lax.all_gather`.
    """

    def whole(array: Any, spec: P) -> Any:
        for dimension, axis in enumerate(spec):
            if axis is not None:
                array = jax.lax.all_gather(array, axis, axis=dimension, tiled=True)
        return array

    return jax.tree.map(whole, tree, spec)


def first_row(sharding: Sharding, rows: int) -> Any:
    """The number of a device's first row, int32 []; called inside `shard_map`.

    Args:
        sharding: of the table.
        rows: how many rows the device holds.

    Returns:
        The number in the whole table.

    Example:
        >>> mesh = jax.make_mesh((1,), ("data",), axis_types=(jax.sharding.AxisType.Auto,))
        >>> first_row(Sharding(mesh), 5)
        0

    Source: none.
    """
    return 0 if sharding.rows is None else jax.lax.axis_index(sharding.rows) * rows


def held(entries: Entries, first: Any, rows: int) -> Entries:
    """The entries with a device's own numbers for rows; `ABSENT` for those of rows it doesn't hold.

    Args:
        entries: with rows [k, n] of the whole table.
        first: the device's first row.
        rows: how many it holds.

    Returns:
        The entries, as many as before.

    Example:
        >>> held(Entries(jnp.array([[3, 7, -1]])), 5, 5).rows == ABSENT
        Array([[ True, False,  True]], dtype=bool)

    Source: none.
    """
    here = entries.rows - first
    inside = (entries.rows >= first) & (here < rows)
    return dataclasses.replace(entries, rows=jnp.where(inside, here, ABSENT))
