"""The k largest in two stages against a sort."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from embedlab.search import largest


def by_sorting(scores: np.ndarray, k: int) -> np.ndarray:
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]


@pytest.mark.parametrize(("k", "tile"), [(1, 1), (1, 8), (2, 4), (4, 2), (4, 8), (8, 4)])
@pytest.mark.parametrize("values", [1, 2, 3, 8])
def test_equals_a_sort_ties_and_all(values: int, k: int, tile: int) -> None:
    scores = np.random.default_rng(k).integers(values, size=(2000, 64)).astype(np.float32)  # mostly ties
    found, places = largest(jnp.asarray(scores), k, tile)
    np.testing.assert_array_equal(places, by_sorting(scores, k))
    np.testing.assert_array_equal(found, np.take_along_axis(scores, np.asarray(places), 1))


def test_where_tiles_hold_nothing_at_all() -> None:
    scores = np.full((2, 256), -np.inf, np.float32)
    scores[1, 77] = 1
    found, places = largest(jnp.asarray(scores), 2, 16)
    assert places.tolist() == [[0, 1], [77, 0]] and np.isneginf(np.asarray(found)[:, 1]).all()


@pytest.mark.parametrize(("n", "k"), [(65, 3), (64, 33), (64, 64)])
def test_one_stage_where_tiles_would_not_help(n: int, k: int) -> None:
    scores = np.random.default_rng(n).standard_normal((3, n)).astype(np.float32)
    np.testing.assert_array_equal(largest(jnp.asarray(scores), k, 16)[1], by_sorting(scores, k))


def test_no_queries() -> None:
    assert largest(jnp.zeros((0, 256)), 3)[1].shape == (0, 3)


@pytest.mark.parametrize("k", [0, 9])
def test_bad_k(k: int) -> None:
    with pytest.raises(ValueError, match=f"k={k}: give"):
        largest(jnp.zeros((1, 8)), k)
