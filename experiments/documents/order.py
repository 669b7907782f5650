"""Which documents each step of a training sees: a pure function of the seed and the step.

So a run that goes on from any step sees what one that was never stopped sees, and nothing of the order has to
be saved.
"""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
from jaxtyping import Int, Int32, Int64

_WINDOW = 16  # batches that are sorted by length together: enough that each is of like lengths


@dataclasses.dataclass(frozen=True, eq=False)
class Order:
    """Batches cut from an endless row of permutations, one an epoch, so that none is short.

    With `lengths`, the documents of every 16 batches in a row are sorted by length before they are cut
    into batches, and these are shuffled: the documents of a batch are then padded to about their own
    length, by which an encoder gains whose cost grows with padding. Each is still seen once an epoch.

    Attributes:
        seed: a whole number.
        rows: how many documents there are.
        batch: documents a step.
        lengths: int [rows], by which to sort; None to leave them as they are drawn.

    Example:
        >>> Order(seed=0, rows=4, batch=2).batches(step=0, count=4).shape
        (4, 2)

    Reference: sorting within a window, or bucketing, is common in machine translation: Morishita et al. 2017,
    "An empirical study of mini-batch creation strategies for neural machine translation".
    """

    seed: int
    rows: int
    batch: int
    lengths: Int[np.ndarray, " rows"] | None = None

    def batches(self, step: int, count: int) -> Int32[np.ndarray, "count batch"]:
        """The documents that the steps `step … step + count − 1` see."""
        if self.lengths is None:
            places = np.arange(step * self.batch, (step + count) * self.batch)
            return self.drawn(places).reshape(count, self.batch)
        windows = range(step // _WINDOW, (step + count - 1) // _WINDOW + 1)
        first = step - windows[0] * _WINDOW
        return np.concatenate([_window(self, number) for number in windows])[first : first + count]

    def drawn(self, places: Int64[np.ndarray, " places"]) -> Int32[np.ndarray, " places"]:
        """What lies at these places of the endless row, which ascend."""
        epochs = range(places[0] // self.rows, places[-1] // self.rows + 1)
        drawn = np.empty(len(places), np.int32)
        for epoch in epochs:
            here = places // self.rows == epoch
            drawn[here] = _permutation(self.seed, epoch, self.rows)[places[here] % self.rows]
        return drawn


@functools.lru_cache(maxsize=4)
def _window(order: Order, number: int) -> np.ndarray:
    """Sixteen batches, each of documents of like length: int32 [16, batch]; kept, as steps ask one by one."""
    assert order.lengths is not None
    size = _WINDOW * order.batch
    drawn = order.drawn(np.arange(number * size, (number + 1) * size))
    ordered = drawn[np.argsort(order.lengths[drawn], kind="stable")].reshape(_WINDOW, order.batch)
    return np.random.default_rng([order.seed, number, 1]).permutation(ordered)


@functools.lru_cache(maxsize=2)
def _permutation(seed: int, epoch: int, rows: int) -> np.ndarray:
    return np.random.default_rng([seed, epoch]).permutation(rows).astype(np.int32)
