"""What is read before tables change: the same arrays, and in the program nothing before all is there."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from embedlab.sparse.gradient import Entries, RowGradient
from embedlab.sparse.ordering import after_all_reads

STEP = jnp.int32(3)


def gradients(*, weighted: bool) -> dict[str, Any]:
    """Of two tables, one of them dense, one with two look-ups; and of the rest."""
    plain = Entries(jnp.array([[1, 4]]), None, jnp.array([[0, 0]]))
    other = Entries(jnp.array([[2], [0]]), jnp.array([[0.5], [2.0]]) if weighted else None)
    rows = RowGradient(((plain, jnp.ones((2, 3))), (other, jnp.full((1, 3), 7.0, jnp.bfloat16))))
    return {"trained": {"head": jnp.arange(3.0)}, "table": {"words": rows, "items": jnp.ones((4, 2))}}


def given(*, weighted: bool) -> tuple[Any, Any, Any]:
    aux = {"scores": jnp.arange(2.0), "hits": jnp.array([True, False]), "key": jax.random.key(5)}
    return gradients(weighted=weighted), jnp.float32(1.5), aux


def plain(leaf: Any) -> np.ndarray:
    return np.asarray(jax.random.key_data(leaf) if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key) else leaf)


def same(found: Any, wanted: Any) -> None:
    assert jax.tree.structure(found) == jax.tree.structure(wanted)
    for a, b in zip(jax.tree.leaves(found), jax.tree.leaves(wanted), strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(plain(a), plain(b))


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_values_stay(weighted: bool) -> None:
    arguments = given(weighted=weighted)
    same(jax.jit(after_all_reads)(*arguments, STEP), arguments)
    same(jax.jit(after_all_reads)(*arguments, jnp.int32(0)), arguments)


def origins(weighted: bool) -> tuple[Any, list[str]]:
    """For each array that comes out, "cond" if it comes out of that, "input" if it was just handed on."""
    arguments = given(weighted=weighted)
    jaxpr = jax.make_jaxpr(after_all_reads)(*arguments, STEP).jaxpr
    conds = [eqn for eqn in jaxpr.eqns if eqn.primitive.name == "cond"]
    assert len(conds) == 1  # all at once
    made = set(conds[0].outvars)
    names = ["cond" if var in made else "input" if var in jaxpr.invars else "?" for var in jaxpr.outvars]
    return arguments, names


def test_with_weights_nothing_comes_before_all_is_there() -> None:
    arguments, names = origins(weighted=True)
    for leaf, name in zip(jax.tree.leaves(arguments), names, strict=True):
        is_key = jnp.issubdtype(leaf.dtype, jax.dtypes.extended)
        assert name == ("input" if is_key else "cond")


def test_without_weights_rows_and_results_alone_are_tied() -> None:
    (found, value, aux), names = origins(weighted=False)
    count = len(jax.tree.leaves(found))
    for leaf, name in zip(jax.tree.leaves(found), names[:count], strict=True):
        assert name == ("cond" if leaf.dtype == jnp.int32 else "input")
    assert names[:count].count("cond") == 3  # the rows of both look-ups, and owners
    for leaf, name in zip(jax.tree.leaves((value, aux)), names[count:], strict=True):
        assert name == ("input" if jnp.issubdtype(leaf.dtype, jax.dtypes.extended) else "cond")


def look_up(weights: Any = None) -> Any:
    return Entries(jnp.array([[1, 4]]), weights), jnp.ones((2, 3))


@pytest.mark.parametrize("name", ["words", "items"])
@pytest.mark.parametrize("place", [0, 2])
def test_weights_of_any_look_up_count(name: str, place: int) -> None:
    plain = {key: RowGradient((look_up(), look_up(), look_up())) for key in ("words", "items")}
    parts = list(plain[name].parts)
    parts[place] = look_up(jnp.ones((1, 2)))
    for tables, tied in ((plain, 6), (plain | {name: RowGradient(tuple(parts))}, 13)):
        eqns = jax.make_jaxpr(after_all_reads)({"table": tables}, jnp.float32(1), None, STEP).jaxpr.eqns
        (cond,) = (eqn for eqn in eqns if eqn.primitive.name == "cond")
        assert len(cond.outvars) == tied + 1  # and the value


def test_no_tables_no_aux() -> None:
    same(
        after_all_reads({"trained": {}, "table": {}}, jnp.float32(2), None, STEP),
        ({"trained": {}, "table": {}}, jnp.float32(2), None),
    )
    unread = {"table": {"words": RowGradient(())}}
    same(after_all_reads(unread, jnp.float32(2), None, STEP), (unread, jnp.float32(2), None))


def test_the_step_decides_and_is_never_negative() -> None:
    """The branch that is never taken is there: were it not, XLA would see through it."""
    found, value, _ = after_all_reads(*given(weighted=True), jnp.int32(-1))
    assert float(value) == 0 and not found["table"]["words"].parts[0][0].rows.any()
