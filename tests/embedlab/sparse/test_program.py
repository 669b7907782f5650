"""Programs with look-ups in them: what is found, what is tapped, what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from embedlab import ABSENT
from embedlab.lookup.reads import read_program
from embedlab.lookup.take import take
from embedlab.sparse.gradient import Entries
from embedlab.sparse.program import Found, Read, run, survey

ONE = np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)
OTHER = np.random.default_rng(1).normal(size=(5, 2)).astype(np.float32)
FIRST, SECOND, THIRD = np.array([1, 6]), np.array([[4], [0], [4]]), np.array([2, ABSENT, -1, 2])
NAMES = ["one", None, "other"]
FOUND = [
    Found("one", (2, 3), np.float32),
    Found("other", (3, 2), np.float32),
    Found("one", (4, 3), np.float32),
]


def loss(one: Any, scale: Any, other: Any) -> Any:
    """Reads of two tables, one of them twice."""
    first, second = take(one, FIRST), take(other, SECOND)
    third = jnp.tanh(scale * take(one, THIRD))
    return (first[:, :2] * scale).sum() + (second**2).sum() - third.sum()


def by_hand(first: Any, second: Any, third: Any, scale: float) -> float:
    """The loss of what was read."""
    return float((first[:, :2] * scale).sum() + (second**2).sum() - np.tanh(scale * third).sum())


def read(table: Any, rows: Any) -> Any:
    """What a look-up reads, in NumPy: zeros where there is no row."""
    rows = rows.reshape(-1)
    there = (rows >= 0) & (rows < len(table))
    return np.where(there[:, None], table[np.where(there, rows, 0)], 0).astype(np.float64)


def in_jit(function: Any) -> Any:
    return jax.jit(function)


def in_jits(function: Any) -> Any:
    return jax.jit(lambda *arguments: jax.jit(function)(*arguments))


def in_checkpoint(function: Any) -> Any:
    return jax.checkpoint(function)


def in_both(function: Any) -> Any:
    return jax.jit(jax.checkpoint(jax.jit(jax.checkpoint(function))))


def plain(function: Any) -> Any:
    return function


WRAPPERS = (plain, in_jit, in_jits, in_checkpoint, in_both)


def surveyed(function: Callable[..., Any], *arguments: Any, names: list[str | None]) -> Any:
    return survey(jax.make_jaxpr(function)(*arguments).jaxpr, names)


@pytest.mark.parametrize("wrap", WRAPPERS, ids=lambda wrap: wrap.__name__)
def test_look_ups_are_found_in_order(wrap: Any) -> None:
    found, other = surveyed(wrap(loss), ONE, 0.5, OTHER, names=NAMES)
    assert found == FOUND and other == {}
    # Of tables without a name nothing is told.
    assert surveyed(wrap(loss), ONE, 0.5, OTHER, names=[None, None, "other"]) == (FOUND[1:2], {})
    assert surveyed(wrap(loss), ONE, 0.5, OTHER, names=[None] * 3) == ([], {})


@pytest.mark.parametrize("wrap", WRAPPERS, ids=lambda wrap: wrap.__name__)
def test_taps_are_added_to_what_is_read(wrap: Any) -> None:
    program = jax.make_jaxpr(wrap(loss))(ONE, 0.5, OTHER)
    values = [jnp.asarray(ONE), jnp.float32(0.5), jnp.asarray(OTHER)]

    @jax.jit
    def tapped(values: Any, taps: Any) -> Any:
        return run(program.jaxpr, program.consts, values, NAMES, iter(taps))

    vectors = [read(ONE, FIRST), read(OTHER, SECOND), read(ONE, THIRD)]
    taps = [np.random.default_rng(9 + i).normal(size=one.shape) for i, one in enumerate(FOUND)]
    (output,), reads = tapped(values, [jnp.asarray(tap, jnp.float32) for tap in taps])
    wanted = by_hand(*(v + tap for v, tap in zip(vectors, taps, strict=True)), 0.5)
    np.testing.assert_allclose(output, wanted, rtol=1e-5)
    assert [one.table for one in reads] == ["one", "other", "one"]
    for one, rows in zip(reads, (FIRST, SECOND, THIRD), strict=True):
        np.testing.assert_array_equal(one.entries.rows, rows.reshape(1, -1))
        assert one.entries.weights is None and one.entries.owners is None


@pytest.mark.parametrize("wrap", [plain, in_both], ids=lambda wrap: wrap.__name__)
def test_without_taps_it_is_the_program(wrap: Any) -> None:
    program = jax.make_jaxpr(wrap(loss))(ONE, 0.5, OTHER)
    (output,), reads = jax.jit(lambda *values: run(program.jaxpr, program.consts, values, NAMES))(
        ONE, 0.5, OTHER
    )
    wanted = by_hand(read(ONE, FIRST), read(OTHER, SECOND), read(ONE, THIRD), 0.5)
    np.testing.assert_allclose(output, wanted, rtol=1e-5)
    assert len(reads) == 3


@pytest.mark.parametrize("wrap", [plain, in_both], ids=lambda wrap: wrap.__name__)
def test_a_reader_reads_in_place_of_the_program(wrap: Any) -> None:
    """In float64 it would read, which is brought to what the program reads; one table it leaves to that."""
    program = jax.make_jaxpr(wrap(loss))(ONE, 0.5, OTHER)
    asked: list[tuple[str, int]] = []

    def reader(name: str, table: Any, entries: Entries, n: int) -> Any:
        asked.append((name, n))
        assert entries.rows.shape == (1, n)
        if name == "other":
            return None
        return jnp.full((n, table.shape[1]), 2, jnp.float16) + entries.rows.reshape(-1, 1) % 2

    def tapped(values: Any) -> Any:
        taps = iter([jnp.full(one.shape, 0.25, one.dtype) for one in FOUND])
        return run(program.jaxpr, program.consts, values, NAMES, taps, reader)[0]

    values = [jnp.asarray(ONE), jnp.float32(0.5), jnp.asarray(OTHER)]
    (output,) = jax.jit(tapped)(values)
    # A checkpoint is traced twice, once to be counted; a reader has no side effects.
    assert list(dict.fromkeys(asked)) == [("one", 2), ("other", 3), ("one", 4)]
    first, third = (2.25 + np.repeat(rows[:, None] % 2, 3, 1) for rows in (FIRST, THIRD))
    assert output.dtype == jnp.float32
    np.testing.assert_allclose(output, by_hand(first, read(OTHER, SECOND) + 0.25, third, 0.5), rtol=1e-5)


def test_weights_and_owners_come_along() -> None:
    @read_program
    def weighed(table: Any, rows: Any, weights: Any, owners: Any) -> Any:
        each = weights.reshape(-1, 1) * table[rows.reshape(-1)]
        return jax.ops.segment_sum(each, owners.reshape(-1), 2), rows, weights, owners

    rows, owners = np.array([[3, 1], [3, 0]]), np.array([[0, 1], [1, 1]])
    weights = np.array([[1.0, 2.0], [-1.0, 0.5]], np.float32)
    program = jax.make_jaxpr(weighed)(ONE, rows, weights, owners)
    outputs, reads = run(program.jaxpr, program.consts, [ONE, rows, weights, owners], ["one", *[None] * 3])
    np.testing.assert_allclose(outputs[0], [ONE[3], 2 * ONE[1] - ONE[3] + 0.5 * ONE[0]], rtol=1e-6)
    (one,) = reads
    assert one.table == "one"
    for found, wanted in zip(jax.tree.leaves(one.entries), (rows, weights, owners), strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_a_read_is_a_pytree_of_its_entries() -> None:
    leaves, treedef = jax.tree.flatten(Read("one", Entries(1, None, 2)))
    assert leaves == [1, 2]
    assert treedef.unflatten([3, 4]) == Read("one", Entries(3, None, 4))


def test_a_checkpoint_stays_one() -> None:
    policy = jax.checkpoint_policies.dots_saveable
    kept = jax.checkpoint(lambda one: take(one, FIRST).sum(), policy=policy, prevent_cse=False)
    program = jax.make_jaxpr(kept)(ONE)

    def tapped(one: Any, tap: Any) -> Any:
        return run(program.jaxpr, program.consts, [one], ["one"], iter([tap]))[0]

    (eqn,) = jax.make_jaxpr(tapped)(ONE, jnp.zeros((2, 3))).jaxpr.eqns
    assert eqn.primitive.name == program.jaxpr.eqns[0].primitive.name
    assert eqn.params["policy"] is policy and eqn.params["prevent_cse"] is False


# --- tables that are handed on -----------------------------------------------------------------------


def test_a_table_that_comes_out_again_is_the_same_array() -> None:
    @jax.jit
    def swap(one: Any, other: Any) -> Any:
        return other, 2.0, one

    def function(one: Any, other: Any) -> Any:
        other, factor, one = jax.jit(lambda *tables: swap(*tables))(one, other)
        one, factor = jax.checkpoint(lambda one, factor: (one, factor * 3))(one, factor)
        return one, other, factor * take(one, FIRST).sum(), take(other, SECOND).sum()

    names = ["one", "other"]
    assert surveyed(function, ONE, OTHER, names=names) == (FOUND[:2], {})
    program = jax.make_jaxpr(function)(ONE, OTHER)
    values = [jnp.asarray(ONE), jnp.asarray(OTHER)]
    outputs, reads = run(program.jaxpr, program.consts, values, names)
    assert outputs[0] is values[0] and outputs[1] is values[1]
    # In a program, too, though it came out of a checkpoint.
    again = jax.make_jaxpr(lambda *values: run(program.jaxpr, program.consts, values, names)[0])(
        *values
    ).jaxpr
    assert again.outvars[0] is again.invars[0] and again.outvars[1] is again.invars[1]
    np.testing.assert_allclose(outputs[2], 6 * ONE[FIRST].sum(), rtol=1e-5)
    np.testing.assert_allclose(outputs[3], OTHER[SECOND].sum(), rtol=1e-5)
    assert [one.table for one in reads] == names


def test_what_is_computed_of_a_table_is_no_table() -> None:
    def function(one: Any) -> Any:
        same, twice = jax.jit(lambda one: (one, 2 * one))(one)
        return take(same, FIRST).sum() + take(twice, FIRST).sum()

    assert surveyed(function, ONE, names=["one"]) == (FOUND[:1], {"one": "by mul"})


def test_a_table_that_nothing_is_done_with() -> None:
    def function(one: Any, scale: Any) -> Any:
        return one, 1.5, scale

    program = jax.make_jaxpr(function)(ONE, 0.5)
    assert survey(program.jaxpr, ["one", None]) == ([], {})
    outputs, reads = run(program.jaxpr, program.consts, [ONE, 0.5], ["one", None], iter([]))
    assert outputs[0] is ONE and outputs[1:] == [1.5, 0.5] and reads == []


# --- what else is done with tables -------------------------------------------------------------------


def in_scan(one: Any) -> Any:
    return jax.lax.scan(lambda total, row: (total + take(one, row[None]).sum(), None), 0.0, FIRST)[0]


def in_while(one: Any) -> Any:
    def step(carry: Any) -> Any:
        return carry[0] + 1, carry[1] + take(one, FIRST).sum()

    return jax.lax.while_loop(lambda carry: carry[0] < 3, step, (0, 0.0))[1]


def in_cond(one: Any) -> Any:
    return jax.lax.cond(FIRST[0] + jnp.ones(()) > 0, lambda: take(one, FIRST), lambda: take(one, FIRST[::-1]))


@jax.custom_jvp
def own_derivative(one: Any) -> Any:
    return take(one, FIRST)


own_derivative.defjvp(lambda primals, tangents: (own_derivative(*primals), take(*tangents, FIRST)))

USES: dict[str, tuple[Callable[[Any], Any], str]] = {
    "scan": (in_scan, "inside of scan"),
    "while": (in_while, "inside of while"),
    "cond": (in_cond, "inside of cond"),
    "index": (lambda one: one[FIRST], "by gather"),
    "product": (lambda one: one @ jnp.ones(3), "by dot_general"),
    "multiple": (lambda one: take(2 * one, FIRST), "by mul"),
    "stopped": (lambda one: take(jax.lax.stop_gradient(one), FIRST), "by stop_gradient"),
    "derivative": (own_derivative, "by custom_jvp_call"),
}


@pytest.mark.parametrize("wrap", [plain, in_both], ids=lambda wrap: wrap.__name__)
@pytest.mark.parametrize("use", USES)
def test_other_uses_are_told(use: str, wrap: Any) -> None:
    function, told = USES[use]

    def both(one: Any, other: Any) -> Any:
        return function(one), take(other, SECOND), take(one, THIRD)

    found, other = surveyed(wrap(both), ONE, OTHER, names=["one", "other"])
    assert found == FOUND[1:] and other == {"one": told}


def test_a_look_up_whose_weights_are_a_table_is_none() -> None:
    @read_program
    def crossed(table: Any, other: Any) -> Any:
        return table[FIRST] * other[FIRST, :1], jnp.asarray(FIRST)[None]

    told = {"one": "by gather", "other": "by gather"}
    assert surveyed(crossed, ONE, OTHER, names=["one", "other"]) == ([], told)
    assert surveyed(crossed, ONE, OTHER, names=["one", None]) == (FOUND[:1], {})
    assert surveyed(crossed, ONE, OTHER, names=[None, "other"]) == ([], {"other": "by gather"})


@pytest.mark.parametrize("wrap", [plain, in_both], ids=lambda wrap: wrap.__name__)
def test_a_look_up_under_vmap_is_refused(wrap: Any) -> None:
    message = (
        "loss: it looks table 'one' up under vmap. embed and bag take ids of any leading shape: "
        "call them once, outside of vmap, and map over the vectors."
    )
    mapped = wrap(lambda one: jax.vmap(lambda rows: take(one, rows))(np.stack([FIRST, FIRST])))
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        surveyed(mapped, ONE, names=["one"])
    # What is mapped may hold a look-up that is not: it is made once.
    unmapped = wrap(lambda one: jax.vmap(lambda x: x * take(one, FIRST))(jnp.ones(4)))
    assert surveyed(unmapped, ONE, names=["one"]) == (FOUND[:1], {})


def test_names_must_be_those_of_all_inputs() -> None:
    program = jax.make_jaxpr(loss)(ONE, 0.5, OTHER)
    with pytest.raises(ValueError, match="shorter"):
        survey(program.jaxpr, NAMES[:2])
    with pytest.raises(ValueError, match="shorter"):
        run(program.jaxpr, program.consts, [ONE, 0.5, OTHER], NAMES[:2])
