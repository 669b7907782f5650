"""McNemar's test against the binomial formula, its statement in words, and groups."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.reports.mcnemar import Discordant, mcnemar


def arrays(both: int, first: int, second: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows that both get right, one alone, or neither."""
    a = np.repeat([1.0, 1.0, 0.0, 0.0], [both, first, second, neither])
    b = np.repeat([1.0, 0.0, 1.0, 0.0], [both, first, second, neither])
    return a, b


def by_hand(first: int, second: int) -> float:
    """Twice the probability of as few heads as the rarer side, in as many throws."""
    tail = sum(math.comb(first + second, k) for k in range(min(first, second) + 1)) / 2 ** (first + second)
    return min(1.0, 2 * tail)


@given(*[st.integers(0, 40)] * 4)
def test_it_is_the_binomial_tail(both: int, first: int, second: int, neither: int) -> None:
    found = mcnemar(*arrays(both, first, second, neither))
    assert (found.first, found.second) == (first, second)
    assert found.p == pytest.approx(by_hand(first, second), abs=1e-9)


def test_two_that_never_differ() -> None:
    assert mcnemar(*arrays(7, 0, 0, 3)) == Discordant(0, 0, 1.0)


def test_order_of_the_two_is_no_matter_to_p() -> None:
    a, b = arrays(20, 12, 3, 5)
    assert mcnemar(a, b).p == mcnemar(b, a).p == pytest.approx(by_hand(12, 3), abs=1e-12)


def test_a_group_counts_once() -> None:
    a, b = arrays(0, 12, 3, 0)
    assert mcnemar(a, b, np.array([0] * 12 + [1, 1, 1])) == Discordant(1, 1, 1.0)
    assert mcnemar(a, b, np.array([0] * 11 + [1, 1, 2, 3])) == Discordant(1, 2, 1.0)  # group 1 is even
    own = np.random.default_rng(0).permutation(15)
    assert mcnemar(a, b, own) == mcnemar(a, b)


def test_lengths_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="a has 3 rows, b 2, groups 3"):
        mcnemar(np.ones(3), np.ones(2))
