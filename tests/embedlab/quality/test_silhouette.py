"""The silhouette against scikit-learn."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from embedlab.quality import silhouette

metrics = pytest.importorskip("sklearn.metrics")
each_metric = pytest.mark.parametrize("metric", ["euclidean", "cosine"])


def expected(vectors: np.ndarray, labels: np.ndarray, metric: str) -> float:
    return float(metrics.silhouette_score(vectors.astype(np.float64), labels, metric=metric))


@each_metric
def test_equals_scikit_learn(table: np.ndarray, metric: str) -> None:
    labels = np.abs(table[:, :6]).argmax(1)  # uneven groups that mean something
    for groups in (labels, np.random.default_rng(9).integers(0, 6, len(table))):
        found = float(silhouette(table, groups, 6, metric))
        assert found == pytest.approx(expected(table, groups, metric), abs=1e-5)


@each_metric
def test_tight_groups(metric: str) -> None:
    rng = np.random.default_rng(10)
    centres, labels = rng.standard_normal((4, 16)), rng.integers(0, 4, 300)
    table = (centres[labels] + rng.normal(0, 1e-3, (300, 16))).astype(np.float32)
    found = float(silhouette(table, labels, 10, metric))
    assert found > 0.99
    assert found == pytest.approx(expected(table, labels, metric), abs=1e-5)


def test_near_duplicates_far_from_the_origin() -> None:
    """Where ‖x‖² + ‖y‖² − 2xᵀy would hold no digit."""
    rng = np.random.default_rng(11)
    labels = np.arange(300) % 3
    table = (1000 + 1e-2 * labels[:, None] + rng.normal(0, 5e-3, (300, 16))).astype(np.float32)
    assert float(silhouette(table, labels, 10)) == pytest.approx(
        expected(table, labels, "euclidean"), abs=1e-5
    )


@each_metric
def test_singletons_and_gaps(normal: np.ndarray, metric: str) -> None:
    labels = np.repeat([0, 2, 5, 7], [150, 148, 1, 1])  # 1, 3, 4, 6, 8, 9 do not occur
    assert float(silhouette(normal, labels, 10, metric)) == pytest.approx(
        expected(normal, labels, metric), abs=1e-5
    )


@each_metric
def test_rows_without_a_label_are_left_out(normal: np.ndarray, metric: str) -> None:
    labels = np.arange(300) % 10
    labels[::3], labels[1::7] = -1, 2**31 - 1
    kept = (labels >= 0) & (labels < 10)
    found = float(silhouette(normal, labels, 10, metric))
    assert found == pytest.approx(expected(normal[kept], labels[kept], metric), abs=1e-5)


def test_zero_rows_have_no_cosine(normal: np.ndarray) -> None:
    padded, labels = normal.copy(), np.arange(300) % 3
    padded[270:] = 0
    found = float(silhouette(padded, labels, 10, "cosine"))
    assert found == pytest.approx(expected(normal[:270], labels[:270], "cosine"), abs=1e-5)


@pytest.mark.parametrize("labels", [np.zeros(300, int), np.full(300, -1), np.arange(300)])
def test_one_label_none_or_all_alone(normal: np.ndarray, labels: np.ndarray) -> None:
    assert float(silhouette(normal, labels, 10)) == 0  # declared; scikit-learn raises


def test_duplicates_of_one_label_are_tight() -> None:
    table = jnp.repeat(jnp.array([[0.3, 0.7], [5.1, -0.2]]), 10, axis=0)
    for metric in ("euclidean", "cosine"):
        assert float(silhouette(table, jnp.arange(20) // 10, 2, metric)) == 1


@pytest.mark.usefixtures("unchecked")
def test_bad_arguments_are_refused(normal: np.ndarray) -> None:
    labels = jnp.zeros(300, jnp.int32)
    with pytest.raises(ValueError, match="metric='manhattan'"):
        silhouette(normal, labels, 2, "manhattan")
    with pytest.raises(ValueError, match="num_labels=0"):
        silhouette(normal, labels, 0)
    with pytest.raises(ValueError, match=r"labels\.shape=.*300"):
        silhouette(normal, labels[1:], 2)
