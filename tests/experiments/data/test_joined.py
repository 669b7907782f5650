"""Groups of chains of pairs: those of a search by hand."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.data.joined import joined_groups


@pytest.mark.parametrize("seed", range(4))
def test_groups_are_those_that_can_be_reached(seed: int) -> None:
    rng = np.random.default_rng(seed)
    left, right = rng.integers(0, 40, (2, 25))
    found = joined_groups(40, left, right)
    expected = np.arange(40)
    for _ in range(40):
        for a, b in zip(left, right, strict=True):
            expected[[a, b]] = min(expected[a], expected[b])
    for one in range(40):
        assert ((found == found[one]) == (expected == expected[one])).all()
    first = [int(np.flatnonzero(found == number)[0]) for number in range(found.max() + 1)]
    assert first == sorted(first)


def test_nothing_is_joined_without_pairs() -> None:
    none = np.zeros(0, int)
    assert joined_groups(3, none, none).tolist() == [0, 1, 2] and len(joined_groups(0, none, none)) == 0
