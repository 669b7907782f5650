"""`embed`: ids → vectors; and what needs all vectors: `all_vectors`, `attend`; and `max_norm`."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from embedlab.base import Embedding, Variables, accumulator, main_lookup, require
from embedlab.lookup.distinct import distinct_vectors, pays
from embedlab.lookup.gather import gather, take
from embedlab.lookup.ids import canonical, check_ids, enter, is_present
from embedlab.regularise import Dropout, drop_components, keep_words


def embed(
    spec: Embedding,
    variables: Variables,
    ids: Any,
    *,
    mask: Any = None,
    dropout: Dropout | None = None,
    key: PRNGKeyArray | None = None,
    checked: bool = False,
) -> Float[Array, "*shape dim"]:
    """One vector an id: `combine(dense, gather(tables, index(ids)))`.

    Args:
        spec: the embedding.
        variables: its arrays.
        ids: integers [...] of any type, or `Ids64`.
        mask: bool [...]; False gives zeros. None for all True.
        dropout: what to drop in training.
        key: random key; without one nothing is dropped.
        checked: whether a bad id is an error instead of zeros (under `jit`, wrap your function with
            `jax.experimental.checkify.checkify`).

    Returns:
        float [..., dim], of the table's dtype. Zeros where an id is bad or masked.

    Raises:
        TypeError: the ids are no integers.
        ValueError: a host id needs more than 32 bits and the kind takes no such ids; in the checked mode,
            an id is out of range.

    Example:
        >>> from embedlab import Dense
        >>> spec = Dense(vocabulary=10, dim=4)
        >>> embed(spec, spec.init(jax.random.key(0)), jnp.array([[1, 2, 3]])).shape   # [..., dim]
        (1, 3, 4)

    Source: the index → gather → combine contract of `embedlab.base`.
    """
    known = spec.num_ids(variables.buffers)
    given, ids = ids, enter(ids, known)
    if checked:
        check_ids(given, known, mask)
    return _embed(spec, variables, ids, mask, dropout if key is not None else None, key)


@functools.partial(jax.jit, static_argnames=("spec", "dropout"))
def _embed(
    spec: Embedding, variables: Variables, ids: Any, mask: Any, dropout: Dropout | None, key: Any
) -> Any:
    if dropout is None:
        return embed_canonical(spec, variables, canonical(ids, spec.num_ids(variables.buffers), mask))
    word_key, component_key = jax.random.split(key)
    if dropout.words:
        kept = keep_words(word_key, ids.shape, dropout.words)
        mask = kept if mask is None else kept & mask
    vectors = embed_canonical(spec, variables, canonical(ids, spec.num_ids(variables.buffers), mask))
    return drop_components(component_key, vectors, dropout.components) if dropout.components else vectors


def embed_canonical(spec: Embedding, variables: Variables, ids: Any) -> Any:
    """Vectors of canonical ids [...] → float [..., dim]; the part that `embed` and `bag` share.

    Args:
        spec: the embedding.
        variables: its arrays.
        ids: canonical ids [...].

    Returns:
        float [..., dim].

    Example:
        >>> from embedlab import Dense
        >>> spec = Dense(vocabulary=10, dim=4)
        >>> embed_canonical(spec, spec.init(jax.random.key(0)), jnp.array([1])).shape
        (1, 4)

    Source: the contract of `embedlab.base`.
    """
    if pays(spec, variables.buffers, ids):
        distinct, places = distinct_vectors(spec, variables, ids)
        return take(distinct, places)
    lookups = spec.index(variables.buffers, ids)
    if spec.linear:  # the same weighted sum as `combine`, without holding [..., k, dim]
        return gather(variables.tables, lookups, pooled=True)[main_lookup(lookups).table]
    vectors = spec.combine(variables.dense, gather(variables.tables, lookups), lookups)
    return jnp.where(is_present(ids)[..., None], vectors, jnp.zeros((), vectors.dtype))


def all_vectors(spec: Embedding, variables: Variables) -> Float[Array, "ids dim"]:
    """The vectors of all known ids, in order: `E[i] = embed(i)`.

    Args:
        spec: the embedding.
        variables: its arrays.

    Returns:
        float [ids, dim].

    Raises:
        ValueError: the embedding knows every 64-bit id, so that there is no such table.

    Example:
        >>> from embedlab import Dense
        >>> spec = Dense(vocabulary=10, dim=4)
        >>> all_vectors(spec, spec.init(jax.random.key(0))).shape
        (10, 4)

    Source: none.
    """
    known = spec.num_ids(variables.buffers)
    require(known is not None, "vocabulary", None, "give the embedding a vocabulary to list its vectors")
    assert known is not None
    return embed(spec, variables, jnp.arange(known, dtype=jnp.int32))


def attend(
    spec: Embedding, variables: Variables, queries: Float[Array, "*shape dim"]
) -> Float[Array, "*shape ids"]:
    """Scores of queries against every id's vector: `s[..., i] = <q, e(i)>` (a tied softmax's logits).

    Args:
        spec: the embedding.
        variables: its arrays.
        queries: float [..., dim].

    Returns:
        float [..., ids], summed in float32 or better, of the wider of the two dtypes.

    Raises:
        ValueError: the embedding knows every 64-bit id.

    Example:
        >>> from embedlab import Dense
        >>> spec = Dense(vocabulary=10, dim=4)
        >>> attend(spec, spec.init(jax.random.key(0)), jnp.ones((2, 4))).shape   # [..., ids]
        (2, 10)

    Reference: Press & Wolf 2017, "Using the output embedding to improve language models".
    """
    table = all_vectors(spec, variables)
    dtype = jnp.promote_types(queries.dtype, table.dtype)
    scores = jnp.einsum("...d,id->...i", queries, table, preferred_element_type=accumulator(dtype))
    return scores.astype(dtype)


def max_norm(spec: Embedding, variables: Variables, ids: Any, limit: float, *, mask: Any = None) -> Variables:
    """Shortens the rows that ids use to a length of at most `limit`: `T[r] ← T[r] · min(1, limit/‖T[r]‖)`.

    Called after an update, it keeps the rows of the main table in a ball, as torch's `max_norm` does
    before a look-up. The importance of a hashed embedding is left as it is.

    Args:
        spec: the embedding.
        variables: its arrays.
        ids: integers [...], or `Ids64`.
        limit: greatest length of a row.
        mask: bool [...]; False leaves an id's rows alone.

    Returns:
        New variables, alike but for the rows used. A row in use twice is shortened once.

    Raises:
        ValueError: `limit` is not above zero.

    Example:
        >>> from embedlab import Dense
        >>> spec = Dense(vocabulary=2, dim=4)
        >>> ones = Variables({"table": jnp.ones((2, 4))})
        >>> max_norm(spec, ones, jnp.array([1]), 1.0).tables["table"]   # [ids, dim]
        Array([[1. , 1. , 1. , 1. ],
               [0.5, 0.5, 0.5, 0.5]], dtype=float32)

    Reference: Hinton et al. 2012, "Improving neural networks by preventing co-adaptation".
    """
    require(limit > 0, "limit", limit, "give a length above zero")
    return _max_norm(spec, variables, enter(ids, spec.num_ids(variables.buffers)), limit, mask)


@functools.partial(jax.jit, static_argnames="spec")
def _max_norm(spec: Embedding, variables: Variables, ids: Any, limit: Any, mask: Any) -> Variables:
    ids = canonical(ids, spec.num_ids(variables.buffers), mask)
    look = main_lookup(spec.index(variables.buffers, ids))
    table = variables.tables[look.table]
    rows = jnp.asarray(look.rows).reshape(-1)
    old = take(table, rows).astype(accumulator(table.dtype))
    norm = jnp.linalg.norm(old, axis=-1, keepdims=True)
    new = jnp.where(norm > limit, old * (limit / jnp.maximum(norm, limit)), old).astype(table.dtype)
    # Every occurrence of a row writes the same bits, so duplicates do no harm.
    table = table.at[rows].set(new, mode="drop", wrap_negative_indices=False)
    return Variables({**variables.tables, look.table: table}, variables.dense, variables.buffers)
