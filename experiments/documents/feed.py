"""What the steps of a training are given: documents in memory, or read while the device works."""

from __future__ import annotations

import dataclasses
import functools
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from embedlab.sparse import Sharding
from experiments.documents.order import Order
from experiments.documents.prepare import Encoded, Unread
from experiments.documents.widths import widths
from experiments.mesh import everywhere

_AHEAD = 128  # steps whose documents are read before they are asked for
_THREADS = 2  # that read; reading is copying, which lets others run

#: What `steps.take` is given: a tree of arrays [examples, …], as ids, lengths and labels of documents;
#: int32 [most, batch], which of them a step sees; and how many steps there are, of which the rest is no step.
#: Of few shapes: each is compiled.
Part = tuple[Any, np.ndarray, int]


@dataclasses.dataclass(frozen=True, eq=False)
class Labelled:
    """Documents of a split, with what is learnt of them.

    Attributes:
        documents: n of them.
        labels: a tree of arrays [n, …], as `Task.encode` makes it; int32 [n] for classes.
    """

    documents: Encoded | Unread
    labels: Any

    @property
    def buffers(self) -> dict[str, np.ndarray]:
        """The embedding's, for these documents."""
        return self.documents.buffers


class Feed(ABC):
    """Gives steps their documents, whose order follows from the seed and the step alone."""

    @abstractmethod
    def parts(self, step: int, count: int) -> Iterator[Part]:
        """What the steps `step … step + count − 1` see, in parts that each go to the device at once."""


def feed(
    train: Labelled, seed: int, batch: int, most: int, by_length: bool, sharding: Sharding | None = None
) -> Feed:
    """What feeds a training.

    Args:
        train: the documents to learn from.
        seed: of their order.
        batch: documents a step.
        most: steps that a part has at most.
        by_length: whether a batch is made of documents of about one length, and is a part by itself.
        sharding: of the mesh that the steps are taken on; None for one device.
    """
    order = Order(seed, len(train.documents), batch, train.documents.longest if by_length else None)
    most = 1 if by_length else most
    if isinstance(train.documents, Unread):
        return _Read(train, order, most)
    return _InMemory(train, order, most, sharding)


class _InMemory(Feed):
    """All documents lie on the device, or on each, and a step takes its own."""

    def __init__(self, train: Labelled, order: Order, most: int, sharding: Sharding | None) -> None:
        documents = train.documents
        assert isinstance(documents, Encoded)
        self._order, self._most, self._longest = order, most, documents.longest
        self._ids = everywhere(sharding, spared(documents.ids))
        self._rest = everywhere(sharding, (spared(documents.lengths), jax.tree.map(spared, train.labels)))
        self._cut: dict[int, Any] = {documents.width: self._ids}

    def parts(self, step: int, count: int) -> Iterator[Part]:
        batches = self._order.batches(step, count)
        for first in range(0, count, self._most):
            rows = batches[first : first + self._most]
            width = self._ids.shape[1]
            if self._order.lengths is not None:
                width = int(widths(self._longest[rows].max(1), width)[0])
            yield (self._of_width(width), *self._rest), filled(rows, self._most), len(rows)

    def _of_width(self, width: int) -> Any:
        if width not in self._cut:
            self._cut[width] = self._ids[:, :width]
        return self._cut[width]


def spared(rows: np.ndarray) -> np.ndarray:
    """With rows to spare, 3 % at most, which no step takes: so folds, of about one size, are of one shape."""
    step = 1 << max(0, len(rows).bit_length() - 6)
    return np.pad(rows, ((0, -len(rows) % step), *[(0, 0)] * (rows.ndim - 1)))


class _Read(Feed):
    """The documents of the next steps are read by threads of grain's while the device works."""

    def __init__(self, train: Labelled, order: Order, most: int) -> None:
        self._train, self._order, self._most = train, order, most
        self._next, self._steps = -1, iter(())

    def parts(self, step: int, count: int) -> Iterator[Part]:
        if step != self._next:
            self._steps = self._from(step)
        self._next = step + count
        for first in range(0, count, self._most):
            batches = [next(self._steps) for _ in range(min(self._most, count - first))]
            arrays: Any = jax.tree.map(lambda *parts: np.concatenate(parts), *batches)
            rows = np.arange(len(batches) * self._order.batch, dtype=np.int32).reshape(len(batches), -1)
            whole = jax.tree.map(functools.partial(filled, rows=self._most * self._order.batch), arrays)
            yield whole, filled(rows, self._most), len(batches)

    def _from(self, step: int) -> Iterator[Any]:
        import grain  # it takes seconds, which a training in memory need not wait for

        steps = grain.MapDataset.range(step, np.iinfo(np.int32).max).map(self._read)
        return iter(steps.to_iter_dataset(grain.ReadOptions(_THREADS, _AHEAD)))

    def _read(self, step: int) -> tuple[np.ndarray, np.ndarray, Any]:
        rows = self._order.batches(int(step), 1)[0]
        ids, lengths = self._train.documents.take(rows)
        if self._order.lengths is not None:
            ids = ids[:, : widths(lengths.max(keepdims=True).ravel(), ids.shape[1])[0]]
        return ids, lengths, jax.tree.map(lambda x: x[rows], self._train.labels)


def filled(array: np.ndarray, rows: int) -> np.ndarray:
    """The array with rows of zeros after its own, up to so many."""
    return np.concatenate([array, np.zeros((rows - len(array), *array.shape[1:]), array.dtype)])
