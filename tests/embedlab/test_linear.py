"""The weighted sum that linear kinds stand for."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from embedlab import Lookup
from embedlab.base import accumulator
from embedlab.linear import effective_weights, main_lookup, weighted_sum


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
