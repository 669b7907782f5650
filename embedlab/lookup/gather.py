"""`gather`: the rows that lookups name, in two forms.

`rows` gives a vector for every index, for combines that are not linear in the rows; `pooled` gives the
weighted sum, and never holds [..., k, dim].
"""

from __future__ import annotations

from collections.abc import Mapping

from jaxtyping import Array

from embedlab.base import Lookup
from embedlab.checks import require
from embedlab.linear import effective_weights, main_lookup
from embedlab.lookup.pool import pool
from embedlab.lookup.take import take


def gather(
    tables: Mapping[str, Array], lookups: tuple[Lookup, ...], *, pooled: bool = False
) -> dict[str, Array]:
    """Reads the rows that the lookups name.

    `rows`: `R[..., k, :] = T[rows[..., k]]`, zeros where a row is `ABSENT`.
    `pooled`: `R[...] = Σ_k weights[..., k] · T[rows[..., k]]` for the main lookup; lookups that others
    take their weights from come in the `rows` form.

    Differentiable in reverse to any order, and forward over reverse, with respect to the tables and to
    learned weights. Forward mode alone (`jax.jvp`) has the rows form of tables in float32 or float64 only.

    Args:
        tables: name → float [rows, width].
        lookups: one a table, with int32 rows [..., k].
        pooled: which form.

    Returns:
        By table name, float [..., k, width], or [..., width] where pooled.

    Raises:
        KeyError: a lookup names no table.
        ValueError: two lookups name the same table.

    Example:
        >>> import jax.numpy as jnp
        >>> from embedlab import ABSENT
        >>> look = Lookup("table", jnp.array([[0, 2, ABSENT]], jnp.int32))
        >>> tables = {"table": jnp.arange(6.0).reshape(3, 2)}
        >>> gather(tables, (look,), pooled=True)["table"]
        Array([[4., 6.]], dtype=float32)

    Source: the operator of `torch.nn.EmbeddingBag` and of FBGEMM's table batched embeddings.
    """
    names = [look.table for look in lookups]
    require(len(set(names)) == len(names), "lookups", names, "give one a table, with all its rows")
    if not pooled:
        return {look.table: take(tables[look.table], look.rows) for look in lookups}
    main = main_lookup(lookups)
    gathered = {look.table: take(tables[look.table], look.rows) for look in lookups if look is not main}
    weights = effective_weights(gathered, main)
    gathered[main.table] = pool(tables[main.table], main.rows, weights)
    return gathered
