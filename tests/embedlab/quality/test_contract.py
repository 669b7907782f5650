"""What every metric of vectors promises alike: types, shapes, faults, scale, order of rows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from embedlab import quality

Metric = Callable[[Any], Any]
N = 40


def labels_of(x: Any) -> Any:
    return jnp.arange(x.shape[0]) % 3


METRICS: dict[str, Metric] = {
    "effective_rank": quality.effective_rank,
    "rankme": quality.rankme,
    "partition_isotropy": quality.partition_isotropy,
    "mean_cosine": quality.mean_cosine,
    "norm_mean": lambda x: quality.norm_summary(x)["mean"],
    "norm_std": lambda x: quality.norm_summary(x)["std"],
    "norm_median": lambda x: quality.norm_summary(x)["median"],
    "norm_max_over_median": lambda x: quality.norm_summary(x)["max_over_median"],
    "norm_frequency_correlation": lambda x: quality.norm_frequency_correlation(x, jnp.arange(x.shape[0])),
    "hubness": lambda x: quality.hubness(x, 3),
    "neighbour_overlap": lambda x: quality.neighbour_overlap(x, x, 3),
    "uniformity": quality.uniformity,
    "procrustes_residual": lambda x: quality.procrustes(x, jnp.flip(x, 0)).residual,
    "procrustes_cosine": lambda x: quality.procrustes(x, jnp.flip(x, 0)).cosine,
    "alignment": lambda x: quality.alignment(x, jnp.flip(x, 0)),
    "silhouette": lambda x: quality.silhouette(x, labels_of(x), 3),
    "silhouette_cosine": lambda x: quality.silhouette(x, labels_of(x), 3, "cosine"),
}
LEAST = dict.fromkeys(METRICS, 2)
LEAST |= dict.fromkeys(("effective_rank", "rankme", "partition_isotropy", "alignment"), 1)
LEAST |= dict.fromkeys(("procrustes_residual", "procrustes_cosine"), 1)
LEAST |= dict.fromkeys((name for name in METRICS if name.startswith("norm_") and "freq" not in name), 1)
LEAST |= {"hubness": 4, "neighbour_overlap": 4}
OF_ZEROS = dict.fromkeys(METRICS, 0.0) | {"partition_isotropy": 1.0, "neighbour_overlap": 1.0}
LENGTHS = ("norm_mean", "norm_std", "norm_median")
DEPENDS_ON_SCALE = (*LENGTHS, "partition_isotropy")


def programs() -> int:
    """How many programs the public functions have compiled."""
    jitted = (getattr(quality, name) for name in quality.__all__)
    return sum(f._cache_size() for f in jitted if hasattr(f, "_cache_size"))


every_metric = pytest.mark.parametrize("name", METRICS)


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    return np.random.default_rng(1).standard_normal((N, 5)).astype(np.float32)


@every_metric
def test_scalar_float32_of_numpy_and_jax_alike(name: str, vectors: np.ndarray) -> None:
    found = METRICS[name](jnp.asarray(vectors))
    assert found.shape == () and found.dtype == jnp.float32 and np.isfinite(found)
    if name not in ("alignment", "neighbour_overlap"):
        assert METRICS[name](vectors) == found


@every_metric
def test_narrow_types_are_computed_in_float32(name: str, vectors: np.ndarray) -> None:
    narrow = jnp.asarray(vectors, jnp.bfloat16)
    found = METRICS[name](narrow)
    assert found.dtype == jnp.float32
    np.testing.assert_allclose(found, METRICS[name](narrow.astype(jnp.float32)), rtol=2e-6, atol=1e-7)


@every_metric
def test_float64_stays_float64(name: str, vectors: np.ndarray) -> None:
    single = METRICS[name](jnp.asarray(vectors))
    with jax.enable_x64(True):
        double = METRICS[name](jnp.asarray(vectors, jnp.float64))
        assert double.dtype == jnp.float64
        shaken = METRICS[name](jnp.asarray(vectors.astype(np.float64) * (1 + 1e-12)))
    np.testing.assert_allclose(single, double, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(shaken, double, rtol=1e-9, atol=1e-10)  # float32 inside would show at 1e-7


@every_metric
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_gives_nan(name: str, bad: float, vectors: np.ndarray) -> None:
    broken = vectors.copy()
    broken[7, 2] = bad
    assert np.isnan(METRICS[name](jnp.asarray(broken)))


@every_metric
def test_all_zeros_have_a_declared_value(name: str) -> None:
    assert float(METRICS[name](jnp.zeros((N, 5)))) == OF_ZEROS[name]


@every_metric
@pytest.mark.parametrize("row", [[1.0, 0.0, 0.0, 0.0, 0.0], [0.3, -1.7, 0.9, 2.2, -0.1]])
def test_identical_vectors_are_finite(name: str, row: list[float]) -> None:
    found = float(METRICS[name](jnp.tile(jnp.array(row), (N, 1))))
    assert np.isfinite(found)
    one = {"effective_rank": 1, "rankme": 1, "mean_cosine": 1, "norm_max_over_median": 1}
    nought = ("norm_std", "norm_frequency_correlation", "uniformity", "silhouette", "silhouette_cosine")
    expected = one | dict.fromkeys(nought, 0)
    if name in expected:
        assert found == pytest.approx(expected[name], abs=2e-5)


@every_metric
def test_a_zero_row_is_harmless(name: str, vectors: np.ndarray) -> None:
    with_zero = vectors.copy()
    with_zero[3] = 0
    assert np.isfinite(METRICS[name](jnp.asarray(with_zero)))


@every_metric
def test_fewest_rows(name: str, vectors: np.ndarray) -> None:
    least = LEAST[name]
    assert np.isfinite(METRICS[name](jnp.asarray(vectors[:least])))
    for n in range(least):
        with pytest.raises(ValueError, match=r"vectors\.shape=|k=3: give at most"):
            METRICS[name](jnp.asarray(vectors[:n]))


@every_metric
def test_bad_arrays_are_refused(name: str, vectors: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"shape=.*dim of at least 1"):
        METRICS[name](jnp.zeros((N, 0)))


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("shape", [(5,), (2, 3, 4), ()])
def test_no_matrix_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"vectors\.shape="):
        quality.effective_rank(jnp.zeros(shape))


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("name", ["effective_rank", "mean_cosine", "norm_summary", "hubness", "uniformity"])
def test_a_list_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"vectors='list': give an array"):
        getattr(quality, name)([[1.0], [2.0]])


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("dtype", ["int32", "complex64", "bool"])
def test_no_float_is_refused(dtype: str) -> None:
    with pytest.raises(ValueError, match=rf"vectors\.dtype='{dtype}'"):
        quality.effective_rank(jnp.zeros((3, 3), dtype))


@every_metric
@pytest.mark.parametrize("power", [-100, 100])
def test_no_overflow(name: str, power: int, vectors: np.ndarray) -> None:
    """At 2^±100, where squares of float32 overflow, values scale exactly, or not at all."""
    if name == "partition_isotropy":  # exp of 2^100: no isotropy is left
        assert float(METRICS[name](jnp.asarray(vectors * 2.0**power))) == (0 if power > 0 else 1)
        return
    scale = 2.0**power if name in LENGTHS else 1
    found = METRICS[name](jnp.asarray(vectors * np.float32(2.0**power)))
    np.testing.assert_allclose(found / scale, METRICS[name](jnp.asarray(vectors)), rtol=1e-5, atol=1e-6)


@every_metric
def test_rotation_changes_nothing(name: str, vectors: np.ndarray) -> None:
    turn = np.linalg.qr(np.random.default_rng(2).standard_normal((5, 5)))[0]
    turned = (vectors.astype(np.float64) @ turn).astype(np.float32)
    found, expected = METRICS[name](jnp.asarray(turned)), METRICS[name](jnp.asarray(vectors))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@every_metric
def test_same_bits_twice_and_no_recompilation(name: str, vectors: np.ndarray) -> None:
    first, before = METRICS[name](vectors), programs()
    assert METRICS[name](vectors + 0) == first
    METRICS[name](2 * vectors + 1)
    assert programs() == before


def test_import_is_light(root: Path) -> None:
    heavy = {"scipy", "sklearn", "pandas", "rich", "flax"}
    code = f"import embedlab.quality, sys; print({heavy!r} & {{m.partition('.')[0] for m in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
