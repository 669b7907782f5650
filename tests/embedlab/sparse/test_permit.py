"""Where a table may be read in train mode, and where not."""

from __future__ import annotations

import threading
from typing import Any

import jax
import jax.numpy as jnp
import pytest

from embedlab.sparse.permit import may_train, permitted

TABLE, OTHER = jnp.ones((3, 2)), jnp.ones((4, 2))


def asked(*tables: Any) -> list[bool]:
    """Of tables that are traced, whether each may be trained; traced anew."""
    found: list[bool] = []
    jax.make_jaxpr(lambda *traced: found.extend(map(may_train, traced)))(*tables)
    return found


def test_shape_and_dtype_decide() -> None:
    shapes = [(3, 2), (2, 3), (3, 2, 1), (4, 2)]
    with permitted([TABLE, jax.ShapeDtypeStruct((5, 1), jnp.bfloat16)]):
        assert asked(*map(jnp.ones, shapes)) == [True, False, False, False]
        assert asked(TABLE.astype(jnp.bfloat16), jnp.ones((5, 1), jnp.bfloat16)) == [False, True]


def test_not_outside_nor_afterwards() -> None:
    assert asked(TABLE) == [False]
    with permitted([TABLE]):
        assert asked(TABLE) == [True]
    assert asked(TABLE) == [False]


def test_not_for_an_array_that_is_not_traced() -> None:
    with permitted([TABLE]):
        assert may_train(TABLE) is False


def test_of_no_table() -> None:
    with permitted([]):
        assert asked(TABLE) == [False]


def test_the_tables_may_be_given_once_over() -> None:
    with permitted(iter([TABLE])):
        assert asked(TABLE) == asked(TABLE) == [True]


def test_an_inner_permission_stands_alone() -> None:
    with permitted([TABLE]):
        with permitted([OTHER]):
            assert asked(TABLE, OTHER) == [False, True]
        assert asked(TABLE, OTHER) == [True, False]


def test_an_error_ends_it() -> None:
    with pytest.raises(RuntimeError, match="amiss"), permitted([TABLE]):
        raise RuntimeError("amiss")
    assert asked(TABLE) == [False]


def test_another_thread_has_its_own() -> None:
    found: list[bool] = []
    with permitted([TABLE]):
        thread = threading.Thread(target=lambda: found.extend(asked(TABLE)))
        thread.start()
        thread.join()
        assert asked(TABLE) == [True]
    assert found == [False]


def test_what_was_compiled_inside_is_traced_anew_outside() -> None:
    times = []

    @jax.jit
    def sign(table: Any) -> Any:
        times.append(may_train(table))
        return jnp.where(may_train(table), table[0, 0], -table[0, 0])

    assert float(sign(TABLE)) == -1
    with permitted([TABLE]):
        assert float(sign(TABLE)) == 1
    assert float(sign(TABLE)) == -1
    with permitted([jnp.zeros((3, 2))]):  # the same in shape and dtype: compiled before
        assert float(sign(TABLE)) == 1
    assert times == [False, True]


def test_through_jit_and_gradients() -> None:
    found: list[bool] = []

    def loss(table: Any) -> Any:
        found.append(may_train(table))
        return table.sum()

    with permitted([TABLE]):
        jax.make_jaxpr(jax.grad(jax.jit(loss)))(TABLE)
    assert found and all(found)
