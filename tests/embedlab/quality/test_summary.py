"""The summary: the metrics themselves, of evenly spaced rows, compiled once."""

from __future__ import annotations

import json
import sys
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from embedlab import quality
from embedlab.quality import summary

module = sys.modules["embedlab.quality.summary"]


def of_glove() -> dict[str, np.ndarray]:
    """Counts that fall with the rank, and labels; the same in all tests, so that they compile once."""
    return {"counts": np.arange(1200)[::-1].copy(), "labels": np.arange(1200) % 6}


def test_values_are_the_metrics(glove: np.ndarray) -> None:
    table, (counts, labels) = glove, of_glove().values()
    found = summary(table, counts=counts, labels=labels)
    expected = {
        "effective_rank": quality.effective_rank(table),
        "rankme": quality.rankme(table),
        "partition_isotropy": quality.partition_isotropy(table),
        "mean_cosine": quality.mean_cosine(table),
        "uniformity": quality.uniformity(table),
        "hubness": quality.hubness(table),
        **{f"norm_{name}": value for name, value in quality.norm_summary(table).items()},
        "norm_frequency_correlation": quality.norm_frequency_correlation(table, counts),
        "silhouette": quality.silhouette(table, labels, 6, "cosine"),
    }
    assert found == pytest.approx(
        {name: float(value) for name, value in expected.items()}, rel=1e-4, abs=1e-5
    )
    assert all(type(value) is float for value in found.values())
    json.dumps(found)


@pytest.mark.slow
def test_rows_are_evenly_spaced(glove: np.ndarray) -> None:
    counts, labels = of_glove().values()
    found = summary(glove, counts=counts, labels=labels, limit=400)

    def of_every(third: slice) -> dict[str, float]:
        return summary(glove[third], counts=counts[third], labels=labels[third])

    assert of_every(slice(0, None, 3)) == near(found)
    for other in (slice(1, None, 3), slice(400)):
        assert of_every(other) != near(found)
    on_device = summary(jnp.asarray(glove), counts=counts, labels=jnp.asarray(labels), limit=400)
    assert on_device == near(found)


def near(expected: Any) -> Any:
    """To within float32: another program sums in another order; the silhouette is a mean that cancels."""
    return pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_same_bits_twice_and_compiled_once(glove: np.ndarray) -> None:
    first = summary(glove, **of_glove())
    programs = module._summary._cache_size()
    assert first == summary(glove + 0, **of_glove())
    assert first != summary(glove * glove, **of_glove())
    assert module._summary._cache_size() == programs


@pytest.mark.parametrize("labels", [np.arange(1200) % 5, 7 * (np.arange(1200) % 8) + 10**12])
def test_other_labels_compile_nothing(glove: np.ndarray, labels: np.ndarray) -> None:
    summary(glove, **of_glove())
    programs = module._summary._cache_size()
    found = summary(glove, **of_glove() | {"labels": labels})
    assert module._summary._cache_size() == programs
    dense = np.unique(labels, return_inverse=True)[1].astype(np.int32)
    assert found["silhouette"] == near(float(quality.silhouette(glove, dense, 8, "cosine")))


def test_rows_that_are_not_taken_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    ranked = []
    monkeypatch.setattr(module, "narrow_counts", lambda counts: ranked.append(len(counts)) or counts)
    n = 10**6
    table = np.broadcast_to(np.eye(4, dtype=np.float32), (n // 4, 4, 4)).reshape(n, 4)
    summary(table, counts=np.arange(n), labels=np.arange(n), limit=8, k=2)  # a million labels, eight taken
    assert ranked == [8]


def test_few_rows(normal: np.ndarray) -> None:
    found = summary(normal[:2], counts=np.arange(2), labels=np.full(2, -1))
    assert np.isfinite(list(found.values())).all()
    assert found["silhouette"] == 0  # no row has a label
    with pytest.raises(ValueError, match=r"vectors\.shape=\(1, 16\)"):
        summary(normal[:1])


def test_a_broken_table_shows(glove: np.ndarray) -> None:
    broken = glove.copy()
    broken[17] = np.nan
    assert np.isnan(list(summary(broken, **of_glove()).values())).all()


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("field", "arguments"),
    [("k", {"k": 0}), ("limit", {"limit": 1}), ("counts.shape", {"counts": np.ones(7)}),
     ("labels.shape", {"labels": np.ones(7, int)}), ("labels.dtype", {"labels": np.ones(300)}),
     ("counts='list'", {"counts": [1] * 300}), ("labels='list'", {"labels": [1] * 300})],
)  # fmt: skip
def test_bad_arguments_are_refused(field: str, arguments: dict[str, object], normal: np.ndarray) -> None:
    with pytest.raises(ValueError, match=field):
        summary(normal, **arguments)


@pytest.mark.usefixtures("unchecked")
def test_a_list_is_refused() -> None:
    with pytest.raises(ValueError, match=r"vectors='list': give an array, as np\.asarray makes"):
        summary([[1.0, 2.0], [3.0, 4.0]])


def test_names_are_documented(glove: np.ndarray) -> None:
    text = (summary.__doc__ or "") + (quality.norm_summary.__doc__ or "")
    for name in summary(glove, **of_glove()):
        assert f"`{name}`" in text or f"`{name.removeprefix('norm_')}`" in text
