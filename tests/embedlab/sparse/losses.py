"""What the tests of row-sparse training share: kinds, and gradients side by side with JAX's own."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from embedlab import ABSENT, Dense, Hashed, Normal, Subword, Variables
from embedlab.sparse import RowGradient, value_and_grad
from tests.embedlab.contract import close

LEARNED = Normal(1.0)  # importance that is not all ones, so that it tells

# Nine n-grams a word at most: with an own row enough for the path of many rows an id.
NGRAMS = np.full((13, 9), ABSENT, np.int32)
for _word in range(12):  # the last has none
    NGRAMS[_word, : 1 + (5 * _word) % 9] = np.random.default_rng(_word).integers(0, 8, 1 + (5 * _word) % 9)

# Thirteen ids each.
KINDS: dict[str, tuple[Any, dict[str, Any]]] = {
    "dense": (Dense(13, 4, Normal(1.0)), {}),
    "hashed": (Hashed(13, 4, buckets=7, initialiser=Normal(1.0)), {}),
    "hashed-signed": (Hashed(13, 4, buckets=7, hashes=3, signed=True, initialiser=Normal(1.0)), {}),
    "hashed-importance": (
        Hashed(13, 4, buckets=7, importance=13, importance_initialiser=LEARNED, initialiser=Normal(1.0)),
        {},
    ),
    "hashed-signed-importance": (
        Hashed(
            13,
            4,
            buckets=7,
            importance=5,
            signed=True,
            importance_initialiser=LEARNED,
            initialiser=Normal(1.0),
        ),
        {},
    ),
    "subword": (Subword(5, 4, buckets=8, initialiser=Normal(1.0)), {"ngrams": NGRAMS}),
}


def make(kind: str, dtype: str = "float64", seed: int = 0) -> tuple[Any, Variables]:
    """A kind's spec with tables of `dtype`, and its arrays."""
    spec, buffers = KINDS[kind]
    spec = dataclasses.replace(spec, dtype=dtype)
    return spec, spec.init(jax.random.key(seed), buffers)


def is_rows(gradient: Any) -> bool:
    return isinstance(gradient, RowGradient)


def ends(gradient: Any) -> list[Any]:
    """The leaves of a gradient as the parameters have them: None counts, a RowGradient is one."""
    return jax.tree.leaves(gradient, is_leaf=lambda x: x is None or is_rows(x))


def paired(loss: Callable[..., Any], params: Any, *arguments: Any, **settings: Any) -> Any:
    """Values and gradients of a loss, ours with rows written out, and JAX's. For a `jit`."""
    value, found = value_and_grad(loss, **settings)(params, *arguments)
    wanted_value, wanted = jax.value_and_grad(loss, allow_int=True, **aux_of(settings))(params, *arguments)
    mine, yours = [value], [wanted_value]
    for f, w, p in zip(ends(found), jax.tree.leaves(wanted), jax.tree.leaves(params), strict=True):
        if f is None:
            assert w.dtype == jax.dtypes.float0  # the buffers here are whole numbers
            continue
        assert is_rows(f) == (p.ndim == 2)  # in these tests every matrix is a table
        mine.append(f.dense(p) if is_rows(f) else f)
        yours.append(w)
    return mine, yours


def aux_of(settings: dict[str, Any]) -> dict[str, Any]:
    return {"has_aux": True} if settings.get("has_aux") else {}


def same_gradients(loss: Callable[..., Any], params: Any, *arguments: Any, ulps: float = 64) -> None:
    """Asserts that both gradients agree, leaf by leaf and norm by norm, and that they are not all zero."""
    mine, yours = jax.jit(lambda params, *arguments: paired(loss, params, *arguments))(params, *arguments)
    assert all(np.asarray(leaf, np.float64).any() for leaf in yours)
    assert [leaf.dtype for leaf in mine] == [leaf.dtype for leaf in yours]
    close(mine, yours, ulps=ulps)


def weigh(array: Any) -> Any:
    """A loss that is not linear, and whose gradient differs at every component."""
    wide = array.astype(jnp.promote_types(array.dtype, jnp.float32))
    return jnp.sum(jnp.cos(jnp.arange(array.size)).reshape(array.shape) * (wide + wide**2 / 4))
