"""Search by blocks of queries and of rows: the same rows as from all scores, which are never there."""

from __future__ import annotations

import inspect

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from embedlab import ABSENT
from embedlab.search import Method, Neighbours, lay_out, layout, nearest, scan, solve

N, DIM, Q = 300, 8, 37


@pytest.fixture(scope="module")
def table() -> np.ndarray:
    """float32 [300, 8] with many equal rows, rows without a direction, and one that is not finite."""
    rng = np.random.default_rng(0)
    made = rng.integers(-1, 2, size=(N, DIM)).astype(np.float32)
    made[[5, 250]], made[77, 3] = 0, np.nan
    return made


@pytest.fixture(scope="module")
def questions() -> np.ndarray:
    """int [37, 3], some of rows that have no direction."""
    found = np.random.default_rng(1).integers(N, size=(Q, 3))
    found[3, 0], found[4, 2] = 5, 77
    return found


@pytest.fixture(params=[(64, 16, 1 << 22), (64, 4, 100), (1 << 14, 64, 1 << 22)], ids=str)
def blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int, int]:
    """Sizes of blocks, of tiles, and scores at a time; the last are those that are used."""
    block, tile, numbers = request.param
    monkeypatch.setattr(layout, "BLOCK", block)
    monkeypatch.setattr(layout, "TILE", tile)
    monkeypatch.setattr(scan, "NUMBERS", numbers)
    monkeypatch.setattr(scan, "_LEAST", 3)
    return request.param


def units_of(table: np.ndarray) -> np.ndarray:
    wide = table.astype(np.float64)
    with np.errstate(invalid="ignore"):
        return wide / np.linalg.norm(wide, axis=1, keepdims=True)


def best(scores: np.ndarray, left_out: np.ndarray, k: int) -> np.ndarray:
    """The rows of the greatest scores, in order, by a sort of all of them; rounded so that ties are ties."""
    scores = np.where(np.isfinite(scores), scores.round(5), -np.inf)
    np.put_along_axis(scores, left_out, -np.inf, 1)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return np.where(np.isfinite(np.take_along_axis(scores, order, 1)), order, ABSENT)


def rounded(found: Neighbours, scores: np.ndarray) -> np.ndarray:
    """Scores of what was found, by another computation; NaN where there is nothing."""
    indices = np.asarray(found.indices)
    there = indices != ABSENT
    taken = np.take_along_axis(scores, np.where(there, indices, 0), 1)
    return np.where(there, taken, np.nan)


def test_the_layout_holds_every_row_once(table: np.ndarray, blocks: tuple[int, int, int]) -> None:
    rows = inspect.unwrap(lay_out)(jnp.asarray(table))
    assert rows.units.shape[1] <= blocks[0] and rows.units.shape[1] % blocks[1] == 0
    bias = np.asarray(rows.bias).ravel()
    usable = np.isfinite(table).all(1) & table.any(1)
    np.testing.assert_array_equal(np.isneginf(bias[:N]), ~usable)
    assert np.isneginf(bias[N:]).all() and not np.asarray(rows.flat)[N:].any()
    np.testing.assert_allclose(np.asarray(rows.flat)[:N][usable], units_of(table)[usable], atol=1e-6)


@pytest.mark.parametrize("k", [1, 7, 299])
def test_nearest_are_the_greatest_cosines(table: np.ndarray, blocks: tuple[int, int, int], k: int) -> None:
    asked = np.concatenate([table[:Q], np.zeros((1, DIM), np.float32)])
    own = np.arange(Q + 1)[:, None]
    rows = inspect.unwrap(lay_out)(jnp.asarray(table))
    found = jax.jit(inspect.unwrap(nearest), static_argnums=2)(rows, asked, k, own)
    cosines = units_of(asked) @ units_of(table).T
    wanted = best(cosines, own, k)
    # Rows of one direction tie: which of them is first may hang on the last bit, their cosines do not.
    assert ((np.asarray(found.indices) == ABSENT) == (wanted == ABSENT)).all()
    np.testing.assert_allclose(rounded(found, cosines), rounded(Neighbours(wanted, None), cosines), atol=2e-6)
    assert not (np.asarray(found.indices) == own).any()
    assert all(len(set(line)) == len(line) for line in (x[x != ABSENT] for x in np.asarray(found.indices)))


def test_ties_go_in_the_order_of_rows_across_blocks(blocks: tuple[int, int, int]) -> None:
    table = np.tile(np.float32([[1, 0], [0, 1], [1, 0], [-1, 0]]), (75, 1))
    rows = inspect.unwrap(lay_out)(jnp.asarray(table))
    found = jax.jit(inspect.unwrap(nearest), static_argnums=2)(rows, table[:5], 12)
    assert found.indices[0].tolist() == [row for row in range(300) if table[row, 0] == 1][:12]
    assert found.indices[1].tolist() == [row for row in range(300) if table[row, 1] == 1][:12]
    assert found.indices[3].tolist() == [row for row in range(300) if table[row, 0] == -1][:12]


@pytest.mark.parametrize("method", ["3cosadd", "3cosmul"])
def test_analogies_are_those_of_the_formulas(
    table: np.ndarray, questions: np.ndarray, blocks: tuple[int, int, int], method: Method
) -> None:
    units = units_of(table)
    a, b, c = questions.T
    if method == "3cosadd":
        asked = units[b] - units[a] + units[c]
        with np.errstate(invalid="ignore", divide="ignore"):
            scores = asked @ units.T / np.linalg.norm(asked, axis=1, keepdims=True)
    else:
        of_a, of_b, of_c = ((1 + units[row] @ units.T) / 2 for row in (a, b, c))
        scores = of_b * of_c / (of_a + 1e-6)
    rows = inspect.unwrap(lay_out)(jnp.asarray(table))
    solved = jax.jit(inspect.unwrap(solve), static_argnums=(4, 6))
    found = solved(rows, a, b, c, 5, None, method)
    wanted = best(scores, questions, 5)
    nothing = wanted == ABSENT
    assert nothing[[3, 4]].all() and not nothing[0].any()
    assert ((np.asarray(found.indices) == ABSENT) == nothing).all()
    np.testing.assert_allclose(
        rounded(found, scores), rounded(Neighbours(wanted, None), scores), rtol=1e-4, atol=2e-6
    )
    there = ~nothing
    # The score of −a is 1 / ε and rounding, which is no less than some parts of ε: one unit in the last place
    # of a cosine is 6 % of it, and a GPU's differ by two.
    parts = 0.05 if jax.default_backend() == "cpu" else 0.2
    rtol = 1e-4 if method == "3cosadd" else parts
    np.testing.assert_allclose(np.asarray(found.scores)[there], rounded(found, scores)[there], rtol, 2e-6)
    assert not (np.asarray(found.indices)[:, :, None] == questions[:, None, :]).any()


@pytest.mark.parametrize("method", ["3cosadd", "3cosmul"])
def test_scores_of_all_queries_with_all_rows_are_never_there(method: Method) -> None:
    n, q = 200_000, 4096
    rows = jax.eval_shape(lay_out, jax.ShapeDtypeStruct((n, 20), jnp.float32))
    numbers = jax.ShapeDtypeStruct((q,), jnp.int32)
    compiled = solve.lower(rows, numbers, numbers, numbers, k=10, method=method).compile()
    assert compiled.memory_analysis().temp_size_in_bytes < 4 * n * q / 20


def test_float64_stays_float64(x64: None) -> None:
    table = np.random.default_rng(2).standard_normal((100, 4))
    found = nearest(lay_out(table), table[:3] * (1 + 1e-12), 2)
    assert found.scores.dtype == jnp.float64
    cosines = units_of(table)[:3] @ units_of(table).T
    np.testing.assert_allclose(found.scores, -np.sort(-cosines, 1)[:, :2], rtol=1e-14)


def test_more_than_there_are() -> None:
    found = nearest(lay_out(np.eye(3, dtype=np.float32)), np.eye(3, dtype=np.float32), 5)
    assert found.indices[0].tolist() == [0, 1, 2, ABSENT, ABSENT]


@pytest.mark.usefixtures("unchecked")
def test_what_does_not_fit_is_refused() -> None:
    rows = lay_out(np.eye(3, dtype=np.float32))
    one = np.zeros(1, np.int32)
    with pytest.raises(ValueError, match=r"queries\.shape=.*dim, 3"):
        nearest(rows, np.ones((1, 2), np.float32), 1)
    with pytest.raises(ValueError, match="k=0: give a whole number"):
        nearest(rows, np.ones((1, 3), np.float32), 0)
    with pytest.raises(ValueError, match="method='cosmul': choose '3cosadd' or '3cosmul'"):
        solve(rows, one, one, one, 1, method="cosmul")  # type: ignore[arg-type]
