"""`take` and `pool`: rows that are not there, no array of every row, tables beyond 2³¹ entries."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from embedlab import ABSENT, Dense, Hashed, Lookup, Subword, Variables, bag, embed, gather
from embedlab.lookup.gather import pool, take

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


def test_absent_rows_do_not_spread_what_other_rows_hold() -> None:
    table = TABLE.at[0].set(jnp.nan).at[3].set(jnp.inf)
    found = pool(table, jnp.array([[1, ABSENT]]), jnp.array([[1.0, 0.0]]))
    np.testing.assert_array_equal(found, TABLE[1:2])


def test_rows_may_be_differentiated_forward() -> None:
    rows = jnp.array([1, 3])
    _, tangent = jax.jvp(lambda table: take(table, rows), (TABLE,), (TABLE**2,))
    np.testing.assert_array_equal(tangent, TABLE[rows] ** 2)


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


def test_learned_weights_are_gathered_first() -> None:
    importance = jnp.array([[0.5, 0.25], [2.0, 4.0]])
    lookups = (
        Lookup("importance", jnp.array([[1]])),
        Lookup("table", jnp.array([[0, 3]]), jnp.array([[1.0, -1.0]]), "importance"),
    )
    found = gather({"table": TABLE, "importance": importance}, lookups, pooled=True)
    np.testing.assert_array_equal(found["table"], 2 * TABLE[:1] - 4 * TABLE[3:])
    np.testing.assert_array_equal(found["importance"], importance[None, 1:])


def test_a_lookup_without_its_table() -> None:
    with pytest.raises(KeyError, match="missing"):
        gather({"table": TABLE}, (Lookup("missing", jnp.array([[0]])),))


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


# --- size --------------------------------------------------------------------------------------------


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
