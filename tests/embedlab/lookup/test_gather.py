"""`gather`: learned weights first, one lookup a table."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from embedlab import Lookup, gather

TABLE = jnp.arange(1.0, 9.0).reshape(4, 2)


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


@pytest.mark.parametrize("pooled", [False, True])
def test_two_lookups_of_one_table_are_refused(pooled: bool) -> None:
    twice = (Lookup("table", jnp.array([[0]])), Lookup("table", jnp.array([[1]])))
    with pytest.raises(ValueError, match=r"^lookups=\['table', 'table'\]: give one a table"):
        gather({"table": TABLE}, twice, pooled=pooled)
