"""The kernels against slow sums in float64, at every width, and in place."""

from __future__ import annotations

import functools
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import jaxtyping
import numpy as np
import pytest

from embedlab import ABSENT, native

pytestmark = pytest.mark.usefixtures("kernels")
ROOT = Path(__file__).resolve().parents[3]

HYPER = {
    "sgd": [0.1],
    "adagrad": [0.1, 1e-3, 0.5],
    "row_adagrad": [0.1, 1e-3, 0.5],
    "adam": [0.1, 1e-3, 0.9, 0.99, 0.1, 0.01],
    "row_adam": [0.1, 1e-3, 0.9, 0.99, 0.1, 0.01],
    "momentum": [0.1, 0.9],
    "clipped_sgd": [0.1, 2.0],
}
# [k, n], owners or not, the table's rows. The last two are large enough to be cut into parts.
SHAPES = [(1, 1, 1), (3, 5, 4), (4, 7, 1), (1, 40, 1000), (8, 700, 300), (8, 1500, 70_000)]


def numbers(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def positive(*shape: int, seed: int = 0) -> np.ndarray:
    return np.abs(numbers(*shape, seed=seed))


class Entries:
    """Entries with duplicates, and with rows and owners that are not there."""

    def __init__(self, k: int, n: int, table_rows: int, *, weighed: bool, owned: bool, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        rows = np.minimum(rng.zipf(1.2, (k, n)) - 1, table_rows - 1)
        strange = rng.choice([ABSENT, -1, table_rows, -(2**31)], (k, n))
        self.rows = np.where(rng.random((k, n)) < 0.1, strange, rows).astype(np.int32)
        self.weights = numbers(k, n, seed=seed) if weighed else None
        self.num_owners = n // 2 + 1 if owned else n
        owners = rng.integers(-1, self.num_owners + 1, (k, n)).astype(np.int32)
        self.owners = owners if owned else None
        self.table_rows = table_rows

    def listed(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Row, weight and owner of those that count."""
        k, n = self.rows.shape
        weights = np.ones((k, n)) if self.weights is None else self.weights.astype(np.float64)
        owners = np.tile(np.arange(n), (k, 1)) if self.owners is None else self.owners
        count = (self.rows >= 0) & (self.rows < self.table_rows) & (owners >= 0) & (owners < self.num_owners)
        return self.rows[count], weights[count], owners[count]

    def sums(self, cotangents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The distinct rows, and the sum of what the entries of each add."""
        rows, weights, owners = self.listed()
        distinct, inverse = np.unique(rows, return_inverse=True)
        found = np.zeros((len(distinct), cotangents.shape[1]))
        np.add.at(found, inverse, weights[:, None] * cotangents[owners])
        return distinct, found

    def arguments(self) -> tuple[Any, Any, Any]:
        return jnp.asarray(self.rows), self.weights, self.owners


def applied(rule: str, w: Any, states: list[Any], g: Any) -> None:
    """The rule, in place, on one row in float64."""
    hyper = HYPER[rule]
    rate = hyper[0]
    square = np.mean(g**2) if rule.startswith("row") else g**2
    if rule == "sgd":
        w -= rate * g
    elif rule == "clipped_sgd":
        w -= rate * g * min(1, hyper[1] / np.linalg.norm(g))
    elif rule == "momentum":
        states[0][:] = hyper[1] * states[0] + g
        w -= rate * states[0]
    elif "adagrad" in rule:
        states[0] += square
        w -= rate * g / (np.sqrt(states[0] + hyper[2]) + hyper[1])
    else:
        _, eps, keep1, keep2, add1, add2 = hyper
        m, v = states
        m[:] = keep1 * m + add1 * g
        v[:] = keep2 * v + add2 * square
        w -= rate * m / (np.sqrt(v) + eps)


def arrays(rule: str, table_rows: int, width: int) -> tuple[np.ndarray, list[np.ndarray]]:
    widths = [width if kind == "row" else 1 for kind in native.RULES[rule]]
    states = [positive(table_rows, wide, seed=7 + i) for i, wide in enumerate(widths)]
    return numbers(table_rows, width, seed=5), states


def hyper_of(rule: str) -> Any:
    return jnp.zeros(8).at[: len(HYPER[rule])].set(jnp.array(HYPER[rule]))


def check_update(rule: str, entries: Entries, width: int) -> None:
    table, states = arrays(rule, entries.table_rows, width)
    cotangents = numbers(entries.num_owners, width, seed=3)
    found = native.update(
        rule,
        hyper_of(rule),
        jnp.asarray(table),
        [jnp.asarray(s) for s in states],
        *entries.arguments(),
        jnp.asarray(cotangents),
    )
    wide, wide_states = table.astype(np.float64), [s.astype(np.float64) for s in states]
    distinct, sums = entries.sums(cotangents)
    for row, g in zip(distinct, sums, strict=True):
        applied(rule, wide[row], [s[row] for s in wide_states], g)
    for got, wanted in zip([found[0], *found[1]], [wide, *wide_states], strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=2e-4)
    untouched = np.setdiff1d(np.arange(entries.table_rows), distinct)
    np.testing.assert_array_equal(np.asarray(found[0])[untouched], table[untouched])


# --- values ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", native.RULES)
@pytest.mark.parametrize("width", [1, 3, 16, 32, 64, 100, 128, 256, 300])
def test_update_at_every_width(rule: str, width: int) -> None:
    check_update(rule, Entries(3, 50, 20, weighed=True, owned=True), width)


@pytest.mark.parametrize("rule", ["sgd", "row_adagrad", "adam"])
@pytest.mark.parametrize("owned", [False, True])
@pytest.mark.parametrize("weighed", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_update_at_every_size(rule: str, owned: bool, weighed: bool, shape: tuple[int, int, int]) -> None:
    check_update(rule, Entries(*shape, weighed=weighed, owned=owned), 16 if shape[2] < 5000 else 3)


@pytest.mark.parametrize("owned", [False, True])
@pytest.mark.parametrize("weighed", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("width", [3, 64])
def test_merge_sums_each_row(owned: bool, weighed: bool, shape: tuple[int, int, int], width: int) -> None:
    entries = Entries(*shape, weighed=weighed, owned=owned)
    cotangents = numbers(entries.num_owners, width)
    rows, wanted = entries.sums(cotangents)
    call = (*entries.arguments(), jnp.asarray(cotangents))
    distinct, sums, count = native.merge(*call, table_rows=entries.table_rows)
    assert int(count) == len(rows)
    np.testing.assert_array_equal(distinct[: len(rows)], rows)
    np.testing.assert_array_equal(distinct[len(rows) :], ABSENT)
    np.testing.assert_allclose(sums[: len(rows)], wanted, rtol=1e-5, atol=1e-3)
    np.testing.assert_array_equal(sums[len(rows) :], 0)


@pytest.mark.parametrize("weighed", [False, True])
@pytest.mark.parametrize("shape", [*SHAPES, (3000, 2, 50)])
@pytest.mark.parametrize("width", [1, 16, 64, 100])
def test_pool_sums_rows(weighed: bool, shape: tuple[int, int, int], width: int) -> None:
    entries = Entries(*shape, weighed=weighed, owned=False)
    table = numbers(entries.table_rows, width)
    wanted = np.zeros((entries.num_owners, width))
    rows, weights, owners = entries.listed()
    np.add.at(wanted, owners, weights[:, None] * table[rows])
    found = native.pool(jnp.asarray(table), entries.rows, entries.weights)
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("number", [1, 5, 9000])
@pytest.mark.parametrize("width", [1, 64])
def test_write_sets_rows(number: int, width: int) -> None:
    table, values = numbers(20_000, width), numbers(number, width, seed=1)
    rows = np.random.default_rng(0).permutation(20_000)[:number].astype(np.int32)
    rows[::3] = np.resize([ABSENT, -1, 20_000], len(rows[::3]))
    found = native.write(jnp.asarray(table), rows, jnp.asarray(values))
    there = (rows >= 0) & (rows < 20_000)
    table[rows[there]] = values[there]
    np.testing.assert_array_equal(found, table)


@pytest.mark.parametrize("table_rows", [2**22 + 1, 2**24 + 1])
def test_rows_of_many_bits_are_sorted(table_rows: int) -> None:
    rows = np.random.default_rng(0).integers(0, table_rows, (1, 5000)).astype(np.int32)
    rows[0, :3] = table_rows - 1
    distinct, _, count = native.merge(rows, None, None, jnp.ones((5000, 1)), table_rows)
    np.testing.assert_array_equal(distinct[: int(count)], np.unique(rows))


@pytest.mark.parametrize("rule", ["adagrad", "row_adagrad"])
def test_a_sum_of_no_gradients_moves_nothing(rule: str) -> None:
    """The rate over the root of nothing is infinite."""
    state = jnp.zeros((5, 2 if rule == "adagrad" else 1))
    rows, hyper = np.array([[3, 4]], np.int32), jnp.array([0.1, *[0.0] * 7])
    gradients = jnp.array([[0.0, 0.0], [3.0, 4.0]])
    table, _ = native.update(rule, hyper, jnp.ones((5, 2)), [state], rows, None, None, gradients)
    np.testing.assert_array_equal(table[:4], 1)
    assert (table[4] < 1).all()


# --- nothing to do -----------------------------------------------------------------------------------


@pytest.mark.parametrize("k, n, owners", [(0, 3, 3), (3, 0, 0), (0, 0, 0), (2, 3, 0)])
def test_no_entries_change_nothing(k: int, n: int, owners: int) -> None:
    rows, cotangents = np.zeros((k, n), np.int32), jnp.ones((owners, 4))
    whose = None if owners == n else np.zeros((k, n), np.int32)
    table, (state,) = native.update(
        "adagrad", jnp.ones(8), jnp.ones((5, 4)), [jnp.ones((5, 4))], rows, None, whose, cotangents
    )
    np.testing.assert_array_equal(table, 1)
    np.testing.assert_array_equal(state, 1)
    distinct, sums, count = native.merge(rows, None, whose, cotangents, 5)
    assert (distinct.shape, sums.shape, int(count)) == ((k * n,), (k * n, 4), 0)
    np.testing.assert_array_equal(distinct, ABSENT)
    if owners == n:
        np.testing.assert_array_equal(native.pool(jnp.ones((5, 4)), rows), np.zeros((n, 4)))
    np.testing.assert_array_equal(native.write(jnp.ones((5, 4)), np.zeros(0, np.int32), jnp.ones((0, 4))), 1)


@pytest.mark.parametrize("shape", [(0, 4), (5, 0)])
def test_empty_tables(shape: tuple[int, int]) -> None:
    rows, table = np.zeros((2, 3), np.int32), jnp.ones(shape)
    cotangents = jnp.ones((3, shape[1]))
    assert native.pool(table, rows).shape == (3, shape[1])
    found, () = native.update("sgd", jnp.ones(8), table, [], rows, None, None, cotangents)
    assert found.shape == shape
    _, sums, count = native.merge(rows, None, None, cotangents, shape[0])
    assert (sums.shape, int(count)) == ((6, shape[1]), min(1, shape[0]))
    assert native.write(table, rows[0, :1], jnp.ones((1, shape[1]))).shape == shape


def test_rows_that_are_not_there_change_nothing() -> None:
    rows = np.resize([ABSENT, -1, 5, -(2**31)], (100, 100)).astype(np.int32)
    table, () = native.update("sgd", jnp.ones(8), jnp.ones((5, 4)), [], rows, None, None, jnp.ones((100, 4)))
    np.testing.assert_array_equal(table, 1)
    assert int(native.merge(rows, None, None, jnp.ones((100, 4)), 5)[2]) == 0
    np.testing.assert_array_equal(native.pool(jnp.ones((5, 4)), rows), 0)


# --- the same bits -----------------------------------------------------------------------------------


def fingerprint() -> str:
    """A hash of what every kernel gives, on work enough for several threads."""
    entries = Entries(8, 2000, 500, weighed=True, owned=True)
    digest = hashlib.sha256()
    for width in (16, 100):
        cotangents = jnp.asarray(numbers(entries.num_owners, width))
        for rule in native.RULES:
            table, states = arrays(rule, entries.table_rows, width)
            call = (jnp.asarray(table), [jnp.asarray(s) for s in states], *entries.arguments(), cotangents)
            for array in jax.tree.leaves(native.update(rule, hyper_of(rule), *call)):
                digest.update(np.asarray(array).tobytes())
        merged = native.merge(*entries.arguments(), cotangents, entries.table_rows)
        pooled = native.pool(jnp.asarray(numbers(500, width)), entries.rows, entries.weights)
        for array in (*merged, pooled):
            digest.update(np.asarray(array).tobytes())
    return digest.hexdigest()


def test_results_are_the_same_bits_on_one_thread_and_on_all() -> None:
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("no way to give a process one processor here")
    code = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import test_calls; print(test_calls.fingerprint())"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == fingerprint() == fingerprint()


# --- in place ----------------------------------------------------------------------------------------

ROWS, WIDTH = 50_000, 64  # 12.8 MB: nothing else comes near


def step(carry: Any, rows: Any) -> tuple[Any, Any]:
    table, states = carry
    pooled = native.pool(table, rows)
    call = (table, states, rows, None, None, pooled)
    return native.update("adam", jnp.full(8, 0.5), *call), pooled.sum()


def scanned(carry: Any, rows: Any) -> tuple[Any, Any]:
    return jax.lax.scan(step, carry, rows)


@pytest.mark.parametrize("run, steps", [(step, ()), (scanned, (3,))])
def test_a_donated_table_is_updated_in_place(run: Any, steps: tuple[int, ...]) -> None:
    rows = jnp.asarray(np.random.default_rng(0).integers(0, ROWS, (*steps, 4, 300)).astype(np.int32))
    carry = (jnp.ones((ROWS, WIDTH)), (jnp.ones((ROWS, WIDTH)), jnp.ones((ROWS, WIDTH))))
    compiled = jax.jit(run, donate_argnums=0).lower(carry, rows).compile()
    assert compiled.memory_analysis().temp_size_in_bytes < ROWS * WIDTH
    before = [array.unsafe_buffer_pointer() for array in jax.tree.leaves(carry)]
    after = [array.unsafe_buffer_pointer() for array in jax.tree.leaves(compiled(carry, rows)[0])]
    assert before == after


def test_a_donated_table_is_written_in_place() -> None:
    table, rows, values = jnp.ones((ROWS, WIDTH)), jnp.arange(100), jnp.zeros((100, WIDTH))
    compiled = jax.jit(native.write, donate_argnums=0).lower(table, rows, values).compile()
    assert compiled.memory_analysis().temp_size_in_bytes < ROWS * WIDTH
    before = table.unsafe_buffer_pointer()
    assert compiled(table, rows, values).unsafe_buffer_pointer() == before


def test_a_table_that_is_not_donated_stays() -> None:
    table, rows = jnp.ones((5, 2)), jnp.array([[0]])
    changed, () = native.update("sgd", jnp.ones(8), table, [], rows, None, None, jnp.ones((1, 2)))
    written = native.write(table, rows[0], jnp.zeros((1, 2)))
    np.testing.assert_array_equal(table, 1)
    assert float(changed[0, 0]) == float(written[0, 0]) == 0


# --- under JAX's transformations ---------------------------------------------------------------------


def test_vmap_takes_one_after_another() -> None:
    tables = jnp.asarray(numbers(3, 6, 2))
    rows = np.random.default_rng(0).integers(0, 6, (3, 2, 4)).astype(np.int32)
    found = jax.vmap(native.pool)(tables, jnp.asarray(rows))
    one_by_one = [native.pool(table, row) for table, row in zip(tables, rows, strict=True)]
    np.testing.assert_array_equal(found, np.stack(one_by_one))


def test_under_shard_map() -> None:
    mesh = jax.make_mesh((1,), ("x",), axis_types=(jax.sharding.AxisType.Auto,))
    by_rows, everywhere = jax.sharding.PartitionSpec("x"), jax.sharding.PartitionSpec()

    def body(table: Any, rows: Any) -> Any:
        table, () = native.update("sgd", jnp.ones(8), table, [], rows, None, None, jnp.ones((2, 2)))
        return native.pool(table, rows)

    sharded = jax.shard_map(body, mesh=mesh, in_specs=(by_rows, everywhere), out_specs=by_rows)
    table, rows = jnp.asarray(numbers(4, 2)), jnp.array([[0, 3], [0, ABSENT]])
    np.testing.assert_array_equal(jax.jit(sharded)(table, rows), body(table, rows))


# --- mistakes ----------------------------------------------------------------------------------------

ROWS_23, GRADIENTS, TABLE = np.zeros((2, 3), np.int32), jnp.ones((3, 4)), jnp.ones((5, 4))


@pytest.mark.parametrize(
    "message, call",
    [
        ("rows", lambda: native.pool(TABLE, ROWS_23[0])),
        ("rows", lambda: native.pool(TABLE, ROWS_23.astype(np.float32))),
        ("weights", lambda: native.pool(TABLE, ROWS_23, np.ones((3, 2), np.float32))),
        ("weights", lambda: native.pool(TABLE, ROWS_23, np.zeros(0, np.float32))),
        ("owners", lambda: native.merge(ROWS_23, None, ROWS_23.T, GRADIENTS, 5)),
        ("cotangents", lambda: native.merge(ROWS_23, None, None, GRADIENTS[:2], 5)),
        ("rule", lambda: native.update("sdg", jnp.ones(8), TABLE, [], ROWS_23, None, None, GRADIENTS)),
        ("hyper", lambda: native.update("sgd", jnp.ones(3), TABLE, [], ROWS_23, None, None, GRADIENTS)),
        ("0 states", lambda: native.update("adam", jnp.ones(8), TABLE, [], ROWS_23, None, None, GRADIENTS)),
        (
            "a state of adagrad",
            lambda: native.update(
                "adagrad", jnp.ones(8), TABLE, [TABLE[:, :1]], ROWS_23, None, None, GRADIENTS
            ),
        ),
        ("rows", lambda: native.write(TABLE, ROWS_23[0, :2], GRADIENTS)),
    ],
)
def test_what_does_not_fit_is_refused(message: str, call: Any) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_gradients_of_another_width_are_refused() -> None:
    # The annotations say so too, and are checked first while tests run.
    with pytest.raises((ValueError, jaxtyping.TypeCheckError)):
        native.update("sgd", jnp.ones(8), TABLE[:, :3], [], ROWS_23, None, None, GRADIENTS)


def test_too_many_entries_are_refused() -> None:
    rows = jax.ShapeDtypeStruct((2**16, 2**15), jnp.int32)
    with pytest.raises(ValueError, match="2³¹"):
        jax.eval_shape(lambda rows: native.pool(TABLE, rows), rows)


@pytest.mark.slow
def test_the_last_row_of_more_entries_than_32_bits_count(unchecked: None) -> None:
    """8.6 GB of float32, in place: the last row is read, changed and written, and the first stays."""
    width = 64
    last = 2**31 // width + 1
    rows = jnp.array([[last, last + 1, last]], jnp.int32)  # the second is none

    @functools.partial(jax.jit, donate_argnums=0)
    def programs(table: Any) -> Any:
        hyper, ones = jnp.zeros(8).at[0].set(0.5), jnp.ones((3, width))
        table, () = native.update("sgd", hyper, table, (), rows, None, None, ones)
        table = native.write(table, rows[0, 1:2] - 2, jnp.full((1, width), 3.0))
        return table, native.pool(table, rows[:, :1]), native.merge(rows, None, None, ones, last + 1)

    table, read, (distinct, sums, count) = programs(jnp.zeros((last + 1, width)))
    np.testing.assert_array_equal(read, np.full((1, width), -1.0))
    np.testing.assert_array_equal(table[last - 1], np.full(width, 3.0))
    np.testing.assert_array_equal(table[0], np.zeros(width))
    assert (int(distinct[0]), int(count)) == (last, 1)
    np.testing.assert_array_equal(sums[0], np.full(width, 2.0))
