"""`max_norm`: rows in use are shortened, and no others."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from embedlab import Dense, Hashed, Normal, Subword, Variables, max_norm
from tests.embedlab.test_contract import WORDS
from tests.embedlab.test_toy_kind import QuotientRemainder

SPECS = (
    Dense(6, 4, Normal(1.0)),
    Hashed(6, 4, buckets=5, importance=6, importance_initialiser=Normal(1.0)),
    Subword(5, 4, buckets=8),
)


@pytest.mark.parametrize("spec", SPECS, ids=lambda s: type(s).__name__)
def test_rows_in_use_are_shortened_and_no_others(spec: Any) -> None:
    variables = spec.init(jax.random.key(0), WORDS)
    ids = np.array([[1, 1], [0, 9]])  # a row twice, an id that is not known
    shortened = max_norm(spec, variables, ids, 0.5)
    used = spec.index(dict(variables.buffers), np.array([0, 1], np.int32))[-1].rows
    old, new = (np.asarray(v.tables["table"]) for v in (variables, shortened))
    in_use = np.isin(np.arange(len(old)), used)
    factor = np.minimum(1, 0.5 / np.linalg.norm(old, axis=1, keepdims=True))
    np.testing.assert_allclose(new[in_use], (old * factor)[in_use], rtol=1e-6)
    np.testing.assert_array_equal(new[~in_use], old[~in_use])
    assert factor.min() < 1 and np.any(in_use) and np.any(~in_use)
    for name in set(variables.tables) - {"table"}:
        np.testing.assert_array_equal(shortened.tables[name], variables.tables[name])


def test_short_rows_keep_their_bits() -> None:
    variables = SPECS[0].init(jax.random.key(0))
    same = max_norm(SPECS[0], variables, np.arange(6), 100.0)
    np.testing.assert_array_equal(same.tables["table"], variables.tables["table"])


def test_a_masked_id_leaves_its_row_alone() -> None:
    variables = SPECS[0].init(jax.random.key(0))
    same = max_norm(SPECS[0], variables, np.arange(6), 1e-3, mask=np.zeros(6, bool))
    np.testing.assert_array_equal(same.tables["table"], variables.tables["table"])


def test_a_row_of_zeros_stays_finite() -> None:
    zeros = Variables({"table": jnp.zeros((6, 4))})
    assert not np.any(max_norm(SPECS[0], zeros, np.arange(6), 1.0).tables["table"])


@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan")])
def test_a_limit_is_above_zero(limit: float) -> None:
    with pytest.raises(ValueError, match=f"^limit={limit}: give a length above zero"):
        max_norm(SPECS[0], SPECS[0].init(jax.random.key(0)), [1], limit)


def test_all_tables_of_a_kind_that_is_not_linear_are_shortened() -> None:
    spec = QuotientRemainder(20, 4, modulus=5)
    variables = spec.init(jax.random.key(0))
    shortened = max_norm(spec, variables, [7], 0.5)  # rows 1 and 2
    for name, row in (("quotient", 1), ("remainder", 2)):
        changed = (np.asarray(shortened.tables[name]) != np.asarray(variables.tables[name])).any(-1)
        assert np.flatnonzero(changed).tolist() == [row]
        assert np.linalg.norm(shortened.tables[name][row]) == pytest.approx(0.5, rel=1e-6)


def test_a_limit_may_be_traced() -> None:
    variables = SPECS[0].init(jax.random.key(0))
    traced = jax.jit(lambda limit: max_norm(SPECS[0], variables, np.arange(6), limit))(0.5)
    wanted = max_norm(SPECS[0], variables, np.arange(6), 0.5)
    np.testing.assert_array_equal(traced.tables["table"], wanted.tables["table"])


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("limit", ["a", None, [1.0]])
def test_a_limit_is_a_number(limit: Any) -> None:
    with pytest.raises(ValueError, match=r"^limit=.*: give a length above zero$"):
        max_norm(SPECS[0], SPECS[0].init(jax.random.key(0)), [1], limit)
