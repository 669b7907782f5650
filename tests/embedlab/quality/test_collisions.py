"""Predicted collisions against all outcomes, and against what random and real hashes give."""

from __future__ import annotations

import itertools
from collections import Counter
from decimal import Decimal, getcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedlab import ABSENT, Hashed
from embedlab.quality import Collisions, observed_collisions, predicted_collisions


def slow_observed(rows: np.ndarray, buckets: int) -> Collisions:
    ids = [tuple(sorted(r for r in row if r != ABSENT)) for row in rows.tolist()]
    ids = [one for one in ids if one]
    times = Counter(ids)
    users = Counter(r for one in ids for r in set(one))
    partial = np.mean([any(users[r] > 1 for r in one) for one in ids]) if ids else 0.0
    return Collisions(sum(times[one] > 1 for one in ids), float(partial), buckets - len(users))


rows_strategy = st.lists(
    st.lists(st.sampled_from([0, 1, 2, 3, 4, ABSENT]), min_size=3, max_size=3), min_size=0, max_size=7
)


@given(rows_strategy)
def test_observed_equals_counting(rows: list[list[int]]) -> None:
    array = np.array(rows, np.int32).reshape(-1, 3)
    assert observed_collisions(array, 6) == pytest.approx(slow_observed(array, 6))


@pytest.mark.parametrize(
    ("ids", "buckets", "hashes"),
    [(1, 3, 2), (2, 1, 2), (2, 4, 3), (3, 2, 3), (3, 3, 2), (3, 9, 1), (2, 2, 5), (6, 4, 1), (2, 3, 4)],
)
def test_prediction_is_the_mean_of_all_outcomes(ids: int, buckets: int, hashes: int) -> None:
    outcomes = itertools.product(range(buckets), repeat=ids * hashes)
    found = [slow_observed(np.array(x).reshape(ids, hashes), buckets) for x in outcomes]
    assert predicted_collisions(ids, buckets, hashes) == pytest.approx(np.mean(found, axis=0), rel=1e-12)


@pytest.mark.parametrize(
    ("ids", "buckets", "hashes"), [(3000, 1000, 1), (2000, 800, 2), (500, 60, 3), (300, 500, 2), (900, 12, 4)]
)
def test_random_rows_agree_within_sampling_error(ids: int, buckets: int, hashes: int) -> None:
    seeds = 60
    draws = (np.random.default_rng(seed).integers(0, buckets, (ids, hashes)) for seed in range(seeds))
    found = np.array([observed_collisions(rows, buckets) for rows in draws])
    error = found.std(0, ddof=1) / seeds**0.5
    gap = np.abs(found.mean(0) - np.array(predicted_collisions(ids, buckets, hashes)))
    # 15 means, each within 4 standard errors: passes by chance alone with probability 0.999.
    assert (gap <= 4 * error + 1e-9).all(), (gap, error)


@pytest.mark.parametrize("hashes", [1, 2, 3])
def test_hashed_ids_agree(hashes: int) -> None:
    """The library's own hash, over consecutive ids as a vocabulary has, behaves as random rows do."""
    ids, buckets, seeds = 20_000, 5_000 if hashes > 1 else 50_000, 20
    specs = (Hashed(vocabulary=ids, dim=1, buckets=buckets, hashes=hashes, seed=s) for s in range(seeds))
    looks = (spec.index({}, np.arange(ids, dtype=np.int32))[-1] for spec in specs)
    found = np.array([observed_collisions(look.rows, buckets) for look in looks])
    error = found.std(0, ddof=1) / seeds**0.5
    gap = np.abs(found.mean(0) - np.array(predicted_collisions(ids, buckets, hashes)))
    floor = np.array([1.0, 1e-4, 1.0])  # where chances are so small that twenty seeds show no spread
    assert (gap <= 4 * error + floor).all(), (gap, error)


def test_ngrams_of_real_words_agree(glove_words: dict[str, np.ndarray]) -> None:
    """Different n-grams in fastText's buckets: one hash each."""
    buckets = 20_000
    marked = [f"<{word}>" for word in glove_words]
    grams = {w[i : i + n] for w in marked for n in (3, 4, 5, 6) for i in range(len(w) - n + 1)}
    rows = np.array([fnv1a(gram) % buckets for gram in sorted(grams)])[:, None]
    found, expected = observed_collisions(rows, buckets), predicted_collisions(len(grams), buckets)
    draws = (np.random.default_rng(seed).integers(0, buckets, rows.shape) for seed in range(40))
    spread = np.std([observed_collisions(x, buckets) for x in draws], axis=0, ddof=1)
    assert (np.abs(np.array(found) - np.array(expected)) <= 4 * spread).all()


def fnv1a(text: str) -> int:
    h = 2166136261
    for byte in text.encode():
        h = ((h ^ (byte | -(byte & 128) & 0xFFFFFFFF)) * 16777619) & 0xFFFFFFFF  # bytes are signed there
    return h


def test_no_cancellation() -> None:
    """Against sixty decimal digits, where 1 − (1 − p)^(n − 1) in float64 would keep none."""
    getcontext().prec = 60
    for ids, buckets, hashes in ((10, 2**31 - 2, 1), (1000, 10**9, 1), (100, 10**7, 2)):
        n, b = Decimal(ids), Decimal(buckets)
        if hashes == 1:
            whole = n * (1 - (1 - 1 / b) ** (ids - 1))
        else:  # b(b − 1)/2 pairs of chance 2/b², and b repeats of chance 1/b²
            p, q = 2 / b**2, 1 / b**2
            whole = n * (
                b * (b - 1) / 2 * p * (1 - (1 - p) ** (ids - 1)) + b * q * (1 - (1 - q) ** (ids - 1))
            )
        found = predicted_collisions(ids, buckets, hashes)
        assert found.whole == pytest.approx(float(whole), rel=1e-9)
        assert found.empty == pytest.approx(float(b * (1 - 1 / b) ** (ids * hashes)), rel=1e-12)


def test_edges() -> None:
    assert predicted_collisions(0, 7, 2) == Collisions(0.0, 0.0, 7.0)
    assert predicted_collisions(1, 7, 1) == pytest.approx(Collisions(0.0, 0.0, 6.0))
    assert predicted_collisions(5, 1, 3) == pytest.approx(Collisions(5.0, 1.0, 0.0))
    assert predicted_collisions(10**6, 10, 32).partial == pytest.approx(1.0)
    assert observed_collisions(np.zeros((0, 2), np.int32), 4) == Collisions(0, 0.0, 4)
    assert observed_collisions(np.full((3, 2), ABSENT, np.int32), 4) == Collisions(0, 0.0, 4)


def test_more_hashes_fewer_whole_collisions() -> None:
    """What hash embeddings promise."""
    whole = [predicted_collisions(10_000, 1000, k).whole for k in (1, 2, 3, 4)]
    assert whole == sorted(whole, reverse=True) and whole[0] > 9000 and whole[3] < 1


@pytest.mark.parametrize(
    ("field", "arguments"),
    [("ids", (-1, 5, 1)), ("buckets", (5, 0, 1)), ("hashes", (5, 5, 0)), ("hashes", (5, 5, 33))],
)
def test_bad_numbers_are_refused(field: str, arguments: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match=f"{field}="):
        predicted_collisions(*arguments)


@pytest.mark.parametrize("row", [-1, 4])
def test_rows_outside_the_table_are_refused(row: int) -> None:
    with pytest.raises(ValueError, match=rf"rows=\[{row}\]: give rows in 0 … 3"):
        observed_collisions(np.array([[0, row]]), 4)
