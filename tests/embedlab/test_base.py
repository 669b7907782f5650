"""The contract's own parts: variables, lookups, 64-bit ids, and how a field is refused."""

from __future__ import annotations

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from embedlab import ABSENT, Bytes, Dense, Hashed, Ids64, Lookup, Subword, Variables
from embedlab.base import (
    OpenVocabulary,
    accumulator,
    effective_weights,
    main_lookup,
    namespace,
    require,
    require_count,
    require_table,
    weighted_sum,
)

VARIABLES = Variables(
    tables={"table": jnp.ones((3, 4)), "half": jnp.ones((2, 2), jnp.bfloat16)},
    dense={"projection": jnp.ones(5)},
    buffers={"ngrams": jnp.ones((7, 2), jnp.int32)},
)


def test_sizes_count_what_is_trained_and_what_is_not() -> None:
    assert VARIABLES.num_parameters == 12 + 4 + 5
    assert VARIABLES.num_bytes == Bytes(trainable=4 * 12 + 2 * 4 + 4 * 5, index=4 * 14)
    assert VARIABLES.num_bytes.total == 76 + 56
    assert Variables({}).num_parameters == 0


def test_sizes_are_known_of_shapes_alone() -> None:
    shapes = jax.eval_shape(lambda: Dense(3, 4).init(jax.random.key(0)))
    assert (shapes.num_parameters, shapes.num_bytes.trainable) == (12, 48)


def test_variables_are_a_pytree_with_names() -> None:
    names = [jax.tree_util.keystr(path) for path, _ in jax.tree_util.tree_leaves_with_path(VARIABLES)]
    assert names == [
        ".tables['half']",
        ".tables['table']",
        ".dense['projection']",
        ".buffers['ngrams']",
    ]
    doubled = jax.tree.map(lambda x: 2 * x, VARIABLES)
    assert isinstance(doubled, Variables) and doubled.dense["projection"][0] == 2


def test_a_lookup_is_a_pytree_whose_names_are_no_leaves() -> None:
    look = Lookup("table", jnp.array([[3, ABSENT]]), None, "importance")
    assert look.mask.tolist() == [[True, False]]
    assert len(jax.tree.leaves(look)) == 1
    mapped = jax.jit(lambda x: x)(look)
    assert (mapped.table, mapped.weights_from) == ("table", "importance")


def test_halves_pass_through_jit() -> None:
    ids = Ids64(np.uint32([7]), np.uint32([1]))
    assert jax.jit(lambda i: i.low + i.high)(ids).tolist() == [8]
    assert ids.shape == (1,)


def test_halves_are_cut_into_batches_together() -> None:
    ids = Ids64(np.uint32([7, 8, 9]), np.uint32([1, 0, 2]), np.array([True, False, True]))
    some = ids[1:]
    assert (some.low.tolist(), some.high.tolist(), some.present.tolist()) == ([8, 9], [0, 2], [False, True])


def test_the_main_lookup_is_the_one_that_lends_no_weights() -> None:
    table = Lookup("table", np.zeros((1, 2), np.int32), None, "importance")
    importance = Lookup("importance", np.zeros((1, 1), np.int32))
    assert main_lookup((importance, table)) is table
    assert main_lookup((importance,)) is importance


def test_the_weighted_sum_of_fixed_and_learned_weights() -> None:
    gathered = {"table": jnp.array([[[1.0, 10.0], [2.0, 20.0]]]), "importance": jnp.array([[[3.0, 4.0]]])}
    rows = jnp.zeros((1, 2), jnp.int32)
    importance = Lookup("importance", jnp.zeros((1, 1), jnp.int32))
    fixed = jnp.array([[1.0, -1.0]])
    for weights, learned, wanted in (
        (None, None, [3, 30]),
        (fixed, None, [-1, -10]),
        (None, "importance", [11, 110]),
        (fixed, "importance", [-5, -50]),
    ):
        look = Lookup("table", rows, weights, learned)
        lookups = (importance, look) if learned else (look,)
        assert weighted_sum(gathered, lookups).tolist() == [wanted]
    assert effective_weights(gathered, Lookup("table", rows)) is None


def test_sums_of_narrow_numbers_are_kept_in_float32() -> None:
    assert accumulator("bfloat16") == accumulator("float16") == accumulator("float32") == jnp.float32
    rows = jnp.ones((1, 257, 1), jnp.bfloat16)
    weights = jnp.ones((1, 257))
    for given in (None, weights):
        look = Lookup("table", jnp.zeros((1, 257), jnp.int32), given)
        total = weighted_sum({"table": rows}, (look,))
        assert total.dtype == jnp.bfloat16 and total[0, 0] == jnp.bfloat16(257)


def test_the_namespace_is_that_of_the_arrays() -> None:
    assert namespace(np.ones(1), {"a": np.ones(1)}) is np
    assert namespace(np.ones(1), {"a": jnp.ones(1)}) is jnp
    assert namespace(Ids64(jnp.uint32([1]), jnp.uint32([1]))) is jnp


def test_which_kinds_make_vectors_from_spelling() -> None:
    assert isinstance(Subword(2, 4, buckets=3), OpenVocabulary)
    assert not isinstance(Dense(2, 4), OpenVocabulary)
    assert not isinstance(Hashed(2, 4, buckets=3), OpenVocabulary)


def test_a_refusal_names_field_value_and_remedy() -> None:
    require(True, "dim", 3, "…")
    with pytest.raises(ValueError, match=r"^rate=2: give a probability$"):
        require(False, "rate", 2, "give a probability")


@pytest.mark.parametrize("value", [0, -1, 1.0, True, "3", None, np.float32(2)])
def test_a_count_is_a_whole_number(value: object) -> None:
    message = re.escape(f"size={value!r}: give a whole number of at least 1")
    with pytest.raises(ValueError, match=f"^{message}$"):
        require_count("size", value)


def test_counts_of_numpy_are_counts() -> None:
    require_count("size", np.int64(3))
    require_count("size", 0, least=0)


def test_a_table_is_addressed_by_32_bits() -> None:
    require_table(ABSENT - 1, 1, "float32")
    with pytest.raises(
        ValueError, match=r"^rows=2147483647: a table has fewer than 2147483647 rows; use several"
    ):
        require_table(ABSENT, 1, "float32")
    with pytest.raises(
        ValueError, match=r"^dtype='float8': choose one of float16, bfloat16, float32, float64$"
    ):
        require_table(1, 1, "float8")
