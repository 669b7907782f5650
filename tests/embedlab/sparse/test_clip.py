"""Clipping by the global norm beside optax, which is given the tables' gradients whole."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from embedlab import ABSENT
from embedlab.sparse.clip import clip_by_global_norm
from embedlab.sparse.merge import Merged

ROWS = 6
clip = jax.jit(clip_by_global_norm, static_argnums=0)


def gradients(dtype: Any = "float32") -> tuple[Any, dict[str, Merged]]:
    """Of a tree and two tables; what lies beside absent rows is nobody's."""
    rng = np.random.default_rng(0)

    def draw(*shape: int) -> Any:
        return jnp.asarray(rng.normal(size=shape), dtype)

    dense = {"head": draw(3, 2), "layers": [draw(4), draw()]}
    words = Merged(jnp.array([4, 0, ABSENT, 5]), draw(4, 2).at[2].set(1e4), jnp.int32(4))
    items = Merged(jnp.array([ABSENT, 1]), draw(2, 3).at[0].set(1e4), jnp.int32(2))
    return dense, {"words": words, "items": items}


def whole(merged: Merged) -> Any:
    """The gradient of a table, as an ordinary array."""
    empty = jnp.zeros((ROWS, merged.sums.shape[1]), merged.sums.dtype)
    return empty.at[merged.rows].set(merged.sums, mode="drop")


def by_optax(limit: float, dense: Any, merged: dict[str, Merged]) -> Any:
    both = dense, {name: whole(one) for name, one in merged.items()}
    return optax.clip_by_global_norm(limit).update(both, optax.EmptyState())[0]


def same(found: tuple[Any, dict[str, Merged]], wanted: Any, rtol: float) -> None:
    mine = found[0], {name: whole(one) for name, one in found[1].items()}
    assert jax.tree.structure(mine) == jax.tree.structure(wanted)
    for a, b in zip(jax.tree.leaves(mine), jax.tree.leaves(wanted), strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(np.float64(a), np.float64(b), rtol=rtol)


def norm_of(dense: Any, merged: dict[str, Merged]) -> float:
    arrays = [*jax.tree.leaves(dense), *map(whole, merged.values())]
    return float(np.sqrt(sum((np.float64(array) ** 2).sum() for array in arrays)))


def test_above_the_limit() -> None:
    dense, merged = gradients()
    assert norm_of(dense, merged) > 2
    found = clip(2.0, dense, merged)
    same(found, by_optax(2.0, dense, merged), rtol=1e-6)
    assert abs(norm_of(*found) - 2) < 1e-5
    for name, one in merged.items():
        np.testing.assert_array_equal(found[1][name].rows, one.rows)
        assert found[1][name].count == one.count


@pytest.mark.slow
def test_in_float64(x64: None) -> None:
    dense, merged = gradients("float64")
    same(clip(0.5, dense, merged), by_optax(0.5, dense, merged), rtol=1e-14)


@pytest.mark.parametrize("less", [1.0, 1e3], ids=["just", "far"])
def test_below_the_limit_not_a_bit_changes(less: float) -> None:
    dense, merged = gradients()
    found = clip(1.0001 * less * norm_of(dense, merged), dense, merged)
    for a, b in zip(jax.tree.leaves(found), jax.tree.leaves((dense, merged)), strict=True):
        np.testing.assert_array_equal(a, b)


def test_at_the_limit_not_a_bit_changes() -> None:
    dense = {"w": jnp.array([3.0, 0.0])}
    merged = {"t": Merged(jnp.array([2]), jnp.array([[4.0]]), jnp.int32(1))}
    found = clip(5.0, dense, merged)
    assert found[0]["w"].tolist() == [3, 0] and found[1]["t"].sums.tolist() == [[4]]


def test_a_norm_of_zero() -> None:
    dense, merged = jax.tree.map(jnp.zeros_like, gradients())
    found = clip(1.0, dense, merged)
    assert not any(np.asarray(leaf).any() for leaf in jax.tree.leaves((found[0], found[1]["words"].sums)))
    same(found, by_optax(1.0, dense, merged), rtol=0)


def test_tables_alone_and_none() -> None:
    dense, merged = gradients()
    same(clip(0.5, {}, merged), by_optax(0.5, {}, merged), rtol=1e-6)
    same(clip(0.5, dense, {}), by_optax(0.5, dense, {}), rtol=1e-6)
    assert clip(0.5, {}, {}) == ({}, {})


def test_no_row_was_read() -> None:
    nothing = Merged(jnp.zeros(0, jnp.int32), jnp.zeros((0, 2)), jnp.int32(0))
    absent = Merged(jnp.array([ABSENT]), jnp.full((1, 2), jnp.inf), jnp.int32(0))
    dense, merged = clip(1.0, {"w": jnp.array([0.0, 2.0])}, {"nothing": nothing, "absent": absent})
    assert dense["w"].tolist() == [0, 1] and merged["nothing"].sums.shape == (0, 2)


@pytest.mark.parametrize("where", ["dense", "table"])
def test_an_infinite_gradient(where: str) -> None:
    """All else becomes zero, and the infinite one no number, as of optax."""
    dense, merged = gradients()
    if where == "dense":
        dense["head"] = dense["head"].at[0, 0].set(jnp.inf)
    else:
        words = merged["words"]
        merged["words"] = Merged(words.rows, words.sums.at[1, 0].set(-jnp.inf), words.count)
    found = clip(1.0, dense, merged)
    same(found, by_optax(1.0, dense, merged), rtol=0)
    culprit = found[0]["head"][0, 0] if where == "dense" else found[1]["words"].sums[1, 0]
    assert jnp.isnan(culprit) and found[0]["layers"][1] == 0


def test_a_norm_that_is_no_number() -> None:
    dense = {"w": jnp.array([np.nan, 1.0]), "v": jnp.ones(2)}
    found, _ = clip_by_global_norm(1.0, dense, {})
    expected, _ = optax.clip_by_global_norm(1.0).update(dense, optax.EmptyState())
    assert np.isnan(jax.tree.leaves(found)).all() and np.isnan(jax.tree.leaves(expected)).all()


@pytest.mark.parametrize("narrow", ["bfloat16", "float16"])
def test_narrow_gradients_keep_their_type(narrow: str) -> None:
    dense, merged = gradients(narrow)
    merged = {name: Merged(one.rows, one.sums.astype("float32"), one.count) for name, one in merged.items()}
    (head, _), found = clip(0.5, (dense["head"], jnp.ones(2)), merged)
    assert head.dtype == narrow and found["words"].sums.dtype == jnp.float32
    norm = norm_of((dense["head"], jnp.ones(2)), merged)
    np.testing.assert_allclose(np.float64(head), np.float64(dense["head"]) * 0.5 / norm, rtol=1e-2)
    np.testing.assert_allclose(whole(found["words"]), whole(merged["words"]) * 0.5 / norm, rtol=1e-5)


def test_squares_beyond_float16_are_taken_in_float32() -> None:
    dense, _ = clip(10.0, {"w": jnp.array([300.0, 400.0], jnp.float16)}, {})
    np.testing.assert_allclose(np.float64(dense["w"]), [6, 8], rtol=2e-3)
