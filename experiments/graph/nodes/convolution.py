"""A graph convolutional network whose first layer is an embedding: of the words of a node, or of the node."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

import embedlab
from embedlab.regularise import drop_components
from experiments.config import Train
from experiments.graph.nodes.propagation import spread
from experiments.study.learner import Learner


@dataclasses.dataclass(frozen=True)
class Convolution(Learner):
    """`Z = Â · drop(relu(Â · E)) · W + b`, E the sum of the vectors of each node's words by their weights.

    The embedding is the first layer: on bags of words it is the matrix that Kipf & Welling multiply features
    by, on a word a node it is that of features that are the identity. All nodes go through in one example.

    Attributes:
        spec: the embedding; its dim is the width of the hidden layer.
        outputs: numbers a node.
        words: ids that the nodes have together.
        penalty: factor of `½ Σ |e(word)|²` over the words, each once, which is L2 on the first layer.

    Reference: Kipf & Welling 2017, "Semi-supervised classification with graph convolutional networks"; 2016,
    "Variational graph auto-encoders", whose model without variance that of links is.
    """

    spec: embedlab.Embedding
    outputs: int
    words: int
    penalty: float

    @property
    def reads(self) -> int:
        """Ids of the one example: those of all nodes."""
        return self.words

    def layers(self, key: PRNGKeyArray) -> dict[str, Any]:
        """The second layer, as Glorot & Bengio 2010 draw it."""
        shape = (self.spec.dim, self.outputs)
        weight = jax.nn.initializers.glorot_uniform()(jax.random.split(key)[1], shape)
        return {"second": {"weight": weight, "bias": jnp.zeros(self.outputs)}}

    def first(
        self, parameters: dict[str, Any], buffers: Any, bags: Any, settings: Train | None, key: Any
    ) -> Float[Array, "bags dim"]:
        """E: the sum of the vectors of each bag's words.

        Args:
            parameters: as `init` makes them.
            buffers: the embedding's.
            bags: int32 `ids` and float `weights` [total], and int32 `offsets` [bags + 1], by name.
            settings: of the training, whose `dropout.words` takes words out and makes the others as much
                heavier; None to drop nothing.
            key: of what is dropped.
        """
        weights = bags["weights"]
        if settings is not None and settings.dropout.words:
            weights = drop_components(key, weights[:, None], settings.dropout.words)[:, 0]
        return embedlab.bag(
            self.spec,
            self.variables(parameters, buffers),
            bags["ids"],
            mode="sum",
            weights=weights,
            offsets=bags["offsets"],
        )

    def encode(
        self,
        parameters: dict[str, Any],
        buffers: Any,
        graph: Any,
        settings: Train | None = None,
        key: Any = None,
    ) -> Float[Array, "nodes outputs"]:
        """Z: the outputs of all nodes.

        Args:
            parameters: as `init` makes them.
            buffers: the embedding's.
            graph: `bags` of the nodes and `matrix`, the propagation.
            settings: of the training; None where nothing is dropped.
            key: of what is dropped.
        """
        of_words, of_hidden = (None, None) if key is None else jax.random.split(key)
        words = self.first(parameters, buffers, graph["bags"], settings, of_words)
        hidden = jax.nn.relu(spread(graph["matrix"], words))
        if settings is not None and of_hidden is not None and settings.dropout.components:
            hidden = drop_components(of_hidden, hidden, settings.dropout.components)
        layer = parameters["second"]
        return spread(graph["matrix"], hidden @ layer["weight"]) + layer["bias"]

    def alone(self, parameters: dict[str, Any], buffers: Any, bags: Any) -> Float[Array, "bags outputs"]:
        """The outputs of nodes without neighbours, of whom Â is 1: such as are not in the graph.

        Args:
            parameters: as `init` makes them.
            buffers: the embedding's.
            bags: as `first` takes them.
        """
        layer = parameters["second"]
        hidden = jax.nn.relu(self.first(parameters, buffers, bags, None, None))
        return hidden @ layer["weight"] + layer["bias"]

    def _penalty(self, parameters: dict[str, Any], buffers: Any, words: Any) -> Any:
        if not self.penalty:
            return 0.0
        vectors = embedlab.embed(self.spec, self.variables(parameters, buffers), words)
        return self.penalty * jnp.square(vectors).sum() / 2


@dataclasses.dataclass(frozen=True)
class ClassConvolution(Convolution):
    """The network that tells the classes of nodes: cross-entropy over those to learn from."""

    def loss(
        self, parameters: dict[str, Any], buffers: Any, batch: Any, key: PRNGKeyArray, settings: Train
    ) -> Float[Array, ""]:
        """The mean loss of the training nodes, and the penalty.

        Args:
            parameters: as `init` makes them.
            buffers: the embedding's.
            batch: the one example: `graph`, the distinct `words`, and `nodes` with their `labels`.
            key: of dropout.
            settings: of the training.
        """
        one = jax.tree.map(lambda x: x[0], batch)
        logits = self.encode(parameters, buffers, one["graph"], settings, key)[one["nodes"]]
        log_chances = jax.nn.log_softmax(logits)
        losses = -jnp.take_along_axis(log_chances, one["labels"][:, None], axis=1)
        return losses.mean() + self._penalty(parameters, buffers, one["words"])


@dataclasses.dataclass(frozen=True)
class LinkConvolution(Convolution):
    """The network that tells which nodes are linked: the logistic loss of inner products of its outputs.

    Each step draws as many pairs of nodes as there are edges; by chance a few of them are edges.
    """

    def loss(
        self, parameters: dict[str, Any], buffers: Any, batch: Any, key: PRNGKeyArray, settings: Train
    ) -> Float[Array, ""]:
        """The mean loss of edges and of pairs that are drawn, and the penalty.

        Args:
            parameters: as `init` makes them.
            buffers: the embedding's.
            batch: the one example: `graph`, the distinct `words`, and `edges` [edges, 2].
            key: of dropout and of pairs.
            settings: of the training.
        """
        one = jax.tree.map(lambda x: x[0], batch)
        of_dropout, of_pairs = jax.random.split(key)
        outputs = self.encode(parameters, buffers, one["graph"], settings, of_dropout)
        drawn = jax.random.randint(of_pairs, one["edges"].shape, 0, len(outputs))
        linked, others = (inner(outputs, pairs) for pairs in (one["edges"], drawn))
        losses = jax.nn.softplus(-linked).mean() + jax.nn.softplus(others).mean()
        return losses + self._penalty(parameters, buffers, one["words"])


def inner(outputs: Float[Array, "nodes width"], pairs: Any) -> Float[Array, " pairs"]:
    """The inner products of pairs of rows, float [pairs].

    Args:
        outputs: float [nodes, width].
        pairs: integers [pairs, 2].
    """
    return (outputs[pairs[:, 0]] * outputs[pairs[:, 1]]).sum(-1)
