"""What needs the vectors of all ids: `all_vectors`, and `attend`, which scores queries against them."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from embedlab.base import Embedding, Variables, accumulator
from embedlab.checks import require
from embedlab.lookup.embed import embed
from embedlab.lookup.entry import require_fit


def all_vectors(spec: Embedding, variables: Variables) -> Float[Array, "ids dim"]:
    """The vectors of all known ids, in order: `E[i] = embed(i)`.

    Of a kind whose rows are the vectors, as `Dense`, it is the table itself and no copy.

    Args:
        spec: the embedding.
        variables: its arrays.

    Returns:
        float [ids, dim].

    Raises:
        ValueError: the embedding knows every 64-bit id, so that there is no such table; or the arrays are
            not the spec's.

    Example:
        >>> from embedlab import Dense
        >>> import jax
        >>> spec = Dense(vocabulary=10, dim=4)
        >>> all_vectors(spec, spec.init(jax.random.key(0))).shape
        (10, 4)

    Source: none.
    """
    require_fit(spec, variables)
    if getattr(spec, "row_is_vector", False):
        (table,) = variables.tables.values()
        return table
    known = spec.num_ids(variables.buffers)
    require(known is not None, "vocabulary", None, "give the embedding a vocabulary to list its vectors")
    assert known is not None
    return embed(spec, variables, jnp.arange(known, dtype=jnp.int32))


def attend(spec: Embedding, variables: Variables, queries: Any) -> Float[Array, "*shape ids"]:
    """Scores of queries against every id's vector: `s[..., i] = <q, e(i)>` (a tied softmax's logits).

    Args:
        spec: the embedding.
        variables: its arrays.
        queries: float [..., dim].

    Returns:
        float [..., ids], summed in float32 or better, of the wider of the two dtypes. On an accelerator
        JAX rounds factors first, to TF32 or bfloat16, but for `jax.default_matmul_precision("highest")`.

    Raises:
        TypeError: the queries are no floats.
        ValueError: the embedding knows every 64-bit id, the queries are not of its width, or the arrays are
            not the spec's.

    Example:
        >>> from embedlab import Dense
        >>> import jax
        >>> spec = Dense(vocabulary=10, dim=4)
        >>> attend(spec, spec.init(jax.random.key(0)), jnp.ones((2, 4))).shape   # [..., ids]
        (2, 10)

    Reference: Press & Wolf 2017, "Using the output embedding to improve language models".
    """
    queries = jnp.asarray(queries)
    if not jnp.issubdtype(queries.dtype, jnp.floating):
        raise TypeError(f"queries have dtype {queries.dtype}: give floats")
    fits = queries.ndim > 0 and queries.shape[-1] == spec.dim
    require(fits, "queries.shape", tuple(queries.shape), f"give vectors of the embedding's width, {spec.dim}")
    table = all_vectors(spec, variables)
    dtype = jnp.promote_types(queries.dtype, table.dtype)
    scores = jnp.einsum("...d,id->...i", queries, table, preferred_element_type=accumulator(dtype))
    return scores.astype(dtype)
