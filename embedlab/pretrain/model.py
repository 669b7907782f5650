"""A model of words in a text: which vectors tell which, for any kind of embedding."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from embedlab import lookup
from embedlab.base import ABSENT, Embedding, Variables
from embedlab.checks import require, require_count
from embedlab.dense import Dense
from embedlab.initialisers import Constant
from embedlab.pretrain.huffman import HierarchicalSoftmax
from embedlab.pretrain.objective import Objective
from embedlab.pretrain.sampling import Noise
from embedlab.pretrain.skip_gram import NegativeSampling, SampledSoftmax
from embedlab.pretrain.windows import Strips, Windows

Architecture = Literal["skip-gram", "cbow"]


@dataclasses.dataclass(frozen=True)
class WordModel:
    """Vectors of words, trained to tell the words around them; static under `jit`.

    Skip-gram: the vector of a word tells each of those around it. CBOW: the mean of those around it tells the
    word. What is told has vectors of its own, the output table, which is thrown away in the end.

    Attributes:
        spec: the embedding, of any kind; ids are word numbers, 0 … vocabulary − 1.
        vocabulary: how many words there are.
        architecture: `skip-gram` or `cbow`.
        windows: how far a word sees.
        objective: the loss.
        full_rows: whether all that a vector is the mean of takes the whole gradient of that vector, as in
            word2vec and fastText: the rows of a word, where several make one, and in CBOW the words around;
            else their share, the true gradient of the mean.

    Raises:
        ValueError: a vocabulary below 2, another architecture, or something that is no objective.

    Example:
        >>> model = WordModel(Dense(50, 8), 50)
        >>> params = model.init(jax.random.key(0))
        >>> draw, noise = np.random.default_rng(0), Noise(np.ones(50))
        >>> words = draw.integers(0, 50, 100)
        >>> batch = model.batch(model.windows.cut(words, words // 90, draw), noise, draw)
        >>> bool(model.loss(params, *batch) > 0)
        True

    Reference: Mikolov et al. 2013, "Efficient estimation of word representations in vector space"; with
    n-grams Bojanowski et al. 2017; for CBOW's mean İrsoy et al. 2021, "Corrected CBOW performs as well as
    skip-gram".
    """

    spec: Embedding
    vocabulary: int
    architecture: Architecture = "skip-gram"
    windows: Windows = Windows()
    objective: Objective = NegativeSampling()
    full_rows: bool = False

    def __post_init__(self) -> None:
        require_count("vocabulary", self.vocabulary, 2)
        known = self.architecture in get_args(Architecture)
        require(known, "architecture", self.architecture, "choose skip-gram or cbow")
        made = isinstance(self.objective, Objective)
        require(made, "objective", self.objective, "give one, such as NegativeSampling()")
        require(isinstance(self.full_rows, bool), "full_rows", self.full_rows, "give True or False")

    @property
    def outputs(self) -> Dense:
        """The output table, float [vocabulary, dim]: a row a word, or a node of the tree; zeros at first."""
        return Dense(self.vocabulary, self.spec.dim, Constant(0.0))

    def init(self, key: PRNGKeyArray, buffers: Mapping[str, Any] | None = None) -> dict[str, Variables]:
        """The arrays before training.

        Args:
            key: random key.
            buffers: of the embedding.

        Returns:
            `words`, the embedding, and `outputs`.
        """
        return {"words": self.spec.init(key, buffers), "outputs": self.outputs.init(key)}

    def batch(self, strips: Strips, noise: Noise, draw: np.random.Generator) -> tuple[np.ndarray, ...]:
        """What `loss` takes of some strips.

        Args:
            strips: n of them.
            noise: gives the words that are drawn.
            draw: random numbers.

        Returns:
            Words and sentences int32 [n, wide], reach int32 [n, s], drawn words int32 [n, k].
        """
        k = getattr(self.objective, "shared", 0)
        return (*strips, noise.draw(draw, (len(strips.words), k)))

    def loss(
        self,
        params: Mapping[str, Variables],
        words: Any,
        sentences: Any,
        reach: Any,
        drawn: Any,
        paths: Any = None,
        log_chances: Any = None,
    ) -> Float[Array, ""]:
        """The loss of strips, summed over all pairs.

        Args:
            params: of `init`.
            words: int32 [n, wide].
            sentences: int32 [n, wide].
            reach: int32 [n, s].
            drawn: int32 [n, k].
            paths: for hierarchical softmax, the `Paths` of words.
            log_chances: for sampled softmax, float32 [vocabulary], of `Noise`.

        Returns:
            Float scalar.
        """
        pairs = jnp.asarray(self.windows.pairs(words, sentences, reach))
        centres = self.windows.centres(words)
        if self.architecture == "skip-gram":
            hidden, targets, real = self._vectors(params["words"], centres), words, pairs
        else:
            around = self._vectors(params["words"], words)
            weight = pairs / jnp.maximum(pairs.sum(-1, keepdims=True), 1)
            hidden, targets = weight.astype(around.dtype) @ around, centres
            if self.full_rows:
                hidden = _with_more_gradient(hidden, pairs.sum(-1, keepdims=True))
            real = jnp.eye(self.windows.strip, dtype=bool) & pairs.any(-1, keepdims=True)
        if isinstance(self.objective, HierarchicalSoftmax):
            return self._by_tree(params["outputs"], hidden, targets, real, paths)
        both = self._output(params["outputs"], jnp.concatenate([targets, drawn], 1))
        of_targets, of_drawn = jnp.split(both, [targets.shape[1]], 1)
        chances = None
        if log_chances is not None:
            chances = tuple(log_chances[jnp.where(x == ABSENT, 0, x)] for x in (targets, drawn))
        assert isinstance(self.objective, NegativeSampling | SampledSoftmax)
        return self.objective.loss(hidden, of_targets, real, of_drawn, chances)

    def _vectors(self, variables: Variables, ids: Any) -> Any:
        vectors = lookup.embed(self.spec, variables, ids)
        if not self.full_rows:
            return vectors
        (found,) = lookup.lookups(self.spec, variables, ids)
        return _with_more_gradient(vectors, found.mask.sum(-1, keepdims=True))

    def _output(self, variables: Variables, ids: Any) -> Any:
        return lookup.embed(self.outputs, variables, ids)

    def _by_tree(self, outputs: Variables, hidden: Any, targets: Any, real: Any, paths: Any) -> Any:
        assert isinstance(self.objective, HierarchicalSoftmax)
        known = jnp.where(targets == ABSENT, 0, targets)
        nodes = self._output(outputs, paths.nodes[known])
        return self.objective.loss(hidden, nodes, paths.signs[known], real)


def _with_more_gradient(means: Any, numbers: Any) -> Any:
    """The same vectors, of which `numbers` times the gradient comes back: what a mean took its share of."""
    return means + (jnp.maximum(numbers, 1) - 1) * (means - jax.lax.stop_gradient(means))
