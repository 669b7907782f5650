"""What the steps of a training are given: documents in memory, or read while the device works."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np

from experiments.order import Order
from experiments.prepare import Encoded, Unread
from experiments.widths import widths

_AHEAD = 128  # steps whose documents are read before they are asked for
_THREADS = 2  # that read; reading is copying, which lets others run

#: What `steps.take` is given: ids, lengths and labels of documents; int32 [steps, batch], which a step sees.
Part = tuple[tuple[Any, Any, Any], Any]


@dataclasses.dataclass(frozen=True, eq=False)
class Labelled:
    """Documents of a split, with labels [rows] or [rows, …]."""

    documents: Encoded | Unread
    labels: np.ndarray


class Feed(ABC):
    """Gives steps their documents, whose order follows from the seed and the step alone."""

    @abstractmethod
    def parts(self, step: int, count: int) -> Iterator[Part]:
        """What the steps `step … step + count − 1` see, in parts that each go to the device at once."""


def feed(train: Labelled, seed: int, batch: int, by_length: bool) -> Feed:
    """What feeds a training.

    Args:
        train: the documents to learn from.
        seed: of their order.
        batch: documents a step.
        by_length: whether a batch is made of documents of about one length.
    """
    lengths = train.documents.lengths if by_length else None
    order = Order(seed, len(train.labels), batch, lengths)
    if isinstance(train.documents, Unread):
        return _Read(train.documents, train.labels, order)
    return _InMemory(train.documents, train.labels, order)


class _InMemory(Feed):
    """All documents lie on the device, and a step takes its own."""

    def __init__(self, documents: Encoded, labels: np.ndarray, order: Order) -> None:
        self._order, self._lengths = order, documents.lengths
        self._ids = jax.device_put(documents.ids)
        self._rest = jax.device_put((documents.lengths, labels))
        self._cut: dict[int, Any] = {documents.width: self._ids}

    def parts(self, step: int, count: int) -> Iterator[Part]:
        rows = self._order.batches(step, count)
        if self._order.lengths is None:
            yield (self._ids, *self._rest), rows
            return
        for batch in rows:
            width = int(widths(self._lengths[batch].max(keepdims=True), self._ids.shape[1])[0])
            yield (self._of_width(width), *self._rest), batch[None]

    def _of_width(self, width: int) -> Any:
        if width not in self._cut:
            self._cut[width] = self._ids[:, :width]
        return self._cut[width]


class _Read(Feed):
    """The documents of the next steps are read by threads of grain's while the device works."""

    def __init__(self, documents: Unread, labels: np.ndarray, order: Order) -> None:
        self._documents, self._labels, self._order = documents, labels, order
        self._next, self._steps = -1, iter(())

    def parts(self, step: int, count: int) -> Iterator[Part]:
        if step != self._next:
            self._steps = self._from(step)
        self._next = step + count
        batches = [next(self._steps) for _ in range(count)]
        if self._order.lengths is None:
            ids, lengths, labels = (np.concatenate(arrays) for arrays in zip(*batches, strict=True))
            yield (ids, lengths, labels), np.arange(len(ids), dtype=np.int32).reshape(count, -1)
            return
        for ids, lengths, labels in batches:
            yield (ids, lengths, labels), np.arange(len(ids), dtype=np.int32)[None]

    def _from(self, step: int) -> Iterator[Any]:
        import grain  # it takes seconds, which a training in memory need not wait for

        steps = grain.MapDataset.range(step, np.iinfo(np.int32).max).map(self._read)
        return iter(steps.to_iter_dataset(grain.ReadOptions(_THREADS, _AHEAD)))

    def _read(self, step: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        rows = self._order.batches(int(step), 1)[0]
        ids, lengths = self._documents.take(rows)
        if self._order.lengths is not None:
            ids = ids[:, : widths(lengths.max(keepdims=True), ids.shape[1])[0]]
        return ids, lengths, self._labels[rows]
