"""GloVe over the counts of a text on disk."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float32, PRNGKeyArray

import embedlab
from embedlab import pretrain
from embedlab.checks import finite_fields, require, require_count
from embedlab.pretrain.phrases import BREAK
from experiments.checks import require_bool
from experiments.pretraining.encoded import Encoded, Tell
from experiments.pretraining.methods.base import Batches, Lesson, Method, draws
from experiments.pretraining.schedule import Schedule

_TEXT = 2**20  # numbers that are counted at a time
_BLOCK = 2**19  # pairs a block


@Method.register_subclass("glove")
@dataclasses.dataclass(frozen=True)
class Glove(Method):
    """The product of two vectors tells the logarithm of how often their words stand near each other.

    The counts lie in memory, some 30 bytes for each pair of words that occurs.

    Attributes:
        window: words to each side that are near.
        harmonic: whether a pair counts less the farther apart its words are.
        most: count from which all pairs weigh alike.
        power: of smaller counts.
        sums: whether a word's vector in the end is the sum of its own and of that which it has as a context,
            which is a little better; else its own alone, and a Subword is written as a fastText model too.

    Raises:
        ValueError: a window below 1, a number or a switch that is none, or `most` of 0 or less.

    Reference: Pennington, Socher & Manning 2014, "GloVe: global vectors for word representation"; trained by
    Adagrad there, at a rate of 0.05.
    """

    window: int = 10
    harmonic: bool = True
    most: float = 100.0
    power: float = 0.75
    sums: bool = True

    def __post_init__(self) -> None:
        require_count("window", self.window)
        require_bool("harmonic", self.harmonic)
        require_bool("sums", self.sums)
        finite_fields(self, "most", "power")
        require(self.most > 0, "most", self.most, "give a count above 0")

    def lesson(
        self, spec: embedlab.Embedding, encoded: Encoded, train: Schedule, seed: int, tell: Tell
    ) -> Lesson:
        counts = pretrain.Cooccurrence(len(encoded.words), self.window, self.harmonic)
        tokens = encoded.tokens
        for first in range(0, len(tokens), _TEXT):
            start = max(0, first - self.window)  # what the first words of a piece stand near, in a long line
            piece = np.asarray(tokens[start : first + _TEXT])
            words = piece != BREAK
            before = int(words[: first - start].sum())
            counts.add(piece[words], np.cumsum(~words)[words], before)
            tell(min(first + _TEXT, len(tokens)), len(tokens))
        model = pretrain.Glove(spec, len(encoded.words), self.most, self.power)
        pairs = counts.pairs()
        if not len(pairs.words):
            raise ValueError("no two words stand in one line; give text with a sentence or more a line")
        return _Lesson(model, pairs, train.batch, seed, self.sums)


class _Lesson(Lesson):
    """GloVe on counted pairs, in an order drawn anew each epoch."""

    unit = "pairs"

    def __init__(
        self, model: pretrain.Glove, pairs: pretrain.Pairs, batch: int, seed: int, sums: bool
    ) -> None:
        self._model, self._pairs, self._batch, self._seed = model, pairs, batch, seed
        self.spec, self._sums = model.spec, sums
        self.blocks = math.ceil(len(pairs.words) / self._size)
        self.steps = len(pairs.words) / batch

    @property
    def _size(self) -> int:
        """Pairs a block: whole steps."""
        return max(1, _BLOCK // self._batch) * self._batch

    def init(self, key: PRNGKeyArray, buffers: Any) -> dict[str, Any]:
        return dict(self._model.init(key, buffers))

    def loss(self, params: Mapping[str, Any], *batch: Any) -> Any:
        return self._model.loss(params, *batch)

    def batches(self, epoch: int, block: int) -> Batches:
        rows = self._order(epoch)[block * self._size : (block + 1) * self._size]
        short = -len(rows) % self._batch  # filled up with pairs of count 0, which are none
        return tuple(np.pad(x[rows], (0, short)).reshape(-1, self._batch) for x in self._pairs)

    def size(self, block: int) -> int:
        return min(self._size, len(self._pairs.words) - block * self._size)

    def vectors(self, params: Mapping[str, Any], ids: np.ndarray) -> Float32[np.ndarray, "ids dim"]:
        own = super().vectors(params, ids)
        return own + np.asarray(params["outputs"].tables["table"], np.float32)[ids] if self._sums else own

    @functools.lru_cache(maxsize=1)  # noqa: B019 — a lesson lives as long as the program
    def _order(self, epoch: int) -> np.ndarray:
        return draws(self._seed, epoch, 0).permutation(len(self._pairs.words))
