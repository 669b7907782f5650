"""Sums by key against a dictionary."""

from __future__ import annotations

import collections
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from embedlab.pretrain import Tally, tally

KEYS = st.lists(st.integers(0, 2**62), max_size=3) | st.lists(st.integers(0, 9), max_size=30)


@given(parts=st.lists(st.tuples(KEYS, st.booleans()), max_size=30), seed=st.integers(0, 9))
def test_sums_are_those_of_a_dictionary(parts: Any, seed: int) -> None:
    draw, found = np.random.default_rng(seed), Tally()
    wanted: collections.Counter[int] = collections.Counter()
    for keys, weighted in parts:
        weights = draw.integers(1, 100, len(keys)) / 4  # whose sums are exact
        found.add(np.array(keys, np.int64), weights if weighted else None)
        for key, weight in zip(keys, weights.tolist(), strict=True):
            wanted[key] += weight if weighted else 1
        assert len(found._runs) <= tally._RUNS
    keys, sums = found.sums()
    assert keys.dtype == np.int64 and sums.dtype == np.float64
    assert dict(zip(keys.tolist(), sums.tolist(), strict=True)) == wanted
    assert keys.tolist() == sorted(wanted)
    again = found.sums()
    assert again[0].tolist() == keys.tolist() and again[1].tolist() == sums.tolist()
