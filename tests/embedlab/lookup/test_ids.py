"""How ids enter: every integer type, 64 bits whole, and errors that say where and what."""

from __future__ import annotations

import re
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedlab import ABSENT, Dense, Hashed, Ids64, Variables, bag, count_bad_ids, embed, host_ids, max_norm
from embedlab.lookup.ids import canonical, is_present
from tests.embedlab import reference

INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
DENSE = Dense(10, 4)
VARIABLES = DENSE.init(jax.random.key(0))
HASHED = Hashed(None, 4, buckets=13, signed=True)
HASHED_VARIABLES = HASHED.init(jax.random.key(0))


def gradient(ids: Any) -> Any:
    """Of the sum of squares of `embed`, by the dense table."""
    return jax.grad(lambda t: (embed(DENSE, Variables({"table": t}), ids) ** 2).sum())(
        VARIABLES.tables["table"]
    )


# --- types -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(1,), (2, 3)])
@pytest.mark.parametrize("dtype", INTEGERS)
def test_integers_of_every_type_are_alike(dtype: str, shape: tuple[int, ...], x64: None) -> None:
    ids = np.arange(3, 9)[: int(np.prod(shape))].reshape(shape)
    wanted, wanted_gradient = embed(DENSE, VARIABLES, ids.astype("int32")), gradient(ids.astype("int32"))
    assert np.any(wanted_gradient)
    host = ids.astype(dtype)
    device = jnp.asarray(host)
    for form in (host, device):
        np.testing.assert_array_equal(embed(DENSE, VARIABLES, form), wanted)
        np.testing.assert_array_equal(host_ids(DENSE, form), ids.astype("int32"), strict=True)
    np.testing.assert_array_equal(gradient(host), wanted_gradient)
    np.testing.assert_array_equal(jax.jit(gradient)(device), wanted_gradient)


@pytest.mark.parametrize("ids", [[1, 2], (1, 2), np.array([1, 2]), [np.int64(1), np.uint8(2)]])
def test_lists_are_ids_too(ids: Any) -> None:
    np.testing.assert_array_equal(embed(DENSE, VARIABLES, ids), VARIABLES.tables["table"][1:3])


def test_one_number_is_one_id() -> None:
    np.testing.assert_array_equal(embed(DENSE, VARIABLES, 3), VARIABLES.tables["table"][3])


@pytest.mark.parametrize("ids", [np.array([None]), np.array(["1"]), 1.0, None])
def test_what_is_no_integer_is_refused(ids: Any) -> None:
    for spec, variables in ((DENSE, VARIABLES), (HASHED, HASHED_VARIABLES)):
        for call in (
            lambda s=spec, v=variables: embed(s, v, ids),
            lambda s=spec: host_ids(s, ids),
            lambda s=spec: count_bad_ids(s, ids),
        ):
            with pytest.raises(TypeError, match=r"^ids have dtype \S+: ids are integers; convert"):
                call()


@given(
    st.sampled_from(INTEGERS).flatmap(
        lambda d: st.tuples(
            st.just(d), st.lists(st.integers(int(np.iinfo(d).min), int(np.iinfo(d).max)) | st.integers(0, 12))
        )
    ),
    st.integers(1, 1000),
)
def test_the_policy_on_the_host(drawn: tuple[str, list[int]], known: int) -> None:
    dtype, numbers = drawn
    found = canonical(np.array(numbers, dtype), known)
    assert found.dtype == np.int32 and isinstance(found, np.ndarray)
    assert found.tolist() == [n if 0 <= n < known else ABSENT for n in numbers]
    assert is_present(found).tolist() == [0 <= n < known for n in numbers]
    assert count_bad_ids(Dense(known, 1), np.array(numbers, dtype)) == sum(
        not 0 <= n < known for n in numbers
    )


# --- beyond 32 bits ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [2**32 + 3, 2**31, -(2**32) + 3, 2**63 - 1])
def test_a_host_id_beyond_32_bits_is_never_cut(number: int) -> None:
    ids = np.array([[1, number]], np.int64)
    message = (
        f"id {number} needs more than 32 bits: this embedding's ids are 32-bit. Use Hashed(vocabulary=None"
    )
    for call in (
        lambda: embed(DENSE, VARIABLES, ids),
        lambda: bag(DENSE, VARIABLES, ids),
        lambda: max_norm(DENSE, VARIABLES, ids, 1.0),
        lambda: embed(DENSE, VARIABLES, ids.tolist()),
    ):
        with pytest.raises(ValueError, match=re.escape(message)):
            call()
    with pytest.raises(
        ValueError, match=re.escape(f"id {number} at position (0, 1): known are 0 … 9. Check")
    ):
        host_ids(DENSE, ids)
    assert count_bad_ids(DENSE, ids) == 1


def test_the_largest_uint64_is_refused_too() -> None:
    with pytest.raises(ValueError, match="id 18446744073709551615 needs more than 32 bits"):
        embed(DENSE, VARIABLES, np.array([2**64 - 1], np.uint64))


def test_a_traced_id_beyond_32_bits_is_bad(x64: None) -> None:
    ids = jnp.array([3, 2**32 + 3, -(2**32) + 3])
    found = jax.jit(lambda i: embed(DENSE, VARIABLES, i))(ids)
    np.testing.assert_array_equal(found[0], VARIABLES.tables["table"][3])
    assert not np.any(found[1:]) and count_bad_ids(DENSE, ids) == 2


WIDE = [0, 3, 2**31, 2**32 + 3, 2**63 - 1]


def test_unbounded_ids_are_taken_whole() -> None:
    found = np.asarray(embed(HASHED, HASHED_VARIABLES, np.array([*WIDE, 2**64 - 1], np.uint64)))
    for number, vector in zip([*WIDE, 2**64 - 1], found, strict=True):
        np.testing.assert_allclose(vector, reference.embed(HASHED, HASHED_VARIABLES, number), rtol=1e-6)
    assert np.any(found[1] != found[3])  # 3 and 2³² + 3: alike once cut


def test_halves_equal_64_bit_integers(x64: None) -> None:
    halves = host_ids(HASHED, WIDE)
    assert isinstance(halves, Ids64) and halves.low.dtype == halves.high.dtype == np.uint32
    call = jax.jit(lambda i: embed(HASHED, HASHED_VARIABLES, i))
    for form in (np.array(WIDE), jnp.array(WIDE), jnp.array(WIDE, jnp.uint64)):
        np.testing.assert_array_equal(call(form), call(halves))


@pytest.mark.parametrize("ids", [[0, 5, 9], [[7]], []])
def test_halves_equal_32_bit_integers(ids: Any) -> None:
    found = embed(HASHED, HASHED_VARIABLES, host_ids(HASHED, ids))
    np.testing.assert_array_equal(found, embed(HASHED, HASHED_VARIABLES, np.array(ids, np.int32)))


def test_a_bounded_embedding_takes_halves() -> None:
    ids = Ids64(np.array([3, 3, 12], np.uint32), np.array([0, 1, 0], np.uint32))  # 3, 2³² + 3, 12
    found = embed(DENSE, VARIABLES, ids)
    np.testing.assert_array_equal(found[0], VARIABLES.tables["table"][3])
    assert not np.any(found[1:]) and count_bad_ids(DENSE, ids) == 2
    with pytest.raises(ValueError, match=r"id 4294967299 at position \(1,\)"):
        host_ids(DENSE, ids)


def test_padding_among_halves_is_no_bad_id() -> None:
    real = np.array([True, False])
    for spec, variables in ((DENSE, VARIABLES), (HASHED, HASHED_VARIABLES)):
        ids = Ids64(np.array([3, 99], np.uint32), np.zeros(2, np.uint32), real)
        found = embed(spec, variables, ids, checked=True)
        assert np.any(found[0]) and not np.any(found[1])
        assert count_bad_ids(spec, ids) == 0
        again = embed(spec, variables, host_ids(spec, ids))
        np.testing.assert_array_equal(again, found)
        np.testing.assert_array_equal(bag(spec, variables, ids, mode="mean"), found[0])


def test_halves_are_unsigned() -> None:
    ids = Ids64(np.array([3]), np.array([0]))
    for call in (lambda: embed(HASHED, HASHED_VARIABLES, ids), lambda: host_ids(DENSE, ids)):
        with pytest.raises(TypeError, match=r"^ids have halves of dtype int64: give uint32"):
            call()


# --- masks -------------------------------------------------------------------------------------------


def test_a_masked_id_may_be_anything() -> None:
    ids, mask = np.array([[3, 99]]), np.array([[True, False]])
    found = embed(DENSE, VARIABLES, ids, mask=mask, checked=True)
    assert not np.any(found[0, 1])
    np.testing.assert_array_equal(bag(DENSE, VARIABLES, ids, mask=mask, checked=True), found[:, 0])
    assert count_bad_ids(DENSE, ids, mask=mask) == 0 and count_bad_ids(DENSE, ids) == 1


def test_checked_bags_leave_padding_alone() -> None:
    ids = np.array([[3, 99], [4, 5]])
    bag(DENSE, VARIABLES, ids, lengths=np.array([1, 2]), checked=True)
    with pytest.raises(ValueError, match=r"id 99 at position \(0, 1\)"):
        bag(DENSE, VARIABLES, ids, lengths=np.array([2, 2]), checked=True)
    bag(DENSE, VARIABLES, np.array([3, 4, 99]), offsets=np.array([0, 1, 2]), checked=True)


@pytest.mark.parametrize("halves", [([7], [1]), (np.int32([7]), np.int32([1])), (np.uint32([7]), [1])])
def test_halves_of_another_type_are_refused(halves: Any) -> None:
    with pytest.raises(TypeError, match=r"^ids have halves of dtype .*: give uint32"):
        embed(Dense(10, 4), Dense(10, 4).init(jax.random.key(0)), Ids64(*halves))


def test_halves_of_two_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^ids have halves of shapes \(2,\) and \(1,\): give equal ones$"):
        host_ids(Dense(10, 4), Ids64(np.uint32([7, 8]), np.uint32([0])))


@pytest.mark.parametrize("ids", [[-1, 2**63], [2**65], [[1, 2**64], [0, 0]]])
def test_lists_that_no_type_of_64_bits_holds_are_refused_as_such(ids: Any) -> None:
    with pytest.raises(ValueError, match=r"^ids from -?\d+ to \d+: no type of 64 bits holds them all$"):
        embed(HASHED, HASHED_VARIABLES, ids)
