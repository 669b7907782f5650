"""`embed`: ids → vectors."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from embedlab.base import Embedding, Variables
from embedlab.linear import main_lookup
from embedlab.lookup.distinct import distinct_vectors, pays
from embedlab.lookup.entry import admit
from embedlab.lookup.gather import gather
from embedlab.lookup.ids import canonical, is_present
from embedlab.lookup.take import take
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

    Differentiable in reverse to any order. Forward over reverse (`jax.hessian`) works too, but for a batch
    of a subword kind on the CPU that is large enough to be pooled by distinct ids; forward mode alone
    (`jax.jvp`) only where a kind has one row an id, as `Dense` has, of float32 or float64.

    Args:
        spec: the embedding.
        variables: its arrays.
        ids: integers [...] of any type, or `Ids64`.
        mask: bools, or integers of which 0 is False, of the ids' shape; False gives zeros. None for all
            True.
        dropout: what to drop in training.
        key: random key; without one nothing is dropped.
        checked: whether a bad id is an error instead of zeros (under `jit`, wrap your function with
            `jax.experimental.checkify.checkify`).

    Returns:
        float [..., dim], of the table's dtype. Zeros where an id is bad or masked.

    Raises:
        TypeError: the ids are no integers, or the mask is neither bools nor integers.
        ValueError: the arrays are not the spec's; the mask is of another shape; a host id needs more than
            32 bits and the kind takes no such ids; in the checked mode, an id is out of range.

    Example:
        >>> from embedlab import Dense
        >>> spec = Dense(vocabulary=10, dim=4)
        >>> embed(spec, spec.init(jax.random.key(0)), jnp.array([[1, 2, 3]])).shape   # [..., dim]
        (1, 3, 4)

    Source: the index → gather → combine contract of `embedlab.base`.
    """
    ids, mask = admit(spec, variables, ids, mask, checked=checked)
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
