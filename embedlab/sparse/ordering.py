"""What reads the tables comes before what writes them: so that they need not be copied."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from embedlab.sparse.gradient import RowGradient


def after_all_reads(gradients: Any, value: Any, aux: Any, step: Any) -> Any:
    """The same arrays, so that no table can be changed before all of it is there.

    Which rows were read is a small part of the gradients, and no update goes without it. Only where look-ups
    had weights do gradients need a table whose own update does not wait for them.

    Args:
        gradients: by role and name; of tables `RowGradient`, with rows [k, n].
        value: the loss, float [].
        aux: what else the loss returned.
        step: int32 [], of at least 0.

    Returns:
        Gradients, value and aux.

    Example:
        >>> gradients, value, aux = after_all_reads({"table": {}}, jnp.array(2.0), None, jnp.int32(0))
        >>> value
        Array(2., dtype=float32, weak_type=True)

    Source: none; `jax.lax.optimization_barrier` does not do it on the CPU.
    """
    if _weighed(gradients):
        return _all_at_once((gradients, value, aux), step)
    leaves, treedef = jax.tree.flatten(gradients)
    structure: Any = treedef
    which = [place for place, leaf in enumerate(leaves) if jnp.issubdtype(leaf.dtype, jnp.integer)]
    tied, value, aux = _all_at_once(([leaves[place] for place in which], value, aux), step)
    for place, leaf in zip(which, tied, strict=True):
        leaves[place] = leaf
    return structure.unflatten(leaves), value, aux


def _all_at_once(tree: Any, step: Any) -> Any:
    """The same arrays, none of which is there before all are.

    The gradient of learned weights reads a table whose update does not need it, and XLA would rather copy
    the table than say which goes first: it drops its barriers before it decides. A branch is one operation.
    """
    leaves, treedef = jax.tree.flatten(tree)
    structure: Any = treedef
    plain = [not jnp.issubdtype(leaf.dtype, jax.dtypes.extended) for leaf in leaves]
    chosen = [leaf for leaf, is_plain in zip(leaves, plain, strict=True) if is_plain]
    never = step < 0  # which only we know
    tied = iter(jax.lax.cond(never, lambda x: [jnp.zeros_like(one) for one in x], lambda x: x, chosen))
    both = zip(leaves, plain, strict=True)
    return structure.unflatten([next(tied) if is_plain else leaf for leaf, is_plain in both])


def _weighed(gradients: Any) -> bool:
    """Whether a look-up had weights, whose gradient reads the table once more."""
    of_rows = [one for one in gradients["table"].values() if isinstance(one, RowGradient)]
    return any(entries.weights is not None for one in of_rows for entries, _ in one.parts)
