"""`bag`: many ids → one vector: sum, mean, max or sqrt-n, over padded or ragged ids."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, Literal

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from embedlab.base import Embedding, Lookup, Variables, accumulator
from embedlab.linear import effective_weights, main_lookup
from embedlab.lookup.distinct import distinct_vectors, pays
from embedlab.lookup.embed import embed_canonical
from embedlab.lookup.entry import admit
from embedlab.lookup.ids import as_ids, canonical, is_present
from embedlab.lookup.masks import bag_mask
from embedlab.lookup.pool import pool, pool_ragged
from embedlab.lookup.take import take
from embedlab.regularise import Dropout, drop_components, keep_words

Mode = Literal["sum", "mean", "max", "sqrtn"]
MODES: tuple[Mode, ...] = ("sum", "mean", "max", "sqrtn")


def bag(
    spec: Embedding,
    variables: Variables,
    ids: Any,
    *,
    mode: Mode = "mean",
    weights: Any = None,
    lengths: Any = None,
    mask: Any = None,
    offsets: Any = None,
    dropout: Dropout | None = None,
    key: PRNGKeyArray | None = None,
    checked: bool = False,
) -> Float[Array, "*bags dim"]:
    """One vector a bag of ids.

        sum    Σ_l w_l e(id_l)
        mean   Σ_l w_l e(id_l) / Σ_l w_l
        sqrtn  Σ_l w_l e(id_l) / √(Σ_l w_l²)
        max    max_l w_l e(id_l), component by component

    The sums run over the ids that are there: padding, bad ids and dropped words neither add nor count.
    An empty bag is zeros, as is a mean whose weights sum to zero; gradients stay finite. Where
    components tie for the maximum, the first gets the whole gradient, as in torch.

    The sums of a linear kind hold no array of every id's vector, [..., length, dim]: one row a bag is added
    at a time. Max needs one, as does a kind that is not linear; and a kind of many rows an id (a subword's
    n-grams) holds a vector a distinct id on the CPU, which is faster there than to repeat its rows.

    Differentiable as `embed` is, but never in forward mode alone.

    Args:
        spec: the embedding.
        variables: its arrays.
        ids: integers [..., length], or [values] with `offsets`.
        mode: "sum", "mean", "max" or "sqrtn".
        weights: float of the ids' shape, one an id; None for ones.
        lengths: integers [...] in 0 … length: how many leading ids of each bag are real.
        mask: bools, or integers of which 0 is False, of the ids' shape: which ids are real.
        offsets: integers [bags + 1]: bag b holds the values `offsets[b] … offsets[b + 1] − 1`; values
            from `offsets[-1]` on are padding.
        dropout: what to drop in training.
        key: random key; without one nothing is dropped.
        checked: whether a bad id is an error instead of being left out.

    Returns:
        float [..., dim], or [bags, dim] with `offsets`; of the table's dtype.

    Raises:
        TypeError: ids, lengths or offsets are no integers, or the mask is neither bools nor integers.
        ValueError: an unknown mode; arrays that are not the spec's; shapes that do not fit; lengths beyond
            the ids; offsets that do not rise from 0 to at most the number of values; a host id beyond 32
            bits; in the checked mode, an id out of range.

    Example:
        >>> from embedlab import Dense
        >>> spec = Dense(vocabulary=10, dim=4)
        >>> v = spec.init(jax.random.key(0))
        >>> bag(spec, v, jnp.array([[1, 2, 0], [3, 0, 0]]), lengths=jnp.array([2, 1])).shape   # [bags, dim]
        (2, 4)
        >>> bag(spec, v, jnp.array([1, 2, 3]), offsets=jnp.array([0, 2, 3]), mode="max").shape
        (2, 4)

    Source: `torch.nn.EmbeddingBag`; sqrt-n after TensorFlow's `embedding_lookup_sparse`.
    """
    if mode not in MODES:
        raise ValueError(f"mode={mode!r}: choose one of {', '.join(MODES)}")
    ids = as_ids(ids)
    shape = tuple(ids.shape)
    ids, mask = admit(spec, variables, ids, bag_mask(shape, mask, lengths, offsets), checked=checked)
    weights = _weights(weights, shape)
    drop = dropout if key is not None else None
    if offsets is None:
        return _padded(spec, mode, drop, variables, ids, weights, mask, key)
    return _ragged(spec, mode, drop, variables, ids, weights, mask, jnp.asarray(offsets, jnp.int32), key)


def _weights(weights: Any, shape: tuple[int, ...]) -> Any:
    """Weights as floats, one an id."""
    if weights is None:
        return None
    weights = jnp.asarray(weights)
    if tuple(weights.shape) != shape:
        raise ValueError(f"weights.shape={tuple(weights.shape)}: give one value an id, shape {shape}")
    return weights if jnp.issubdtype(weights.dtype, jnp.floating) else weights.astype(jnp.float32)


@functools.partial(jax.jit, static_argnames=("spec", "mode", "dropout"))
def _padded(
    spec: Any, mode: Mode, dropout: Any, variables: Any, ids: Any, weights: Any, mask: Any, key: Any
) -> Any:
    ids, component_key = _drop_words(spec, variables, ids, mask, dropout, key)
    present, weights = _present(ids, weights)
    if mode == "max":
        weighed, dtype = _weighed(spec, variables, ids, weights)
        vectors = _first_max(weighed, present)
    else:
        total, dtype = _sum(spec, variables, ids, weights)
        vectors = _divide(total, mode, weights, present, lambda x: x.sum(-1))
    return _drop_components(vectors.astype(dtype), dropout, component_key)


@functools.partial(jax.jit, static_argnames=("spec", "mode", "dropout"))
def _ragged(
    spec: Any,
    mode: Mode,
    dropout: Any,
    variables: Any,
    ids: Any,
    weights: Any,
    mask: Any,
    offsets: Any,
    key: Any,
) -> Any:
    ids, component_key = _drop_words(spec, variables, ids, mask, dropout, key)
    present, weights = _present(ids, weights)
    bags = offsets.shape[0] - 1
    owner = jnp.searchsorted(offsets, jnp.arange(ids.shape[0]), side="right") - 1

    def segment_sum(x: Any) -> Any:
        return jax.ops.segment_sum(x, owner, bags)  # values past the last offset belong to no bag

    if mode == "max":
        weighed, dtype = _weighed(spec, variables, ids, weights)
        vectors = _first_segment_max(weighed, present, owner, bags)
    else:
        total, dtype = _ragged_sum(spec, variables, ids, weights, owner, bags)
        vectors = _divide(total, mode, weights, present, segment_sum)
    return _drop_components(vectors.astype(dtype), dropout, component_key)


def _drop_words(spec: Any, variables: Any, ids: Any, mask: Any, dropout: Any, key: Any) -> tuple[Any, Any]:
    """Canonical ids without the dropped ones, and the key for the components."""
    component_key = None
    if dropout is not None:
        word_key, component_key = jax.random.split(key)
        if dropout.words:
            kept = keep_words(word_key, ids.shape, dropout.words)
            mask = kept if mask is None else kept & mask
    return canonical(ids, spec.num_ids(variables.buffers), mask), component_key


def _drop_components(vectors: Any, dropout: Any, key: Any) -> Any:
    if dropout is None or not dropout.components:
        return vectors
    return drop_components(key, vectors, dropout.components)


def _sum(spec: Any, variables: Any, ids: Any, weights: Any) -> tuple[Any, Any]:
    """Σ_l w_l e(id_l) [..., dim], not rounded yet, and the dtype to round to once it is divided.

    For a linear kind the sums over l and over k are one.
    """
    if not spec.linear:
        weighed, dtype = _weighed(spec, variables, ids, weights)
        return weighed.sum(-2), dtype
    table, rows, weights = _one_sum(spec, variables, ids, weights)
    return pool(table, rows, weights, dtype=accumulator(table.dtype)), table.dtype


def _ragged_sum(spec: Any, variables: Any, ids: Any, weights: Any, owner: Any, bags: int) -> tuple[Any, Any]:
    """The same over ragged bags: the ids' bags are `owner` [values]."""
    if not spec.linear:
        weighed, dtype = _weighed(spec, variables, ids, weights)
        return jax.ops.segment_sum(weighed, owner, bags), dtype
    # Each value is a bag of one, whose k rows then fall to the bag that owns it.
    ones = None if weights is None else weights[:, None]
    table, rows, weights = _one_sum(spec, variables, ids[:, None], ones)
    owner = jnp.repeat(owner, rows.shape[-1])
    flat = None if weights is None else weights.reshape(-1)
    return pool_ragged(table, rows.reshape(-1), flat, owner, bags), table.dtype


def _one_sum(spec: Any, variables: Any, ids: Any, weights: Any) -> tuple[Any, Any, Any]:
    """The table [rows, dim], rows and weights [..., length · k] (or None) of the sum over l and k in one."""
    if pays(spec, variables.buffers, ids):
        table, rows = distinct_vectors(spec, variables, ids)
        return table, rows, weights
    fused, weights = fuse(variables.tables, spec.index(variables.buffers, ids), weights)
    return variables.tables[fused.table], fused.rows, weights


def fuse(tables: Any, lookups: tuple[Lookup, ...], weights: Any) -> tuple[Lookup, Any]:
    """Makes one weighted sum over [length · k] of a bag's sum over [length] of sums over [k].

    Args:
        tables: name → float [rows, width].
        lookups: of a linear kind, rows int32 [..., length, k].
        weights: float [..., length], or None.

    Returns:
        The main lookup with rows [..., length · k], and its weights of that shape or None for ones.

    Example:
        >>> look = Lookup("table", jnp.zeros((2, 3, 4), jnp.int32))
        >>> fuse({}, (look,), None)[0].rows.shape
        (2, 12)

    Source: none; both are linear.
    """
    main = main_lookup(lookups)
    learned = {look.table: take(tables[look.table], look.rows) for look in lookups if look is not main}
    inner = effective_weights(learned, main)
    if weights is not None:
        inner = weights[..., None] * (jnp.ones(main.rows.shape, weights.dtype) if inner is None else inner)

    def flat(x: Any) -> Any:
        return x.reshape(*x.shape[:-2], x.shape[-2] * x.shape[-1])

    fused = dataclasses.replace(main, rows=flat(main.rows), weights=None)
    return fused, None if inner is None else flat(inner)


def _present(ids: Any, weights: Any) -> tuple[Any, Any]:
    """Which ids are there, and the weights with zeros elsewhere, whatever padding may hold."""
    present = is_present(ids)
    return present, None if weights is None else jnp.where(present, weights, 0)


def _weighed(spec: Any, variables: Any, ids: Any, weights: Any) -> tuple[Any, Any]:
    """w · e(id) for every id, in float32 or better, and the dtype to round to in the end."""
    vectors = embed_canonical(spec, variables, ids)
    wide = vectors.astype(accumulator(vectors.dtype))
    return (wide if weights is None else wide * weights[..., None].astype(wide.dtype)), vectors.dtype


def _divide(total: Any, mode: Mode, weights: Any, present: Any, add: Any) -> Any:
    """Divides by Σw or √Σw² over the present ids; a divisor of zero gives zeros and a zero gradient."""
    if mode == "sum":
        return total
    w = (present if weights is None else weights).astype(total.dtype)
    divisor = add(w) if mode == "mean" else add(w * w)
    zero = divisor == 0
    safe = jnp.where(zero, 1, divisor)
    if mode == "sqrtn":
        safe = jnp.sqrt(safe)
    return jnp.where(zero[..., None], 0, total / safe[..., None])


def _first_max(vectors: Any, present: Any) -> Any:
    """Maximum over [..., length, dim] of the present; the first of equals alone gets the gradient."""
    if vectors.shape[-2] == 0:
        return vectors.sum(-2)
    shown = jnp.where(present[..., None], vectors, -jnp.inf)
    first = jnp.argmax(shown, axis=-2, keepdims=True)
    top = jnp.take_along_axis(vectors, first, axis=-2)[..., 0, :]
    return jnp.where(present.any(-1)[..., None], top, jnp.zeros((), vectors.dtype))


def _first_segment_max(vectors: Any, present: Any, owner: Any, bags: int) -> Any:
    """The same over ragged bags: vectors [values, dim], the bag of each value [values]."""
    values = vectors.shape[0]
    if values == 0 or bags == 0:
        return jnp.zeros((bags, vectors.shape[-1]), vectors.dtype)
    shown = jax.lax.stop_gradient(jnp.where(present[:, None], vectors, -jnp.inf))
    top = jax.ops.segment_max(shown, owner, bags)
    highest = shown == top.at[owner].get(mode="fill", fill_value=jnp.inf)
    here = present[:, None] & (highest | jnp.isnan(shown))  # NaN is the maximum of what it is among
    place = jnp.where(here, jnp.arange(values)[:, None], values)
    first = jax.ops.segment_min(place, owner, bags)
    found = first < values
    best = jnp.take_along_axis(vectors, jnp.where(found, first, 0), axis=0)
    return jnp.where(found, best, jnp.zeros((), vectors.dtype))
