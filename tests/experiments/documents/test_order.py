"""The order of documents: whole permutations, the same from whatever step, sorted by length where asked."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.documents.order import Order

LENGTHS = np.random.default_rng(0).integers(1, 60, 200)


def test_it_walks_whole_permutations() -> None:
    drawn = Order(seed=3, rows=20, batch=6).batches(step=0, count=10)
    for epoch in drawn.reshape(-1, 20):
        assert sorted(epoch) == list(range(20))
    assert (drawn != Order(seed=4, rows=20, batch=6).batches(0, 10)).any()


@pytest.mark.parametrize("lengths", [None, LENGTHS])
def test_it_is_the_same_from_whatever_step(lengths: np.ndarray | None) -> None:
    order = Order(3, 200, 6, lengths)
    whole = order.batches(0, 100)
    for step, count in ((0, 1), (15, 2), (16, 16), (31, 40), (99, 1)):
        np.testing.assert_array_equal(order.batches(step, count), whole[step : step + count])


def test_batches_of_like_length_hold_each_document_once_an_epoch() -> None:
    order = Order(0, 200, 10, LENGTHS)
    drawn = order.batches(0, 160)  # eight epochs, ten windows
    assert np.bincount(drawn.reshape(-1), minlength=200).tolist() == [8] * 200
    spread = np.ptp(LENGTHS[drawn], axis=1).mean()
    assert spread < np.ptp(LENGTHS[Order(0, 200, 10).batches(0, 160)], axis=1).mean() / 5
    longest = LENGTHS[drawn].max(1)
    assert (np.diff(longest) < 0).any() and (np.diff(longest) > 0).any()  # and not from short to long


def test_fewer_documents_than_a_batch() -> None:
    assert np.bincount(Order(0, 3, 8).batches(0, 3).reshape(-1)).tolist() == [8] * 3
    assert Order(0, 3, 8, np.array([1, 2, 3])).batches(5, 2).shape == (2, 8)
