"""Skip-gram on walks: a node's vector tells the nodes that walks meet near it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

import embedlab
from embedlab.pretrain import NegativeSampling, Noise
from embedlab.sparse import Sharding
from experiments.config import Train
from experiments.documents.feed import Feed
from experiments.graph.nodes.graph import Adjacency
from experiments.graph.nodes.walks import ENDED, walks
from experiments.study.examples import Examples
from experiments.study.learner import Learner

_NOISE = 8  # words drawn for each walk; a step takes from all of its walks'


@dataclasses.dataclass(frozen=True, eq=False)
class Walked:
    """A graph to walk on, and the words that its nodes are as themselves and as what others meet.

    Attributes:
        graph: the neighbours of each node: those alone that may be seen.
        nodes: int32 [nodes], the id of each node's own word.
        contexts: int32 [nodes], that of its word as a context.
        buffers: the embedding's, for these ids.
        each: walks that begin at each node.
        length: nodes of a walk.
        p: see `walks`.
        q: see `walks`.
    """

    graph: Adjacency
    nodes: np.ndarray
    contexts: np.ndarray
    buffers: Mapping[str, Any]
    each: int
    length: int
    p: float
    q: float

    def examples(self, seed: int) -> Examples:
        """The walks of one training, as examples: words of their nodes, as themselves and as contexts.

        A node without neighbours walks nowhere; it has no example.

        Args:
            seed: of the training.
        """
        draw = np.random.default_rng([seed, 16])
        begin = np.repeat(np.flatnonzero(self.graph.degrees), self.each)
        found = walks(self.graph, begin, self.length, draw, p=self.p, q=self.q)
        counts = np.bincount(found[found != ENDED], minlength=len(self.nodes))
        noise = self.contexts[Noise(counts).draw(draw, (len(found), _NOISE))]
        arrays = {"words": self.nodes[found], "contexts": self.contexts[found], "noise": noise}
        return Examples(arrays, self.buffers)


@dataclasses.dataclass(frozen=True)
class SkipGram(Learner):
    """Skip-gram with negative sampling on whole walks; see `embedlab.pretrain`.

    Each node has a word for itself and one as a context, in one embedding: what pretraining calls the output
    table is hashed, or trained by rows, as the rest is.

    Attributes:
        spec: the embedding.
        window: nodes to each side, at most; each position sees 1 … window, drawn evenly.
        length: nodes of a walk.
        sampling: the loss.
    """

    spec: embedlab.Embedding
    window: int
    length: int
    sampling: NegativeSampling

    @property
    def reads(self) -> int:
        """Ids that a walk reads: its nodes, as themselves and as contexts."""
        return 2 * self.length

    def layers(self, key: PRNGKeyArray) -> dict[str, Any]:
        """None: all that is trained are vectors of words."""
        return {}

    def feed(self, train: Any, seed: int, batch: int, most: int, sharding: Sharding | None) -> Feed:
        """Gives steps the walks of this seed."""
        return train.examples(seed).feed(seed, batch, most, sharding)

    def loss(
        self, parameters: dict[str, Any], buffers: Any, batch: Any, key: PRNGKeyArray, settings: Train
    ) -> Float[Array, ""]:
        """The loss of some walks, a position in the mean.

        Args:
            parameters: of the embedding.
            buffers: the embedding's.
            batch: int32 `words` and `contexts` [walks, length] and `noise` [walks, …].
            key: of how far positions see, and of the nodes that are drawn against.
            settings: of the training.
        """
        words, contexts = batch["words"], batch["contexts"]
        count, length = words.shape
        of_reach, of_noise = jax.random.split(key)
        reach = jax.random.randint(of_reach, (count, length, 1), 1, self.window + 1)
        place = jnp.arange(length)
        far = jnp.abs(place[:, None] - place)
        real = (far > 0) & (far <= reach)
        pool = batch["noise"].reshape(-1)
        drawn = pool[jax.random.randint(of_noise, (count, self.sampling.shared), 0, len(pool))]
        variables = self.variables(parameters, buffers)
        hidden = embedlab.embed(self.spec, variables, words)
        outputs = embedlab.embed(self.spec, variables, jnp.concatenate([contexts, drawn], axis=1))
        targets, against = jnp.split(outputs, [length], axis=1)
        return self.sampling.loss(hidden, targets, real, against, None) / (count * length)
