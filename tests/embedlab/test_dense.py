"""Dense: the row of the id."""

from __future__ import annotations

import dataclasses

import jax
import numpy as np
import pytest

from embedlab import ABSENT, Constant, Dense, Uniform, Variables, embed

SPEC = Dense(vocabulary=7, dim=3, initialiser=Uniform(-1.0, 1.0))


def test_a_vector_is_the_row_of_its_id_to_the_bit() -> None:
    variables = SPEC.init(jax.random.key(0))
    ids = np.array([[6, 0], [3, 3]])
    np.testing.assert_array_equal(embed(SPEC, variables, ids), np.asarray(variables.tables["table"])[ids])


def test_the_gradient_counts_how_often_a_row_was_used() -> None:
    table = SPEC.init(jax.random.key(0)).tables["table"]
    gradient = jax.grad(lambda t: embed(SPEC, Variables({"table": t}), np.array([6, 3, 3])).sum())(table)
    np.testing.assert_array_equal(gradient, np.array([0, 0, 0, 2, 0, 0, 1])[:, None] * np.ones(3))


def test_its_index_is_the_id() -> None:
    (look,) = SPEC.index({}, np.array([[4, ABSENT]], np.int32))
    assert look.rows.tolist() == [[[4], [ABSENT]]] and look.weights is None
    assert SPEC.num_ids({}) == 7


def test_its_table_is_of_the_shape_it_says() -> None:
    assert SPEC.table_shapes == {"table": (7, 3)}
    assert SPEC.init(jax.random.key(0)).tables["table"].shape == (7, 3)


def test_the_initialiser_draws_the_table() -> None:
    ones = dataclasses.replace(SPEC, initialiser=Constant(1.0), dtype="bfloat16")
    assert np.all(np.asarray(ones.init(jax.random.key(0)).tables["table"], np.float32) == 1)


def test_it_is_built_from_what_it_prints() -> None:
    assert (
        repr(SPEC) == "Dense(vocabulary=7, dim=3, initialiser=Uniform(low=-1.0, high=1.0), dtype='float32')"
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"vocabulary": 0}, "vocabulary=0: give a whole number of at least 1"),
        ({"vocabulary": ABSENT}, f"rows={ABSENT}: a table has fewer than {ABSENT} rows"),
        ({"dim": -4}, "dim=-4: give a whole number of at least 1"),
        ({"dtype": "float99"}, "dtype='float99': choose one of float16, bfloat16"),
    ],
)
def test_refusals(fields: dict, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        dataclasses.replace(SPEC, **fields)


@pytest.mark.usefixtures("unchecked")
def test_a_dtype_is_a_name() -> None:
    for dtype in (np.dtype("float32"), np.float32, None):
        with pytest.raises(ValueError, match=r"^dtype=.*: give its name, such as 'float32'$"):
            dataclasses.replace(SPEC, dtype=dtype)


@pytest.mark.usefixtures("unchecked")
def test_numpys_numbers_are_held_as_pythons() -> None:
    taken = Dense(np.int32(7), np.uint8(3), Uniform(-1.0, 1.0), np.str_("float32"))  # type: ignore[arg-type]
    assert taken == SPEC and hash(taken) == hash(SPEC) and repr(taken) == repr(SPEC)
