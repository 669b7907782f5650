"""The vectors of a table's rows: one for each column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

import embedlab


def row_vectors(
    spec: embedlab.Embedding, variables: embedlab.Variables, rows: Mapping[str, Any]
) -> Float[Array, "rows fields dim"]:
    """The vectors of each row's columns and crosses, then those of its numbers.

    A number's is `(1 − f) e_j + f e_{j+1}`, of the knots around it: see `Words`.

    Args:
        spec: the embedding.
        variables: its arrays.
        rows: of `ids` [rows, columns], `knots` and `weights` [rows, numbers, 2], those that there are, as
            `Read.arrays` has them.

    Returns:
        float [rows, columns + numbers, dim].

    Example:
        >>> import jax
        >>> spec = embedlab.Dense(9, 4)
        >>> numbers = {"knots": jnp.array([[[5, 6]]]), "weights": jnp.array([[[0.3, 0.7]]])}
        >>> rows = {"ids": jnp.array([[2, 3]]), **numbers}
        >>> row_vectors(spec, spec.init(jax.random.key(0)), rows).shape
        (1, 3, 4)
    """
    parts = []
    if "ids" in rows:
        parts.append(embedlab.embed(spec, variables, rows["ids"]))
    if "knots" in rows:
        parts.append(embedlab.bag(spec, variables, rows["knots"], mode="sum", weights=rows["weights"]))
    return jnp.concatenate(parts, axis=1)
