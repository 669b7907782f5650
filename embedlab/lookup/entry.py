"""What every function of ids does first: the arrays fit the spec, the mask fits the ids, the ids enter."""

from __future__ import annotations

from typing import Any

import jax

from embedlab.base import Embedding, Lookup, Variables
from embedlab.checks import require
from embedlab.lookup.ids import as_ids, canonical, check_ids, enter
from embedlab.lookup.masks import as_mask


def admit(
    spec: Embedding, variables: Variables, ids: Any, mask: Any = None, *, checked: bool = False
) -> tuple[Any, Any]:
    """Ids and mask as a `jit` may take them, once they are found to fit.

    Args:
        spec: the embedding.
        variables: its arrays.
        ids: integers [...] of any type, or `Ids64`.
        mask: of the ids' shape, False or 0 where there is no id; None for all True.
        checked: whether a bad id is an error.

    Returns:
        Ids [...] whose type survives `jit`, and the mask, bool [...] or None.

    Raises:
        TypeError: the ids are no integers, or the mask is neither bools nor integers.
        ValueError: the arrays are not the spec's, the mask is of another shape, a host id needs more than
            32 bits, or, in the checked mode, one is out of range.

    Example:
        >>> import jax
        >>> from embedlab import Dense
        >>> spec = Dense(10, 4)
        >>> admit(spec, spec.init(jax.random.key(0)), [1, 2], [1, 0])
        (array([1, 2], dtype=int32), array([ True, False]))

    Source: none.
    """
    require_fit(spec, variables)
    known = spec.num_ids(variables.buffers)
    ids = as_ids(ids)
    mask = as_mask(mask, tuple(ids.shape))
    entered = enter(ids, known, mask)
    if checked:
        check_ids(ids, known, mask)
    return entered, mask


def lookups(spec: Embedding, variables: Variables, ids: Any, *, mask: Any = None) -> tuple[Lookup, ...]:
    """Which rows of which tables ids need: `index`, once the policy for bad ids has been applied.

    Args:
        spec: the embedding.
        variables: its arrays.
        ids: integers [...] of any type, or `Ids64`.
        mask: bool [...]; where it is False, and where an id is bad, rows are `ABSENT`. None for all True.

    Returns:
        One lookup a table, rows int32 [..., k].

    Raises:
        TypeError: the ids are no integers.
        ValueError: the arrays are not the spec's, the mask is of another shape, or a host id needs more
            than 32 bits and the kind takes no such ids.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> from embedlab import Dense, gather, l2_rows
        >>> spec = Dense(vocabulary=10, dim=4)
        >>> v = spec.init(jax.random.key(0))
        >>> (look,) = lookups(spec, v, jnp.array([3, 10, 3]))
        >>> look.mask.ravel()
        Array([ True, False,  True], dtype=bool)
        >>> penalty = l2_rows(gather(v.tables, (look,)), (look,))   # of row 3, once

    Source: the index stage of `embedlab.base`.
    """
    ids, mask = admit(spec, variables, ids, mask)
    return spec.index(variables.buffers, canonical(ids, spec.num_ids(variables.buffers), mask))


def require_fit(spec: Embedding, variables: Variables) -> None:
    """Requires the tables that the spec's `init` makes, by name and shape, and that they are still there.

    A smaller table would give zeros for the ids beyond it, and a wider one other vectors.

    Args:
        spec: the embedding.
        variables: arrays, of tables [rows, width].

    Raises:
        ValueError: a table is missing, has another shape, or was used up by a training step.

    Example:
        >>> import jax.numpy as jnp
        >>> from embedlab import Dense
        >>> require_fit(Dense(10, 4), Variables({"table": jnp.zeros((5, 4))}))
        Traceback (most recent call last):
        ValueError: tables['table'].shape=(5, 4): the spec has (10, 4); give the variables of its own init

    Source: none.
    """
    for name, shape in spec.table_shapes.items():
        remedy = "give the variables of its own init"
        require(name in variables.tables, "tables", sorted(variables.tables), f"no {name!r}; {remedy}")
        table = variables.tables[name]
        found = tuple(table.shape)
        require(found == tuple(shape), f"tables[{name!r}].shape", found, f"the spec has {shape}; {remedy}")
        # What is traced can't be deleted, and has no such method.
        if isinstance(table, jax.Array) and not isinstance(table, jax.core.Tracer) and table.is_deleted():
            raise ValueError(
                f"tables[{name!r}]: this array was used up, changed in place by a training step. Take the "
                "parameters of the state that the step returned; to keep these, copy them before: "
                "jax.tree.map(jnp.copy, variables)"
            )
