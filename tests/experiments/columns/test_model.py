"""The model of a row: its terms as they are written, what is dropped, and rows predicted in parts."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import embedlab
from experiments.columns.config import Form
from experiments.columns.model import ColumnModel, predicted
from experiments.config import Train
from experiments.tasks import Classes

SPEC = embedlab.Dense(12, 3)


def model(form, columns=3, crosses=1, numbers=1):
    return ColumnModel(
        SPEC, form, columns, (8, 9, 10, 11)[: columns + crosses], crosses, numbers, 2, Classes()
    )


def rows(n=5, seed=0):
    rng = np.random.default_rng(seed)
    part = rng.random((n, 1, 1), np.float32)
    knots = np.tile(np.int32([6, 7]), (n, 1, 1))
    ids = rng.integers(2, 6, (n, 4)).astype(np.int32)
    return {"ids": ids, "knots": knots, "weights": np.concatenate([1 - part, part], -1)}


def test_the_terms_are_those_that_are_written():
    made = model(Form(hidden=(), factorised=True))
    parameters, batch = made.init(jax.random.key(0), {}), rows()
    table, own = parameters["tables"]["table"], parameters["form"]
    number = (table[batch["knots"]] * batch["weights"][..., None]).sum(2)
    vectors = jnp.concatenate([table[batch["ids"]], number], axis=1)
    plain = [vectors[:, place] for place in (0, 1, 2, 4)]  # without the cross
    products = sum(a * b for a, b in itertools.combinations(plain, 2))
    expected = own["bias"] + vectors.reshape(5, -1) @ own["linear"] + products @ own["products"]
    found = made.scores(parameters, made.vectors(parameters, {}, batch), None)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_layers_are_added():
    made = model(Form(hidden=(4,), linear=False))
    parameters, batch = made.init(jax.random.key(0), {}), rows()
    vectors = made.vectors(parameters, {}, batch)
    first, last = parameters["form"]["hidden"]
    inner = jax.nn.relu(vectors.reshape(5, -1) @ first["weight"] + first["bias"])
    expected = inner @ last["weight"] + last["bias"] + parameters["form"]["bias"]
    np.testing.assert_allclose(made.scores(parameters, vectors, None), expected, rtol=1e-5)


def test_a_share_of_values_is_taken_for_unknown():
    made = model(Form(hidden=()))
    batch = {"rows": rows(), "learnt": np.zeros(5, np.int32)}
    settings = Train(dropout=embedlab.Dropout(words=0.9999999))
    parameters = made.init(jax.random.key(0), {})
    change = jax.grad(lambda p: made.loss(p, {}, batch, jax.random.key(1), settings))(parameters)
    touched = np.flatnonzero(np.abs(change["tables"]["table"]).sum(1))
    assert touched.tolist() == [6, 7, 8, 9, 10, 11]


@pytest.mark.parametrize("most", [1, 2, 5, 7])
def test_rows_are_predicted_in_parts_as_at_once(most):
    made = model(Form(hidden=(4,), factorised=True))
    parameters = made.init(jax.random.key(0), {})
    whole = predicted(made, parameters, {}, rows(), 5)
    np.testing.assert_allclose(predicted(made, parameters, {}, rows(), most), whole, rtol=1e-6)
    np.testing.assert_allclose(whole.sum(1), 1, rtol=1e-6)


def test_columns_of_one_kind_alone():
    categories = model(Form(), numbers=0)
    batch = {"ids": rows()["ids"]}
    assert categories.vectors(categories.init(jax.random.key(0), {}), {}, batch).shape == (5, 4, 3)
    numbers = model(Form(), columns=0, crosses=0)
    batch = {name: array for name, array in rows().items() if name != "ids"}
    assert numbers.vectors(numbers.init(jax.random.key(0), {}), {}, batch).shape == (5, 1, 3)


def test_a_form_of_nothing():
    with pytest.raises(ValueError, match="linear=False: without hidden layers and products"):
        Form(hidden=(), linear=False)
