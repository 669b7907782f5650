"""`max_norm`: keeps the rows in use in a ball."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from embedlab.base import Embedding, Variables, accumulator
from embedlab.checks import require
from embedlab.lookup.entry import admit
from embedlab.lookup.ids import canonical
from embedlab.lookup.take import read


def max_norm(spec: Embedding, variables: Variables, ids: Any, limit: Any, *, mask: Any = None) -> Variables:
    """Shortens the rows that ids use to a length of at most `limit`: `T[r] ← T[r] · min(1, limit/‖T[r]‖)`.

    Called after an update, it keeps rows in a ball, as torch's `max_norm` does before a look-up. Rows that
    are weights of others, the importance of a hashed embedding, are left as they are.

    Args:
        spec: the embedding.
        variables: its arrays.
        ids: integers [...], or `Ids64`.
        limit: greatest length of a row, a number.
        mask: bools, or integers of which 0 is False, of the ids' shape; False leaves an id's rows alone.

    Returns:
        New variables, alike but for the rows used. A row in use twice is shortened once.

    Raises:
        TypeError: the ids are no integers, or the mask is neither bools nor integers.
        ValueError: `limit` is not above zero; the arrays are not the spec's; the mask is of another shape,
            or a host id needs more than 32 bits and the kind takes no such ids.

    Example:
        >>> from embedlab import Dense
        >>> spec = Dense(vocabulary=2, dim=4)
        >>> ones = Variables({"table": jnp.ones((2, 4))})
        >>> max_norm(spec, ones, jnp.array([1]), 1.0).tables["table"]   # [ids, dim]
        Array([[1. , 1. , 1. , 1. ],
               [0.5, 0.5, 0.5, 0.5]], dtype=float32)

    Reference: Hinton et al. 2012, "Improving neural networks by preventing co-adaptation".
    """
    if not isinstance(limit, jax.core.Tracer):
        number = np.ndim(limit) == 0 and jnp.issubdtype(np.asarray(limit).dtype, np.number)
        require(bool(number and limit > 0), "limit", limit, "give a length above zero")
    ids, mask = admit(spec, variables, ids, mask)
    return _max_norm(spec, variables, ids, limit, mask)


@functools.partial(jax.jit, static_argnames="spec")
def _max_norm(spec: Embedding, variables: Variables, ids: Any, limit: Any, mask: Any) -> Variables:
    looks = spec.index(variables.buffers, canonical(ids, spec.num_ids(variables.buffers), mask))
    weights = {look.weights_from for look in looks}
    tables = {
        look.table: _shortened(variables.tables[look.table], look.rows, limit)
        for look in looks
        if look.table not in weights
    }
    return Variables({**variables.tables, **tables}, variables.dense, variables.buffers)


def _shortened(table: Any, rows: Any, limit: Any) -> Any:
    """The table with the rows in use no longer than `limit`."""
    rows = jnp.asarray(rows).reshape(-1)
    old = read(table, rows).astype(accumulator(table.dtype))
    norm = jnp.linalg.norm(old, axis=-1, keepdims=True)
    new = jnp.where(norm > limit, old * (limit / jnp.maximum(norm, limit)), old).astype(table.dtype)
    # Every occurrence of a row writes the same bits, so duplicates do no harm.
    return table.at[rows].set(new, mode="drop", wrap_negative_indices=False)
