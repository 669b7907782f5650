"""What linear kinds share: a vector is a weighted sum of rows, with weights that may be rows themselves."""

from __future__ import annotations

from collections.abc import Mapping

import jax.numpy as jnp
from jaxtyping import Array, Float

from embedlab.base import Lookup, accumulator


def weighted_sum(gathered: Mapping[str, Array], lookups: tuple[Lookup, ...]) -> Float[Array, "*shape dim"]:
    """The combine of a linear kind: `Σ_k weights[..., k] · rows[..., k, :]`, in float32 or better.

    Args:
        gathered: rows, float [..., k, width] by table name.
        lookups: one main lookup, and those that it takes weights from.

    Returns:
        float [..., dim], of the table's dtype.

    Example:
        >>> look = Lookup("table", jnp.array([[0, 1]]), weights=jnp.array([[1.0, -1.0]]))
        >>> weighted_sum({"table": jnp.array([[[3.0, 4.0], [1.0, 1.0]]])}, (look,))   # [..., dim]
        Array([[2., 3.]], dtype=float32)

    Source: the definition of a linear kind, in `Embedding`.
    """
    main = main_lookup(lookups)
    rows = gathered[main.table]
    weights = effective_weights(gathered, main)
    if weights is None:
        return rows.sum(-2, dtype=accumulator(rows.dtype)).astype(rows.dtype)
    wide = accumulator(rows.dtype)
    return jnp.einsum("...k,...kd->...d", weights.astype(wide), rows.astype(wide)).astype(rows.dtype)


def main_lookup(lookups: tuple[Lookup, ...]) -> Lookup:
    """The lookup whose rows are summed: the one that no other takes its weights from.

    Args:
        lookups: those of a linear kind, rows [..., k].

    Returns:
        The main one.

    Example:
        >>> looks = (Lookup("importance", None), Lookup("table", None, weights_from="importance"))
        >>> main_lookup(looks).table
        'table'

    Source: none.
    """
    borrowed = {look.weights_from for look in lookups}
    (main,) = (look for look in lookups if look.table not in borrowed)
    return main


def effective_weights(gathered: Mapping[str, Array], look: Lookup) -> Float[Array, "*shape k"] | None:
    """Fixed weights times learned ones, [..., k]; None stands for ones.

    Args:
        gathered: rows, float [..., k, width] by table name.
        look: whose weights.

    Returns:
        float [..., k], or None.

    Example:
        >>> look = Lookup("table", jnp.array([[0, 1]]), weights_from="importance")
        >>> effective_weights({"importance": jnp.array([[[0.5, 2.0]]])}, look)
        Array([[0.5, 2. ]], dtype=float32)

    Reference: Svenstrup et al. 2017 (importance weights).
    """
    if look.weights_from is None:
        return None if look.weights is None else jnp.asarray(look.weights)
    learned = gathered[look.weights_from][..., 0, :]
    return learned if look.weights is None else learned * jnp.asarray(look.weights, learned.dtype)
