"""`bag`, held against the slow reference; and what it promises of weights, ties, padding and shapes."""

from __future__ import annotations

import inspect
import itertools
import re
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax.test_util import check_grads

import embedlab
from embedlab import Dense, Dropout, Hashed, Normal, Subword, Variables, bag
from embedlab.lookup.bag import MODES
from tests.embedlab import reference
from tests.embedlab.test_contract import WORDS

BAGS, LENGTH = 3, 4
SPECS = (
    Dense(6, 4, Normal(1.0)),
    Hashed(6, 4, buckets=5, signed=True, importance=6, importance_initialiser=Normal(1.0)),
    Subword(5, 4, buckets=8),
)
ARRAYS = {spec: spec.init(jax.random.key(4), WORDS) for spec in SPECS}
DENSE, VARIABLES = SPECS[0], ARRAYS[SPECS[0]]

ids = st.lists(st.integers(-1, 7), min_size=BAGS * LENGTH, max_size=BAGS * LENGTH)  # known are 0 … 5
weights = st.none() | st.lists(
    st.integers(-4, 4).map(lambda n: n / 4), min_size=BAGS * LENGTH, max_size=BAGS * LENGTH
)
flags = st.lists(st.booleans(), min_size=BAGS * LENGTH, max_size=BAGS * LENGTH)


def expect(spec: Any, bags: list[Any], mode: str) -> np.ndarray:
    """The reference's vectors [bags, dim] of (ids, real, weights) each."""
    return np.stack([reference.bag(spec, ARRAYS[spec], *one, mode) for one in bags])


def columns(*arrays: Any) -> list[Any]:
    """[(row of the first, row of the second, …), …]: what belongs to each bag."""
    return list(zip(*(np.reshape(a, (BAGS, LENGTH)).tolist() for a in arrays), strict=True))


def agree(found: Any, wanted: np.ndarray) -> None:
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)


# --- against the reference ---------------------------------------------------------------------------


@settings(max_examples=150)
@given(st.sampled_from(SPECS), st.sampled_from(MODES), ids, weights, flags)
def test_masked_bags_equal_the_reference(spec: Any, mode: Any, ids: Any, weights: Any, flags: Any) -> None:
    shape = (BAGS, LENGTH)
    given_weights = None if weights is None else np.reshape(weights, shape).astype(np.float32)
    found = bag(
        spec,
        ARRAYS[spec],
        np.reshape(ids, shape).astype(np.int32),
        mode=mode,
        weights=given_weights,
        mask=np.reshape(flags, shape),
    )
    ones = [1.0] * BAGS * LENGTH
    agree(found, expect(spec, columns(ids, flags, ones if weights is None else weights), mode))


@settings(max_examples=60)
@given(st.sampled_from(MODES), ids, st.lists(st.integers(0, LENGTH), min_size=BAGS, max_size=BAGS))
def test_lengths_equal_the_reference(mode: Any, ids: Any, lengths: Any) -> None:
    array = np.reshape(ids, (BAGS, LENGTH)).astype(np.int32)
    found = bag(DENSE, VARIABLES, array, mode=mode, lengths=np.array(lengths))
    real = np.arange(LENGTH) < np.array(lengths)[:, None]
    agree(found, expect(DENSE, columns(ids, real, np.ones(array.shape)), mode))


@settings(max_examples=150)
@given(
    st.sampled_from(SPECS),
    st.sampled_from(MODES),
    ids,
    weights,
    st.lists(st.integers(0, BAGS * LENGTH), min_size=BAGS, max_size=BAGS),
)
def test_ragged_bags_equal_the_reference(spec: Any, mode: Any, ids: Any, weights: Any, ends: Any) -> None:
    offsets = np.array([0, *sorted(ends)], np.int32)  # values past the last belong to no bag
    given_weights = None if weights is None else np.array(weights, np.float32)
    array = np.array(ids, np.int32)
    found = bag(spec, ARRAYS[spec], array, mode=mode, weights=given_weights, offsets=offsets)
    every = [1.0] * len(ids) if weights is None else weights
    bounds = list(itertools.pairwise(offsets))
    bags = [(ids[a:b], [True] * (b - a), every[a:b]) for a, b in bounds]
    agree(found, expect(spec, bags, mode))


@pytest.mark.parametrize("spec", SPECS, ids=lambda s: type(s).__name__)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("values", "offsets"), [(3, [0]), (0, [0]), (0, [0, 0, 0]), (3, [0, 0, 0])], ids=str)
def test_ragged_bags_of_nothing(spec: Any, mode: Any, values: int, offsets: list[int]) -> None:
    def total(tables: Any) -> Any:
        v = Variables(tables, buffers=ARRAYS[spec].buffers)
        found = bag(spec, v, np.zeros(values, np.int32), mode=mode, offsets=offsets)
        assert found.shape == (len(offsets) - 1, spec.dim)
        return found.sum()

    value, gradient = jax.value_and_grad(total)(ARRAYS[spec].tables)
    assert value == 0
    assert not any(np.any(leaf) for leaf in jax.tree.leaves(gradient))


@pytest.mark.parametrize("mode", MODES)
def test_ragged_bags_of_64_bit_ids(mode: Any) -> None:
    spec = Hashed(None, 4, buckets=50)
    variables = spec.init(jax.random.key(0))
    ids = np.array([5, 2**40 + 5, 2**63], np.uint64)
    found = bag(spec, variables, ids, mode=mode, offsets=[0, 1, 3])
    padded = bag(spec, variables, np.stack([ids[[0, 0]], ids[1:]]), mode=mode, lengths=[1, 2])
    agree(found, np.asarray(padded))


def test_gradients_of_every_mode_equal_finite_differences(x64: None) -> None:
    spec = Hashed(6, 3, buckets=5, importance=6, importance_initialiser=Normal(1.0), dtype="float64")
    variables = spec.init(jax.random.key(0))
    array = np.array([[3, 1, 3, 7], [2, 2, 2, 2], [5, -1, 0, 4]], np.int32)
    mask = np.arange(4) < np.array([[4], [0], [3]])
    offsets = np.array([0, 3, 3, 11], np.int32)

    @jax.jit
    def every_mode(tables: Any, weights: Any) -> Any:
        v = Variables(tables)
        padded = [bag(spec, v, array, mode=mode, weights=weights, mask=mask) for mode in MODES]
        flat, loose = array.ravel(), weights.ravel()
        return padded, [bag(spec, v, flat, mode=mode, weights=loose, offsets=offsets) for mode in MODES]

    weights = np.random.default_rng(3).uniform(0.5, 2, array.shape)
    check_grads(every_mode, (variables.tables, weights), order=1, modes=["rev"], eps=1e-6)


# --- weights -----------------------------------------------------------------------------------------


def table_gradient(table: Any, array: Any, **arguments: Any) -> Any:
    """Of the sum over all components of `bag`, by a dense table."""

    def loss(table: Any) -> Any:
        spec = Dense(*table.shape, dtype=table.dtype.name)
        return bag(spec, Variables({"table": table}), array, **arguments).astype(jnp.float32).sum()

    return np.asarray(jax.grad(loss)(jnp.asarray(table)), np.float64)


@pytest.mark.parametrize("mode", ["mean", "sqrtn"])
@pytest.mark.parametrize("ragged", [False, True])
def test_weights_that_sum_to_zero_give_zeros(mode: Any, ragged: bool) -> None:
    array, weights = np.array([1, 2]), np.array([0.5, -0.5] if mode == "mean" else [0.0, 0.0])
    arguments = {"mode": mode, "weights": weights, "offsets": np.array([0, 2])}
    if not ragged:
        array, arguments = array[None], {"mode": mode, "weights": weights[None]}
    assert not np.any(bag(DENSE, VARIABLES, array, **arguments))
    assert not np.any(table_gradient(VARIABLES.tables["table"], array, **arguments))

    def loss(weights: Any) -> Any:
        return bag(DENSE, VARIABLES, array, **{**arguments, "weights": weights}).sum()

    assert np.isfinite(jax.grad(loss)(jnp.asarray(arguments["weights"], jnp.float32))).all()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("filling", [np.nan, np.inf])
def test_weights_of_padding_may_hold_anything(mode: Any, filling: float) -> None:
    weights = np.array([[1.0, 2.0, filling]], np.float32)
    array, mask = np.array([[1, 2, 3]]), np.array([[True, True, False]])
    found = bag(DENSE, VARIABLES, array, mode=mode, weights=weights, mask=mask)
    agree(found, bag(DENSE, VARIABLES, array[:, :2], mode=mode, weights=weights[:, :2]))
    bad = np.array([[1, 2, -1]])  # a bad id's weight counts no more than padding's
    agree(found, bag(DENSE, VARIABLES, bad, mode=mode, weights=weights))

    def loss(weights: Any) -> Any:
        return bag(DENSE, VARIABLES, array, mode=mode, weights=weights, mask=mask).sum()

    gradient = jax.grad(loss)(jnp.asarray(weights))
    assert np.isfinite(gradient).all() and gradient[0, 2] == 0


def test_whole_numbers_are_weights_too() -> None:
    array = np.array([[1, 2, 3]])
    found = bag(DENSE, VARIABLES, array, weights=np.array([[2, 1, 1]]))
    agree(found, bag(DENSE, VARIABLES, array, weights=np.array([[2.0, 1.0, 1.0]])))


# --- max ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [{}, {"offsets": np.array([0, 3])}])
def test_the_first_of_equals_gets_the_whole_gradient(arguments: Any) -> None:
    table = np.array([[1.0, 0.0], [5.0, 7.0], [5.0, 9.0]], np.float32)  # rows 1 and 2 tie in component 0
    array = np.array([0, 2, 1])
    array = array if arguments else array[None]
    wanted = [[0, 0], [0, 0], [1, 1]]
    np.testing.assert_array_equal(table_gradient(table, array, mode="max", **arguments), wanted)


@pytest.mark.parametrize("arguments", [{}, {"offsets": np.array([0, 3])}])
def test_a_negative_maximum_is_no_zero(arguments: Any) -> None:
    table = -np.arange(1.0, 9.0, dtype=np.float32).reshape(4, 2)
    array = np.array([3, 2, 9])  # 9 is not known: it must not win as a zero
    spec, variables = Dense(4, 2), Variables({"table": jnp.asarray(table)})
    found = bag(spec, variables, array if arguments else array[None], mode="max", **arguments)
    np.testing.assert_array_equal(found, table[2:3])


@pytest.mark.parametrize("arguments", [{}, {"offsets": np.array([0, 2])}])
@pytest.mark.parametrize("mode", MODES)
def test_nan_is_not_hidden(arguments: Any, mode: Any) -> None:
    variables = Variables({"table": jnp.array([[1.0], [np.nan]])})
    array = np.array([0, 1])
    assert np.isnan(bag(Dense(2, 1), variables, array if arguments else array[None], mode=mode, **arguments))


# --- sums are kept wide ------------------------------------------------------------------------------


@pytest.mark.parametrize("ragged", [False, True])
@pytest.mark.parametrize("linear", [True, False])
def test_a_long_mean_of_float16_does_not_overflow(
    ragged: bool, linear: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Dense, "linear", linear)
    spec = Dense(2, 2 + linear, dtype="float16")  # another spec, since `linear` is no field of it
    variables = Variables({"table": jnp.full((2, spec.dim), 100, jnp.float16)})
    array = np.ones(1024, np.int32)  # their sum, 102,400, is beyond float16
    arguments = {"offsets": np.array([0, 1024])} if ragged else {}
    found = bag(spec, variables, array if ragged else array[None], **arguments)
    np.testing.assert_array_equal(found, np.full((1, spec.dim), 100, np.float16))


@pytest.mark.parametrize("arguments", [{}, {"offsets": np.array([0, 4096])}])
def test_a_long_sum_of_bfloat16_is_rounded_once(arguments: Any) -> None:
    variables = Variables({"table": jnp.ones((1, 1), jnp.bfloat16)})
    array = np.zeros(4096, np.int32)  # one by one in bfloat16, it would stop growing at 256
    found = bag(
        Dense(1, 1, dtype="bfloat16"), variables, array if arguments else array[None], mode="sum", **arguments
    )
    assert float(found[0, 0]) == 4096


# --- shapes, dropout, errors -------------------------------------------------------------------------


def test_bags_may_have_any_leading_shape() -> None:
    array = np.arange(24).reshape(2, 3, 4) % 6
    found = bag(DENSE, VARIABLES, array, lengths=np.array([[4, 3, 2], [1, 0, 4]]))
    assert found.shape == (2, 3, 4)
    agree(found[0, 1], bag(DENSE, VARIABLES, array[0, 1, :3]))


@pytest.mark.parametrize(("bags", "length"), [(1, 3000), (3, 1000), (63, 17), (64, 17)])
def test_long_bags_are_cut_and_joined(bags: int, length: int) -> None:
    """Few long bags are summed in parts; whatever the cut, the sum is the same."""
    array = np.random.default_rng(0).integers(-1, 7, (bags, length))
    table = np.concatenate([np.asarray(VARIABLES.tables["table"], np.float64), np.zeros((2, 4))])
    agree(bag(DENSE, VARIABLES, array, mode="sum") / length, table[array].sum(1) / length)


def test_ragged_bags_under_jit_take_traced_offsets() -> None:
    array = np.array([1, 2, 3, 4, 5])
    call = jax.jit(lambda o: bag(DENSE, VARIABLES, array, mode="sum", offsets=o))
    agree(call(np.array([0, 2, 5])), bag(DENSE, VARIABLES, array, mode="sum", offsets=np.array([0, 2, 5])))
    # What cannot be refused under jit is at least never wrapped around into another bag.
    agree(
        call(np.array([2, 3, 5])), bag(DENSE, VARIABLES, array[2:], mode="sum", offsets=np.array([0, 1, 3]))
    )


@pytest.mark.parametrize("arguments", [{}, {"offsets": np.array([0, 3000, 6000])}])
def test_dropped_words_do_not_count(arguments: Any) -> None:
    ones = Variables({"table": jnp.ones((1, 1))})
    array = np.zeros((6000,) if arguments else (2, 3000), np.int32)
    drop, key = Dropout(words=0.3), jax.random.key(1)
    mean = bag(Dense(1, 1), ones, array, mode="mean", dropout=drop, key=key, **arguments)
    np.testing.assert_array_equal(mean, np.ones((2, 1)))
    kept = bag(Dense(1, 1), ones, array, mode="sum", dropout=drop, key=key, **arguments)
    assert np.all(abs(kept - 2100) < 5 * np.sqrt(3000 * 0.3 * 0.7)) and kept[0] != kept[1]


def test_nothing_is_dropped_without_a_key() -> None:
    array = np.array([[1, 2, 3]])
    found = bag(DENSE, VARIABLES, array, dropout=Dropout(0.9, 0.9))
    np.testing.assert_array_equal(found, bag(DENSE, VARIABLES, array))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mode": "median"}, "mode='median': choose one of sum, mean, max, sqrtn"),
        ({"ids": np.int32(3)}, "ids.shape=(): a bag needs ids of shape [..., length]"),
        ({"weights": np.ones(3)}, "weights.shape=(3,): give one value an id, shape (2, 3)"),
        ({"mask": np.ones((2, 2), bool)}, "mask.shape=(2, 2): give one value an id, shape (2, 3)"),
        ({"lengths": np.ones(3, int)}, "lengths.shape=(3,): give (2,), and no offsets beside"),
        ({"offsets": np.array([0, 1])}, "offsets.shape=(2,) with ids.shape=(2, 3): give ids [values]"),
        ({"ids": [1, 2], "offsets": np.array([], int)}, "offsets.shape=(0,) with ids.shape=(2,)"),
        ({"ids": [1, 2], "offsets": np.array([1, 2])}, "they rise from 0 to at most 2"),
        ({"ids": [1, 2], "offsets": np.array([0, 2, 1])}, "they rise from 0 to at most 2"),
        ({"ids": [1, 2], "offsets": [0, 3]}, "they rise from 0 to at most 2"),
        ({"ids": [1, 2], "offsets": [0, 2], "lengths": [2]}, "lengths.shape=(1,): give ()"),
    ],
)
def test_errors_say_what_to_give(arguments: Any, message: str) -> None:
    arguments = {"ids": np.zeros((2, 3), np.int32), **arguments}
    plain = inspect.unwrap(bag)  # without the tests' type checker, which would be the first to complain
    with pytest.raises(ValueError, match=re.escape(message)):
        plain(DENSE, VARIABLES, arguments.pop("ids"), **arguments)


def test_modes_are_those_of_the_documentation() -> None:
    for mode in MODES:
        assert f"{mode}  " in (embedlab.bag.__doc__ or "")
