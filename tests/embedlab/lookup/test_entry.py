"""What does not fit is refused before any table is read; `lookups` applies the policy for bad ids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import embedlab
from embedlab import ABSENT, Dense, Hashed, Subword, Variables, gather, l2_rows, lookups
from tests.embedlab.test_contract import WORDS

SPEC = Dense(6, 4)
VARIABLES = SPEC.init(jax.random.key(0))

CALLS: dict[str, Callable[..., Any]] = {
    "embed": embedlab.embed,
    "bag": embedlab.bag,
    "max_norm": lambda spec, variables, ids, **rest: embedlab.max_norm(spec, variables, ids, 1.0, **rest),
    "lookups": embedlab.lookups,
}
every_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


@every_call
@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"table": jnp.zeros((5, 4))}, r"^tables\['table'\]\.shape=\(5, 4\): the spec has \(6, 4\); give"),
        ({"table": jnp.zeros((6, 2))}, r"^tables\['table'\]\.shape=\(6, 2\)"),
        ({"other": jnp.zeros((6, 4))}, r"^tables=\['other'\]: no 'table'; give the variables of"),
    ],
)
def test_arrays_of_another_spec_are_refused(call: Any, tables: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(SPEC, Variables(tables), np.array([1]))


@pytest.mark.parametrize("call", [embedlab.all_vectors, lambda s, v: embedlab.attend(s, v, jnp.ones(4))])
def test_arrays_of_another_spec_have_no_scores(call: Any) -> None:
    with pytest.raises(ValueError, match="the spec has"):
        call(SPEC, Variables({"table": jnp.zeros((5, 4))}))


@every_call
def test_a_mask_that_does_not_fit_is_refused(call: Any) -> None:
    with pytest.raises(ValueError, match=r"^mask.shape=\(3, 2\): give one value an id, shape \(2,\)$"):
        call(SPEC, VARIABLES, np.array([1, 2]), mask=np.ones((3, 2), bool))
    with pytest.raises(TypeError, match=r"^mask has dtype float64"):
        call(SPEC, VARIABLES, np.array([1, 2]), mask=[1.0, 0.0])


def test_counts_take_the_same_masks() -> None:
    assert embedlab.count_bad_ids(SPEC, [1, 9, -1], mask=[2, 2, 0]) == 1
    with pytest.raises(ValueError, match="give one value an id"):
        embedlab.count_bad_ids(SPEC, [1, 9], mask=[True])


@pytest.mark.parametrize("mask", [[2, 0], [1, 0], [True, False], np.array([2, 0])])
def test_masks_of_integers_are_masks(mask: Any) -> None:
    found = embedlab.embed(SPEC, VARIABLES, np.array([1, 2]), mask=mask)
    np.testing.assert_array_equal(found[0], VARIABLES.tables["table"][1])
    assert not np.any(found[1])
    with pytest.raises(ValueError, match="id 9 at position"):
        embedlab.embed(SPEC, VARIABLES, np.array([9, 2]), mask=mask, checked=True)


@every_call
@pytest.mark.parametrize("filling", [2**40, -(2**63)])
def test_what_is_masked_may_hold_anything(call: Any, filling: int) -> None:
    ids = np.array([1, filling])
    good = call(SPEC, VARIABLES, np.array([1, 0]), mask=[True, False])
    found = call(SPEC, VARIABLES, ids, mask=[True, False])
    jax.tree.map(np.testing.assert_array_equal, found, good)
    with pytest.raises(ValueError, match="needs more than 32 bits"):
        call(SPEC, VARIABLES, ids, mask=[False, True])


# --- lookups -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "buffers"),
    [
        (SPEC, {}),
        (Hashed(6, 4, buckets=5, hashes=2, importance=6), {}),
        (Subword(5, 4, buckets=8), WORDS),
    ],
    ids=["dense", "hashed", "subword"],
)
def test_bad_and_masked_ids_have_no_rows(spec: Any, buffers: Any) -> None:
    variables = spec.init(jax.random.key(0), buffers)
    found = lookups(spec, variables, np.array([2, -1, 6, 10**6, 1]), mask=[1, 1, 1, 1, 0])
    alone = lookups(spec, variables, np.array([2]))
    for some, one in zip(found, alone, strict=True):
        np.testing.assert_array_equal(some.rows[:1], one.rows)
        assert (np.asarray(some.rows[1:]) == ABSENT).all()
    rows = l2_rows(gather(variables.tables, found), found)
    np.testing.assert_allclose(rows, l2_rows(gather(variables.tables, alone), alone), rtol=1e-6)


def test_lookups_under_jit_are_those_of_the_host() -> None:
    ids = np.array([[2, -1], [6, 1]])
    (host,) = lookups(SPEC, VARIABLES, ids)
    (traced,) = jax.jit(lambda v, i: lookups(SPEC, v, i))(VARIABLES, ids)
    np.testing.assert_array_equal(host.rows, traced.rows)
