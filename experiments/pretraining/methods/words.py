"""Skip-gram and CBOW over a text on disk."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from jaxtyping import PRNGKeyArray

import embedlab
from embedlab.checks import finite_fields, require, require_count
from embedlab.pretrain import (
    HierarchicalSoftmax,
    NegativeSampling,
    Noise,
    Objective,
    Paths,
    SampledSoftmax,
    Windows,
    WordModel,
    huffman,
    keep_probabilities,
)
from embedlab.pretrain.model import Architecture
from embedlab.pretrain.phrases import BREAK
from experiments.checks import require_bool
from experiments.pretraining.encoded import Encoded, Tell
from experiments.pretraining.methods.base import Batches, Lesson, Method, draws
from experiments.pretraining.schedule import Schedule

_BLOCK = 2**18  # numbers of the text a block


@dataclasses.dataclass(frozen=True)
class Words(Method):
    """What skip-gram and CBOW have in common.

    Attributes:
        window: words to each side that a word sees, at most.
        dynamic: whether that is drawn from 1 … window for each position, so that near words count more.
        subsample: words whose share of the text is above it are passed over at times, the more the more
            frequent they are; 0 for none.
        objective: negative sampling, sampled softmax or hierarchical softmax.
        noise: power of a word's count that makes its chance to be drawn.
        strip: positions in a row that share the words drawn against them.
        full_rows: whether all that a vector is the mean of takes the whole gradient of that vector, as in
            word2vec and fastText: the rows of a word, where several make one, and in CBOW the words around;
            else their share, which wants a higher rate.

    Raises:
        ValueError: a count below 1, a share below 0, or another value that its field does not take.
    """

    architecture: ClassVar[Architecture]

    window: int = 5
    dynamic: bool = True
    subsample: float = 1e-3
    objective: Objective = NegativeSampling()
    noise: float = 0.75
    strip: int = 16
    full_rows: bool = True

    def __post_init__(self) -> None:
        require_count("window", self.window)
        require_count("strip", self.strip)
        finite_fields(self, "subsample", "noise")
        require(self.subsample >= 0, "subsample", self.subsample, "give a share of at least 0")
        require_bool("dynamic", self.dynamic)
        require_bool("full_rows", self.full_rows)
        made = isinstance(self.objective, Objective)
        require(made, "objective", self.objective, "give one, such as NegativeSampling()")

    def lesson(
        self, spec: embedlab.Embedding, encoded: Encoded, train: Schedule, seed: int, tell: Tell
    ) -> Lesson:
        windows = Windows(self.window, self.dynamic, min(self.strip, train.batch))
        model = WordModel(
            spec, len(encoded.words), self.architecture, windows, self.objective, self.full_rows
        )
        return _Lesson(self, model, encoded, train.batch, seed)


@Method.register_subclass("skip-gram")
@dataclasses.dataclass(frozen=True)
class SkipGram(Words):
    """The vector of a word tells each of those around it.

    Reference: Mikolov et al. 2013, "Distributed representations of words and phrases and their
    compositionality"; Bojanowski et al. 2017 (subwords).
    """

    architecture = "skip-gram"


@Method.register_subclass("cbow")
@dataclasses.dataclass(frozen=True)
class Cbow(Words):
    """The mean of the vectors around a word tells it.

    Reference: Mikolov et al. 2013, "Efficient estimation of word representations in vector space"; for
    `full_rows=False` İrsoy et al. 2021, "Corrected CBOW performs as well as skip-gram".
    """

    architecture = "cbow"


class _Lesson(Lesson):
    """A word model on an encoded text."""

    unit = "words"

    def __init__(self, settings: Words, model: WordModel, encoded: Encoded, batch: int, seed: int) -> None:
        self._model, self._encoded, self._seed = model, encoded, seed
        self.spec = model.spec
        self._strips = max(1, batch // model.windows.strip)  # of a step
        self._noise = Noise(encoded.counts, settings.noise)
        self._keep = keep_probabilities(encoded.counts, settings.subsample)
        self.blocks = max(1, math.ceil(len(encoded.tokens) / _BLOCK))
        looked_at = float((encoded.counts * self._keep.astype(np.float64)).sum())
        self.steps = max(1.0, looked_at / (self._strips * model.windows.strip))
        self._raw = encoded.raw_words / max(1, int(encoded.counts.sum()))

    def init(self, key: PRNGKeyArray, buffers: Any) -> dict[str, Any]:
        params: dict[str, Any] = dict(self._model.init(key, buffers))
        constants: dict[str, Any] = {}
        if isinstance(self._model.objective, HierarchicalSoftmax):
            constants |= huffman(self._encoded.counts)._asdict()
        if isinstance(self._model.objective, SampledSoftmax):
            constants["log_chances"] = self._noise.log_probabilities
        return {**params, "constants": embedlab.Variables({}, {}, constants)}

    def loss(self, params: Mapping[str, Any], *batch: Any) -> Any:
        constants = dict(params["constants"].buffers)
        chances = constants.pop("log_chances", None)
        paths = Paths(**constants) if constants else None
        words, sentences, reach, drawn = batch
        return self._model.loss(params, words, sentences, reach, drawn, paths, chances)

    def batches(self, epoch: int, block: int) -> Batches:
        draw = draws(self._seed, epoch, block)
        tokens = np.asarray(self._encoded.tokens[block * _BLOCK : (block + 1) * _BLOCK])
        words = tokens != BREAK
        sentences = np.cumsum(~words, dtype=np.int32)
        kept = words.copy()
        kept[words] = draw.random(int(words.sum()), np.float32) < self._keep[tokens[words]]
        strips = self._model.windows.cut(tokens[kept], sentences[kept], draw)
        arrays = self._model.batch(strips, self._noise, draw)
        return tuple(self._stepwise(array, fill) for array, fill in zip(arrays, _FILL, strict=True))

    def size(self, block: int) -> int:
        tokens = self._encoded.tokens[block * _BLOCK : (block + 1) * _BLOCK]
        return round(self._raw * int((tokens != BREAK).sum()))

    def _stepwise(self, array: np.ndarray, fill: int) -> np.ndarray:
        """Strips [n, …] as steps [steps, strips, …]; the last is filled up with strips of no word."""
        steps = max(1, -(-len(array) // self._strips))
        short = steps * self._strips - len(array)
        filled = np.pad(array, ((0, short), (0, 0)), constant_values=fill)
        return filled.reshape(steps, self._strips, *array.shape[1:])


#: What strips of no word hold: no word, no sentence, no reach, and any word drawn against none.
_FILL = (embedlab.base.ABSENT, -1, 0, 0)
