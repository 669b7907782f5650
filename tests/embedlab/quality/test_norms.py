"""Norms against NumPy, their correlation with frequency against SciPy."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from embedlab.quality import norm_frequency_correlation, norm_summary


def test_summary_equals_numpy(table: np.ndarray) -> None:
    norms = np.linalg.norm(table.astype(np.float64), axis=1)
    found = {name: float(value) for name, value in norm_summary(table).items()}
    quantiles = dict(zip(("q05", "q25", "median", "q75", "q95"), (0.05, 0.25, 0.5, 0.75, 0.95), strict=True))
    expected = {
        **{"mean": norms.mean(), "std": norms.std(), "min": norms.min(), "max": norms.max()},
        **{name: np.quantile(norms, q) for name, q in quantiles.items()},
        "max_over_median": norms.max() / np.median(norms),
        "zero_share": 0.0,
    }
    assert found == pytest.approx(expected, rel=1e-5)


def test_summary_of_one_row() -> None:
    found = norm_summary(np.float32([[3, 4]]))
    assert {float(found[name]) for name in ("mean", "min", "q05", "median", "q95", "max")} == {5.0}
    assert float(found["std"]) == 0


def test_most_rows_zero() -> None:
    found = norm_summary(np.float32([[0, 0], [0, 0], [3, 4]]))
    assert float(found["max_over_median"]) == 0  # declared: the median is 0
    assert float(found["zero_share"]) == pytest.approx(2 / 3)


def test_correlation_equals_scipy(table: np.ndarray) -> None:
    counts = np.random.default_rng(3).zipf(1.5, len(table))  # 64 bits, with many ties
    expected = stats.spearmanr(np.linalg.norm(table, axis=1), counts).statistic
    assert float(norm_frequency_correlation(table, counts)) == pytest.approx(expected, abs=2e-6)


def test_frequent_words_of_glove(glove: np.ndarray) -> None:
    ranks = np.arange(len(glove))
    expected = stats.spearmanr(np.linalg.norm(glove, axis=1), -ranks).statistic
    assert float(norm_frequency_correlation(glove, 1.0 / (1 + ranks))) == pytest.approx(expected, abs=2e-6)


small = st.lists(st.integers(0, 4), min_size=12, max_size=12)


@given(norms=small, counts=small)
def test_ties_equal_scipy(norms: list[int], counts: list[int]) -> None:
    found = float(norm_frequency_correlation(jnp.array(norms, jnp.float32)[:, None], jnp.array(counts)))
    if min(norms) == max(norms) or min(counts) == max(counts):
        assert found == 0  # declared; SciPy gives NaN
    else:
        assert found == pytest.approx(stats.spearmanr(norms, counts).statistic, abs=2e-6)


def test_counts_beyond_32_bits_keep_their_order() -> None:
    table = np.arange(1, 5, dtype=np.float32)[:, None]
    counts = np.array([2**32, 2**33 - 1, 2**33, 2**40])  # cut to 32 bits these would be 0, −1, 0, 0
    assert float(norm_frequency_correlation(table, counts)) == pytest.approx(1, abs=1e-6)
    assert float(norm_frequency_correlation(table, counts[::-1])) == pytest.approx(-1, abs=1e-6)


def test_counts_in_float64_keep_their_order() -> None:
    table = np.arange(1, 5, dtype=np.float32)[:, None]
    counts = 1e15 + np.arange(4.0)  # float32 would hold four equal ones
    assert float(norm_frequency_correlation(table, counts)) == pytest.approx(1, abs=1e-6)
    counts[2] = np.nan
    assert np.isnan(norm_frequency_correlation(table, counts))


def test_counts_that_are_nan_give_nan() -> None:
    table = np.arange(1, 4, dtype=np.float32)[:, None]
    assert np.isnan(norm_frequency_correlation(table, np.float32([1, np.nan, 2])))
