"""Each way of merging beside sums of NumPy in float64."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from embedlab import ABSENT, native
from embedlab.sparse.gradient import Entries, RowGradient
from embedlab.sparse.merge import WAYS, Merged, distinct_rows, host_distinct, merge

LOWEST = -(2**31)
IN_JAX = tuple(way for way in WAYS if way != "native")


def draw(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


def part(rows: Any, n: int, width: int, weights: Any = None, owners: Any = None, seed: int = 0) -> Any:
    rows = np.asarray(rows, np.int32)
    owners = None if owners is None else np.asarray(owners, np.int32)
    return rows, weights, owners, draw(n, width, seed=seed)


def cases() -> dict[str, tuple[int, list[Any]]]:
    """Rows of the table, and the parts of its gradient: rows, weights, owners and cotangents."""
    strange = [[3, 0, 3, 8, 9], [-1, 3, ABSENT, 0, 3], [7, LOWEST, 10, 7, ABSENT - 1]]
    return {
        "strange": (9, [part(strange, 5, 3)]),
        "several": (
            9,
            [
                part([[8, ABSENT, 2], [3, 0, 0]], 3, 5, draw(2, 3, seed=7), seed=2),
                # Of owners that are none, the entries (2, −1), (6, −1) and (0, 4) are.
                part([[2, 0, 6, 3, 8, 0]], 4, 5, None, [[-1, 3, -1, 0, 0, 4]], seed=3),
                part([[4], [4], [1]], 7, 5, draw(3, 1, seed=8), [[6], [2], [6]], seed=4),
            ],
        ),
        "one-row": (1, [part(np.zeros((4, 6)), 6, 1)]),
        "none-there": (4, [part([[ABSENT, -1, 4], [LOWEST, ABSENT, -4]], 3, 2)]),
        "no-bags": (4, [part(np.zeros((3, 0)), 0, 2)]),
        "no-positions": (4, [part(np.zeros((0, 3)), 3, 2), part([[1, 1, ABSENT]], 3, 2, seed=5)]),
    }


CASES = cases()


def summed(case: str) -> dict[int, np.ndarray]:
    """Row → the sum of what its entries add."""
    table_rows, parts = CASES[case]
    found: dict[int, np.ndarray] = {}
    for rows, weights, owners, cotangents in parts:
        for (j, i), row in np.ndenumerate(rows):
            owner = i if owners is None else owners[j, i]
            if 0 <= row < table_rows and 0 <= owner < len(cotangents):
                weight = 1 if weights is None else weights[j, i]
                found[int(row)] = found.get(int(row), 0) + weight * cotangents[owner]
    return found


def gradient(case: str, dtype: str = "float32") -> RowGradient:
    def floats(array: Any) -> Any:
        return None if array is None else jnp.asarray(array, dtype)

    return RowGradient(
        tuple(
            (Entries(jnp.asarray(rows), floats(weights), owners), floats(cotangents))
            for rows, weights, owners, cotangents in CASES[case][1]
        )
    )


def both(case: str, way: str, dtype: str = "float32") -> tuple[Merged, Merged]:
    """The merged rows, and the rows alone; as a program of its own, traced anew."""
    if way == "native" and not native.available():
        pytest.skip("no kernels: no C++ compiler is found, or JAX does not compute on the CPU")
    rows = CASES[case][0]

    @jax.jit
    def program(gradient: RowGradient) -> Any:
        blind = RowGradient(tuple((entries, None) for entries, _ in gradient.parts))
        return merge(gradient, rows, way), distinct_rows(blind, rows, way)

    return program(gradient(case, dtype))


def check(case: str, merged: Merged, rows_alone: Merged, dtype: str, rtol: float) -> None:
    wanted, width = summed(case), CASES[case][1][0][3].shape[1]
    entries = sum(rows.size for rows, *_ in CASES[case][1])
    rows, sums = np.asarray(merged.rows), np.asarray(merged.sums)
    assert rows.shape == (entries,) and sums.shape == (entries, width)
    assert rows.dtype == merged.count.dtype == np.int32 and sums.dtype == dtype
    there = rows != ABSENT
    assert sorted(rows[there]) == sorted(wanted)
    assert not sums[~there].any()
    for row, found in zip(rows[there], sums[there], strict=True):
        np.testing.assert_allclose(found, wanted[int(row)], rtol=rtol, atol=rtol)
    norm = sum(float((total**2).sum()) for total in wanted.values())
    np.testing.assert_allclose(merged.squared_norm(), norm, rtol=4 * rtol, atol=rtol)
    assert rows_alone.sums is None and rows_alone.rows.dtype == rows_alone.count.dtype == np.int32
    alone = np.asarray(rows_alone.rows)
    assert sorted(alone[alone != ABSENT]) == sorted(wanted)
    for some in (merged, rows_alone):
        assert (np.asarray(some.rows)[int(some.count) :] == ABSENT).all()


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("way", WAYS)
def test_sums_of_each_row(way: str, case: str) -> None:
    check(case, *both(case, way), dtype="float32", rtol=1e-6)


@pytest.mark.parametrize("way", IN_JAX)
def test_float64_stays_float64(way: str, x64: None) -> None:
    check("several", *both("several", way, "float64"), dtype="float64", rtol=1e-14)


@pytest.mark.parametrize("way", IN_JAX)
def test_as_on_an_accelerator(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way of one, on whatever there is: one scatter of all contributions."""
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    check("several", *both("several", way), dtype="float32", rtol=1e-6)


@pytest.mark.parametrize("way", IN_JAX)
def test_narrow_cotangents_are_added_up_in_float32(way: str) -> None:
    rows = np.where(np.arange(600) % 2, 5, 2)[None].astype(np.int32)
    weights = np.where(np.arange(600) % 2, 1, -3)[None]
    ones = jnp.ones((600, 1), jnp.bfloat16)
    entries = Entries(rows, jnp.asarray(weights, jnp.bfloat16))
    merged = jax.jit(lambda gradient: merge(gradient, 9, way))(RowGradient(((entries, ones),)))
    assert merged.sums.dtype == jnp.float32
    found = dict(zip(merged.rows.tolist(), merged.sums[:, 0].tolist(), strict=True))
    assert found == {2: -900.0, 5: 300.0, ABSENT: 0.0}


def test_rows_in_order_and_in_front_where_that_is_promised() -> None:
    ways = ["host", "sort", *(["native"] if native.available() else [])]
    for way in ways:
        for found in both("strange", way):
            assert found.rows.tolist() == [0, 3, 7, 8] + [ABSENT] * 11
            assert int(found.count) == 4


def test_only_a_scan_lets_no_two_numbers_race() -> None:
    for way in ("sort", "slots", "scan"):
        program = str(jax.make_jaxpr(lambda one, way=way: merge(one, 9, way))(gradient("several")))
        assert ("scatter-add" in program) == (way != "scan"), way


@pytest.mark.parametrize("way", WAYS)
def test_a_row_whose_owners_are_none_is_no_row(way: str) -> None:
    if way == "native" and not native.available():
        pytest.skip("no kernels: no C++ compiler is found, or JAX does not compute on the CPU")
    owners = jnp.array([[0, 2, -1, ABSENT]], jnp.int32)
    one = Entries(jnp.array([[2, 0, 2, 5]], jnp.int32), None, owners)
    rows = np.asarray(merge(RowGradient(((one, jnp.ones((2, 3))),)), 9, way).rows)
    assert rows[rows != ABSENT].tolist() == [2]


def test_rows_of_no_look_up() -> None:
    for way in IN_JAX:
        found = distinct_rows(RowGradient(()), 9, way)
        assert found.rows.shape == (0,) and int(found.count) == 0


def test_an_unknown_way() -> None:
    with pytest.raises(KeyError, match="best"):
        merge(gradient("one-row"), 1, "best")


def test_absent_rows_do_not_count_in_the_norm() -> None:
    sums = jnp.array([[3.0, 0.0], [jnp.nan, jnp.inf], [0.0, -4.0]])
    assert float(Merged(jnp.array([3, ABSENT, 0]), sums, jnp.int32(3)).squared_norm()) == 25
    assert float(Merged(jnp.array([ABSENT]), sums[1:2], jnp.int32(0)).squared_norm()) == 0
    assert float(Merged(jnp.zeros(0, jnp.int32), sums[:0], jnp.int32(0)).squared_norm()) == 0


@pytest.mark.parametrize("largest", [0, 3, 1000, ABSENT - 1])
@pytest.mark.parametrize("number", [0, 1, 2, 257])
def test_distinct_rows_of_the_host(number: int, largest: int) -> None:
    rows = np.random.default_rng(number).integers(0, largest, number, np.int32, endpoint=True)
    rows[1::5] = ABSENT
    distinct, places, count = host_distinct(rows)
    there = rows != ABSENT
    wanted, inverse = np.unique(rows[there], return_inverse=True)
    assert {array.dtype for array in (distinct, places, count)} == {np.dtype(np.int32)}
    assert int(count) == len(wanted)
    np.testing.assert_array_equal(distinct, np.append(wanted, [ABSENT] * (number - len(wanted))))
    np.testing.assert_array_equal(places[there], inverse)
    assert (places[~there] == ABSENT).all()


def test_all_absent_on_the_host() -> None:
    distinct, places, count = host_distinct(np.full(3, ABSENT, np.int32))
    assert distinct.tolist() == places.tolist() == [ABSENT] * 3 and int(count) == 0
