"""`take`: rows that are not there, sums of cotangents, tables beyond 2³¹ entries."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from embedlab import ABSENT, Dense, Variables, bag, embed
from embedlab.lookup.pool import pool
from embedlab.lookup.take import take

TABLE = jnp.arange(1.0, 9.0).reshape(4, 2)


@pytest.mark.parametrize("row", [-1, -4, 4, 2**31 - 2, ABSENT, -(2**31)])
def test_rows_outside_are_zeros_and_get_no_gradient(row: int) -> None:
    """JAX by itself would wrap −1 to the last row, and give NaN or the last row beyond the end."""
    rows = jnp.array([[1, row]], jnp.int32)
    np.testing.assert_array_equal(take(TABLE, rows)[0, 1], [0, 0])
    np.testing.assert_array_equal(pool(TABLE, rows), TABLE[1:2])
    for function in (take, pool):
        gradient = jax.grad(lambda table, f=function: f(table, rows).sum())(TABLE)
        np.testing.assert_array_equal(gradient, [[0, 0], [1, 1], [0, 0], [0, 0]])


def test_rows_may_be_differentiated_forward() -> None:
    rows = jnp.array([1, 3])
    _, tangent = jax.jvp(lambda table: take(table, rows), (TABLE,), (TABLE**2,))
    np.testing.assert_array_equal(tangent, TABLE[rows] ** 2)


@pytest.mark.parametrize("shape", [(), (5,), (2, 3), (0,), (2, 0)])
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_narrow_rows_have_the_gradient_of_wide_ones(dtype: str, shape: tuple[int, ...]) -> None:
    """Small whole numbers, which every type holds exactly."""
    rows = np.random.default_rng(0).integers(-2, 6, shape).astype(np.int32)
    factor = np.arange(2 * rows.size, dtype=np.float32).reshape(*shape, 2)

    def loss(table: Any) -> Any:
        return (take(table, rows).astype(jnp.float32) * factor).sum()

    narrow, wide = (jax.grad(loss)(TABLE.astype(t)) for t in (dtype, jnp.float32))
    assert narrow.dtype == dtype
    np.testing.assert_array_equal(np.asarray(narrow, np.float32), wide)


@pytest.mark.slow
def test_rows_beyond_two_to_the_31_entries() -> None:
    """4.3 GB of bfloat16, and as much again for its gradient."""
    rows, dim = 2**25 + 1, 64
    spec = Dense(rows, dim, dtype="bfloat16")
    fill = jax.jit(lambda t: t.at[rows - 1].set(jnp.arange(dim, dtype=jnp.bfloat16)), donate_argnums=0)
    variables = Variables({"table": fill(jnp.zeros((rows, dim), jnp.bfloat16))})
    last = np.array([rows - 1, 0, rows], np.int32)
    wanted = np.zeros((3, dim))
    wanted[0] = np.arange(dim)
    np.testing.assert_array_equal(np.asarray(embed(spec, variables, last), np.float64), wanted)
    pair = np.array([[rows - 1, 0]], np.int32)
    np.testing.assert_array_equal(np.asarray(bag(spec, variables, pair, mode="sum"), np.float64), wanted[:1])
    gradient = jax.grad(lambda t: embed(spec, Variables({"table": t}), last).astype(jnp.float32).sum())
    found = gradient(variables.tables["table"])
    # Sums over blocks: one over the whole would hold a float32 copy.
    touched = [i for i in range(0, rows, 2**20) if bool((found[i : i + 2**20] != 0).any())]
    assert touched == [0, rows - 1]
    assert np.all(np.asarray(found[rows - 1], np.float64) == 1) and np.all(
        np.asarray(found[0], np.float64) == 1
    )
