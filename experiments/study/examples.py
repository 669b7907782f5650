"""Examples in memory, of which steps see batches in an order that follows from the seed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import jax

from embedlab.sparse import Sharding
from experiments.documents.feed import Feed, Part, filled, spared
from experiments.documents.order import Order
from experiments.mesh import everywhere


@dataclasses.dataclass(frozen=True, eq=False)
class Examples:
    """What is learnt from.

    Attributes:
        arrays: a tree of arrays [examples, …]; a step's loss gets those of its batch, [batch, …].
        buffers: the embedding's, for the ids in them.

    Raises:
        ValueError: no example, or arrays of different lengths.

    Example:
        >>> import numpy as np
        >>> examples = Examples({"ids": np.arange(6).reshape(3, 2), "label": np.arange(3)})
        >>> len(examples)
        3
    """

    arrays: Any
    buffers: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        lengths = {len(array) for array in jax.tree.leaves(self.arrays)}
        if len(lengths) != 1 or lengths == {0}:
            raise ValueError(
                f"arrays have lengths {sorted(lengths)}: give one of each example, and one at least"
            )

    def __len__(self) -> int:
        return len(jax.tree.leaves(self.arrays)[0])

    def feed(self, seed: int, batch: int, most: int, sharding: Sharding | None) -> Feed:
        """Gives steps their batches; see `experiments.training.learner.Learner.feed`."""
        return _InMemory(self, Order(seed, len(self), batch), most, sharding)


class _InMemory(Feed):
    """All examples lie on the device, or on each, and a step takes its own."""

    def __init__(self, examples: Examples, order: Order, most: int, sharding: Sharding | None) -> None:
        self._order, self._most = order, most
        self._arrays = everywhere(sharding, jax.tree.map(spared, examples.arrays))

    def parts(self, step: int, count: int) -> Iterator[Part]:
        batches = self._order.batches(step, count)
        for first in range(0, count, self._most):
            rows = batches[first : first + self._most]
            yield self._arrays, filled(rows, self._most), len(rows)
