"""The contract's own parts: variables, lookups, 64-bit ids."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from embedlab import ABSENT, Bytes, Dense, Hashed, Ids64, Lookup, Subword, Variables
from embedlab.base import OpenVocabulary, namespace

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


def test_the_namespace_is_that_of_the_arrays() -> None:
    assert namespace(np.ones(1), {"a": np.ones(1)}) is np
    assert namespace(np.ones(1), {"a": jnp.ones(1)}) is jnp
    assert namespace(Ids64(jnp.uint32([1]), jnp.uint32([1]))) is jnp


def test_which_kinds_make_vectors_from_spelling() -> None:
    assert isinstance(Subword(2, 4, buckets=3), OpenVocabulary)
    assert not isinstance(Dense(2, 4), OpenVocabulary)
    assert not isinstance(Hashed(2, 4, buckets=3), OpenVocabulary)
