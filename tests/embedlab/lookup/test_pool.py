"""`pool` and `pool_ragged`: sums, their derivatives, and that no array of every row is held."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from embedlab import ABSENT, Dense, Hashed, Subword, Variables, bag
from embedlab.lookup.pool import pool, pool_ragged

TABLE = jnp.arange(1.0, 9.0).reshape(4, 2)


def test_absent_rows_do_not_spread_what_other_rows_hold() -> None:
    table = TABLE.at[0].set(jnp.nan).at[3].set(jnp.inf)
    found = pool(table, jnp.array([[1, ABSENT]]), jnp.array([[1.0, 0.0]]))
    np.testing.assert_array_equal(found, TABLE[1:2])


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (2, 3, 0), (0,)])
def test_no_rows_are_no_sum(shape: tuple[int, ...]) -> None:
    found = pool(TABLE, np.zeros(shape, np.int32))
    np.testing.assert_array_equal(found, np.zeros((*shape[:-1], 2)))


def test_a_sum_may_be_kept_wide() -> None:
    table = jnp.ones((1, 1), jnp.bfloat16)
    rows = np.zeros((1, 257), np.int32)
    assert pool(table, rows).dtype == jnp.bfloat16
    assert float(pool(table, rows, dtype=jnp.float32)[0, 0]) == 257  # which bfloat16 does not have


def test_weights_get_the_inner_products() -> None:
    rows, weights = jnp.array([[0, 2, ABSENT]]), jnp.array([[1.0, -2.0, 5.0]])
    gradient = jax.grad(lambda w: pool(TABLE, rows, w).sum())(weights)
    np.testing.assert_array_equal(gradient, [[1 + 2, 5 + 6, 0]])


# --- ragged ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 1, 5, 1024, 2500])
@pytest.mark.parametrize("bags", [0, 1, 3])
def test_ragged_sums_equal_the_definition(number: int, bags: int) -> None:
    rng = np.random.default_rng(0)
    rows, owner = (rng.integers(-1, 6, number).astype(np.int32) for _ in range(2))  # some of them nowhere
    weights = rng.integers(-3, 4, number).astype(np.float32)
    factor = np.arange(2.0 * bags, dtype=np.float32).reshape(bags, 2) - 1
    wanted, d_table, d_weights = np.zeros((bags, 2)), np.zeros((4, 2)), np.zeros(number)
    for i in range(number):
        if 0 <= rows[i] < 4 and 0 <= owner[i] < bags:
            wanted[owner[i]] += weights[i] * np.asarray(TABLE[rows[i]])
            d_table[rows[i]] += weights[i] * factor[owner[i]]
            d_weights[i] = factor[owner[i]] @ np.asarray(TABLE[rows[i]])

    def loss(table: Any, weights: Any) -> Any:
        found = pool_ragged(table, jnp.asarray(rows), weights, jnp.asarray(owner), bags)
        return (found * factor).sum(), found

    gradients, found = jax.grad(loss, (0, 1), has_aux=True)(TABLE, jnp.asarray(weights))
    np.testing.assert_array_equal(found, wanted)  # whole numbers: exact
    np.testing.assert_array_equal(gradients[0], d_table)
    np.testing.assert_array_equal(gradients[1], d_weights)


# --- memory ------------------------------------------------------------------------------------------

ROWS, DIM, BATCH, LENGTH = 4_000_000, 64, 1024, 32
EVERY_ROW = BATCH * LENGTH * DIM * 4  # bytes of [batch, length, dim]
TABLE_BYTES = ROWS * DIM * 4


def float32(*shape: int) -> Any:
    return jax.ShapeDtypeStruct(shape, jnp.float32)


def int32(*shape: int) -> Any:
    return jax.ShapeDtypeStruct(shape, jnp.int32)


def temporaries(spec: Any, variables: Variables, *, gradient: bool) -> tuple[int, int]:
    """Bytes of temporary arrays and of results, of the mean bag or its gradient. Nothing is run."""

    def mean(tables: Any, buffers: Any, ids: Any) -> Any:
        return bag(spec, Variables(tables, {}, buffers), ids, mode="mean")

    function = jax.grad(lambda *a: mean(*a).sum()) if gradient else mean
    lowered = jax.jit(function).lower(variables.tables, variables.buffers, int32(BATCH, LENGTH))
    memory = lowered.compile().memory_analysis()
    return memory.temp_size_in_bytes, memory.output_size_in_bytes


LARGE = {
    "dense": (Dense(ROWS, DIM), Variables({"table": float32(ROWS, DIM)})),
    "hashed": (Hashed(None, DIM, buckets=ROWS), Variables({"table": float32(ROWS, DIM)})),
    "importance": (
        Hashed(ROWS, DIM, buckets=ROWS, importance=ROWS),
        Variables({"table": float32(ROWS, DIM), "importance": float32(ROWS, 2)}),
    ),
    "subword": (
        Subword(ROWS // 2, DIM, buckets=ROWS // 2),
        Variables({"table": float32(ROWS, DIM)}, buffers={"ngrams": int32(ROWS // 2, 4)}),
    ),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_bag_never_holds_every_row(name: str) -> None:
    temporary, result = temporaries(*LARGE[name], gradient=False)
    assert result == BATCH * DIM * 4
    assert temporary < EVERY_ROW / 4


@pytest.mark.parametrize("name", LARGE)
def test_a_gradient_holds_one_table(name: str) -> None:
    temporary, result = temporaries(*LARGE[name], gradient=True)
    assert result < 1.05 * TABLE_BYTES
    assert temporary < EVERY_ROW


def test_many_ngrams_never_hold_every_row_of_every_id() -> None:
    spec, variables = LARGE["subword"]
    variables = Variables(variables.tables, buffers={"ngrams": int32(ROWS // 2, 16)})
    temporary, _ = temporaries(spec, variables, gradient=False)
    assert temporary < 1.5 * EVERY_ROW  # where [batch, length, k, dim] would be 17 times that


@pytest.mark.parametrize("name", LARGE)
@pytest.mark.parametrize("gradient", [False, True])
def test_ragged_bags_never_hold_every_row(name: str, gradient: bool) -> None:
    spec, variables = LARGE[name]
    values = BATCH * LENGTH

    def mean(tables: Any, buffers: Any, ids: Any, offsets: Any) -> Any:
        return bag(spec, Variables(tables, {}, buffers), ids, offsets=offsets)

    function = jax.grad(lambda *a: mean(*a).sum()) if gradient else mean
    shapes = (variables.tables, variables.buffers, int32(values), int32(BATCH + 1))
    memory = jax.jit(function).lower(*shapes).compile().memory_analysis()
    every_row_number = 4 * values * 5  # of subwords: int32 a row, and float32 a weight
    assert memory.temp_size_in_bytes < EVERY_ROW / 4 + (5 * every_row_number if name == "subword" else 0)
