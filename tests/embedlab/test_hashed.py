"""Hashed: Svenstrup's formula by hand, and what its hashes promise."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from embedlab import ABSENT, Hashed, Ids64, Normal, Variables, embed, host_ids
from tests.embedlab import reference

LEARNED = Normal(1.0)


@pytest.mark.parametrize(
    "spec",
    [
        Hashed(500, 3, buckets=17, hashes=1),
        Hashed(500, 3, buckets=17, hashes=4, signed=True, seed=2**32 - 1),
        Hashed(50, 3, buckets=17, hashes=2, importance=50, importance_initialiser=LEARNED),
        Hashed(
            500, 3, buckets=17, hashes=3, signed=True, importance=29, importance_initialiser=LEARNED, seed=3
        ),
        Hashed(None, 3, buckets=17, importance=29, importance_initialiser=LEARNED),
    ],
    ids=repr,
)
def test_vectors_follow_the_formula(spec: Hashed) -> None:
    variables = spec.init(jax.random.key(0))
    ids = np.arange(50) if spec.vocabulary else np.array([0, 2**31, 2**32 + 3, 2**64 - 1], np.uint64)
    wanted = [reference.embed(spec, variables, int(i)) for i in ids]
    np.testing.assert_allclose(embed(spec, variables, ids), wanted, rtol=1e-5, atol=1e-6)


def test_the_formula_by_hand() -> None:
    """e(i) = p₁ T[h₁] + p₂ T[h₂], all of it written out."""
    spec = Hashed(10, 2, buckets=4, hashes=2, importance=10)
    table = jnp.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]])
    importance = jnp.zeros((10, 2)).at[7].set(jnp.array([0.5, -2.0]))
    first, second = (reference.murmur(spec, 7, j) % 4 for j in (0, 1))
    assert first != second  # otherwise the example would say little
    wanted = 0.5 * table[first] - 2.0 * table[second]
    found = embed(spec, Variables({"table": table, "importance": importance}), [7])
    np.testing.assert_allclose(found[0], wanted)


def test_golden_rows() -> None:
    """Written down once: a table trained today is read alike by every later version."""
    spec = Hashed(None, 8, buckets=1000, hashes=3, signed=True, importance=77, seed=5)
    importance, table = spec.index({}, host_ids(spec, [0, 1, 2**32 + 3]))
    assert table.rows.tolist() == [[176, 719, 319], [667, 614, 347], [526, 675, 992]]
    assert table.weights.tolist() == [[-1, 1, -1], [1, -1, -1], [1, 1, 1]]
    assert importance.rows.tolist() == [[25], [34], [68]]


def test_importance_starts_as_a_plain_sum() -> None:
    plain = Hashed(100, 4, buckets=10)
    weighted = dataclasses.replace(plain, importance=100)
    variables = weighted.init(jax.random.key(0))
    only_table = Variables({"table": variables.tables["table"]})
    np.testing.assert_allclose(
        embed(weighted, variables, np.arange(100)), embed(plain, only_table, np.arange(100))
    )


@pytest.mark.parametrize(
    ("vocabulary", "importance", "own"), [(30, 30, True), (29, 30, True), (31, 30, False)]
)
def test_importance_rows_are_the_ids_where_they_suffice(vocabulary: int, importance: int, own: bool) -> None:
    spec = Hashed(vocabulary, 4, buckets=10, importance=importance)
    rows = spec.index({}, np.arange(vocabulary, dtype=np.int32))[0].rows[:, 0]
    assert (rows.tolist() == list(range(vocabulary))) == own
    assert rows.min() >= 0 and rows.max() < importance


def test_another_seed_is_another_hash() -> None:
    ids = np.arange(1000, dtype=np.int32)
    rows = [Hashed(1000, 4, buckets=100, seed=s).index({}, ids)[0].rows for s in (0, 0, 1)]
    np.testing.assert_array_equal(rows[0], rows[1])
    assert (rows[0] == rows[2]).mean() < 0.03  # one in a hundred agrees by chance


def test_an_absent_id_has_absent_rows() -> None:
    spec = Hashed(10, 4, buckets=5, signed=True, importance=3)
    for look in spec.index({}, np.array([ABSENT], np.int32)):
        assert (look.rows == ABSENT).all()
    wide = Ids64(np.uint32([1, 1]), np.uint32([0, 0]), np.array([True, False]))
    for look in spec.index({}, wide):
        assert (look.rows == ABSENT).all(-1).tolist() == [False, True]


def test_its_tables_are_of_the_shapes_it_says() -> None:
    plain, learned = Hashed(500, 3, buckets=17), Hashed(None, 3, buckets=17, hashes=4, importance=29)
    assert plain.table_shapes == {"table": (17, 3)}
    assert learned.table_shapes == {"table": (17, 3), "importance": (29, 4)}
    for spec in (plain, learned):
        made = spec.init(jax.random.key(0)).tables
        assert {name: table.shape for name, table in made.items()} == spec.table_shapes


def test_one_bucket_and_one_hash() -> None:
    spec = Hashed(5, 4, buckets=1, hashes=1)
    variables = spec.init(jax.random.key(0))
    np.testing.assert_array_equal(
        embed(spec, variables, np.arange(5)), np.tile(variables.tables["table"], (5, 1))
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"vocabulary": 0}, "vocabulary=0: give a whole number of at least 1"),
        ({"vocabulary": 2**40}, "vocabulary=1099511627776: give None for 64-bit ids"),
        ({"buckets": 0}, "buckets=0: give a whole number of at least 1"),
        ({"buckets": ABSENT}, f"rows={ABSENT}: a table has fewer than"),
        ({"hashes": 0}, "hashes=0: give a whole number of at least 1"),
        ({"importance": -1}, "importance=-1: give a whole number of at least 0"),
        ({"importance": ABSENT}, f"rows={ABSENT}: a table has fewer than"),
        ({"seed": -1}, "seed=-1: give a whole number of at least 0"),
        ({"seed": 2**32}, r"seed=4294967296: give a seed below 2\*\*32"),
    ],
)
def test_refusals(fields: dict, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        Hashed(**{"vocabulary": 10, "dim": 4, "buckets": 5, **fields})


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("signed", ["no", 0, 1, None])
def test_signed_is_a_bool(signed: Any) -> None:
    with pytest.raises(ValueError, match=rf"^signed={signed!r}: give True or False$"):
        Hashed(10, 4, buckets=5, signed=signed)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("number", [np.int8, np.uint8, np.int32, np.uint32, np.int64, np.uint64])
def test_numpys_numbers_are_held_as_pythons(number: Any) -> None:
    sizes = {"vocabulary": 100, "dim": 4, "buckets": 17, "hashes": 3, "importance": 29, "seed": 5}
    plain = Hashed(**sizes, signed=True)
    taken = Hashed(**{name: number(size) for name, size in sizes.items()}, signed=np.True_)
    assert taken == plain and hash(taken) == hash(plain) and repr(taken) == repr(plain)
    ids = np.arange(100)
    variables = taken.init(jax.random.key(0))
    np.testing.assert_array_equal(embed(taken, variables, ids), embed(plain, variables, ids))


@pytest.mark.usefixtures("unchecked")
def test_a_seed_may_be_the_largest_uint32() -> None:
    spec = Hashed(None, 4, buckets=17, seed=np.uint32(2**32 - 1))
    assert spec == Hashed(None, 4, buckets=17, seed=2**32 - 1)
    with pytest.raises(ValueError, match=r"^seed=4294967296: give a seed below 2\*\*32"):
        Hashed(None, 4, buckets=17, seed=np.uint64(2**32))


def test_streams_of_hashes_do_not_meet_those_of_signs() -> None:
    with pytest.raises(ValueError, match=r"^hashes=65536: give fewer than 65536 hash functions$"):
        Hashed(10, 4, buckets=5, hashes=2**16)


@pytest.mark.filterwarnings("error")
def test_a_single_id_of_the_host_warns_of_nothing() -> None:
    spec = Hashed(100, 4, buckets=50, signed=True)
    one, many = (spec.index({}, np.asarray(ids, np.int32)) for ids in (5, [5]))
    np.testing.assert_array_equal(one[0].rows, many[0].rows[0])
