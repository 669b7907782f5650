"""Neighbours and their overlap against brute force and scikit-learn."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from embedlab import ABSENT
from embedlab.quality import neighbour_overlap, neighbours


def cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    a, b = (
        x.astype(np.float64) / np.linalg.norm(x.astype(np.float64), axis=1, keepdims=True) for x in (a, b)
    )
    return a @ b.T


def slow_neighbours(table: np.ndarray, k: int) -> np.ndarray:
    scores = cosines(table, table)
    np.fill_diagonal(scores, -np.inf)
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]


def test_equals_brute_force(table: np.ndarray) -> None:
    queries = table[::7] + 0.1
    found = neighbours(table, queries, k=9)
    expected = cosines(queries, table)
    best = -np.sort(-expected, axis=1)[:, :9]
    np.testing.assert_allclose(found.scores, best, atol=2e-6)
    of_found = np.take_along_axis(expected, np.asarray(found.indices), axis=1)
    np.testing.assert_allclose(of_found, best, atol=2e-6)  # exact up to near ties
    assert found.indices.dtype == jnp.int32


def test_equals_scikit_learn_without_the_row_itself(table: np.ndarray) -> None:
    sklearn = pytest.importorskip("sklearn.neighbors")
    model = sklearn.NearestNeighbors(n_neighbors=5, metric="cosine").fit(table.astype(np.float64))
    distances, expected = model.kneighbors()
    found = neighbours(table, table, 5, exclude=jnp.arange(len(table)))
    np.testing.assert_allclose(1 - np.asarray(found.scores), distances, atol=2e-6)
    assert (np.asarray(found.indices) == expected).mean() > 0.999


def test_real_neighbours_make_sense(glove_words: dict[str, np.ndarray]) -> None:
    words, table = list(glove_words), np.stack(list(glove_words.values()))
    asked = [words.index(word) for word in ("monday", "three", "father")]
    found = neighbours(table, table[asked], 3, exclude=jnp.array(asked))
    nearest = [[words[i] for i in row] for row in np.asarray(found.indices)]
    assert set(nearest[0]) <= {"tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
    assert set(nearest[1]) <= {"two", "four", "five", "six", "seven", "eight", "nine", "ten"}
    assert {"mother", "son"} & set(nearest[2])


def test_ties_go_in_the_order_of_rows() -> None:
    table = np.float32([[1, 0], [0, 1], [2, 0], [4, 0]])
    assert neighbours(table, table[:1], 3).indices.tolist() == [[0, 2, 3]]


def test_no_direction_no_neighbour() -> None:
    table = np.float32([[1, 0], [0, 0], [np.nan, 1], [np.inf, 0], [1, 1]])
    found = neighbours(table, table, 3)
    assert found.indices.tolist() == [[0, 4, ABSENT], *[[ABSENT] * 3] * 3, [4, 0, ABSENT]]
    assert np.isneginf(np.asarray(found.scores)[1:4]).all()


def test_scores_stay_cosines(normal: np.ndarray) -> None:
    scores = np.asarray(neighbours(normal, np.concatenate([normal, -normal]), k=300).scores)
    assert scores.min() >= -1 and scores.max() <= 1


def test_no_queries(normal: np.ndarray) -> None:
    found = neighbours(normal, normal[:0], k=4)
    assert found.indices.shape == found.scores.shape == (0, 4)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("k", [0, -1, 301, 2.0])
def test_bad_k(k: int, normal: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"k="):
        neighbours(normal, normal, k)


def test_the_row_itself_makes_one_less(normal: np.ndarray) -> None:
    with pytest.raises(ValueError, match="k=300: give at most 299"):
        neighbours(normal, normal, 300, exclude=jnp.arange(300))


@pytest.mark.usefixtures("unchecked")
def test_other_dimensions_are_refused(normal: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"queries\.shape=.*dim, 16"):
        neighbours(normal, np.ones((2, 3), np.float32), 1)


# --- overlap -----------------------------------------------------------------------------------------


def test_overlap_equals_brute_force(table: np.ndarray) -> None:
    other = table + np.random.default_rng(4).normal(0, 0.3, table.shape).astype(np.float32)
    lists = zip(slow_neighbours(table, 8), slow_neighbours(other, 8), strict=True)
    expected = np.mean([len(set(a) & set(b)) / 8 for a, b in lists])
    assert 0.2 < expected < 0.9
    assert float(neighbour_overlap(table, other, k=8)) == pytest.approx(expected, abs=1e-3)


def test_overlap_of_a_turned_table_in_more_dimensions(glove: np.ndarray) -> None:
    turn = np.linalg.qr(np.random.default_rng(5).standard_normal((64, 50)))[0]
    assert float(neighbour_overlap(glove, (7 * glove @ turn.T).astype(np.float32))) > 0.999


def test_overlap_of_strangers_is_chance(normal: np.ndarray) -> None:
    other = np.random.default_rng(6).standard_normal((300, 16)).astype(np.float32)
    # 300 rows × 10 draws of 299: mean 10/299 = 0.033, standard deviation about 0.0033
    assert float(neighbour_overlap(normal, other, 10)) == pytest.approx(10 / 299, abs=0.014)


def test_overlap_where_rows_have_no_direction() -> None:
    table = np.float32([[1, 0], [1, 0.1], [0, 1], [0, 0], [0, 0]])
    assert float(neighbour_overlap(table, table, k=4)) == 1  # two neighbours each, not four
    lost = table.copy()
    lost[0] = 0  # row 0 has lost its neighbours, and the others have lost row 0
    assert float(neighbour_overlap(table, lost, k=4)) == pytest.approx((0 + 1 / 2 + 1 / 2) / 3)


@pytest.mark.usefixtures("unchecked")
def test_overlap_of_different_sizes_is_refused(normal: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"b\.shape=.*300 rows"):
        neighbour_overlap(normal, normal[1:], 3)
