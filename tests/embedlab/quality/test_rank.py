"""Effective rank and RankMe against singular values in float64."""

from __future__ import annotations

import numpy as np
import pytest

from embedlab.quality import effective_rank, rankme


def slow_rank(vectors: np.ndarray, epsilon: float = 0.0) -> float:
    values = np.linalg.svd(vectors.astype(np.float64), compute_uv=False)
    shares = values / values.sum() + epsilon
    return float(np.exp(-(shares * np.log(shares)).sum()))


def test_equals_numpy(table: np.ndarray) -> None:
    assert float(effective_rank(table)) == pytest.approx(slow_rank(table), rel=1e-5)
    assert float(rankme(table)) == pytest.approx(slow_rank(table, 1e-7), rel=1e-5)


def test_wide_table(normal: np.ndarray) -> None:
    wide = normal[:8]  # fewer rows than dimensions
    assert float(effective_rank(wide)) == pytest.approx(slow_rank(wide), rel=1e-5)
    assert float(effective_rank(wide)) <= 8


@pytest.mark.parametrize("rank", [1, 3, 7])
def test_equal_directions_count(rank: int) -> None:
    table = np.zeros((20, 10), np.float32)
    table[np.arange(20), np.arange(20) % rank] = 1
    sizes = np.sqrt(np.bincount(np.arange(20) % rank))  # the singular values
    shares = sizes / sizes.sum()
    expected = np.exp(-(shares * np.log(shares)).sum())
    assert float(effective_rank(table)) == pytest.approx(expected, rel=1e-5)


def test_rankme_is_effective_rank_but_for_epsilon() -> None:
    table = np.zeros((100, 64), np.float32)
    table[:, 0] = 1  # all other singular values are 0, where ε weighs most
    entropy_gap = np.log(float(rankme(table))) - np.log(float(effective_rank(table)))
    assert 5e-5 < entropy_gap < 64 * 1e-7 * abs(np.log(1e-7)) + 1e-6


def test_a_common_mean_counts_as_a_direction(normal: np.ndarray) -> None:
    assert float(effective_rank(normal + 100)) < 2 < 15 < float(effective_rank(normal))
