"""An embedding on a graph: what is trained, and from parameters to numbers of all nodes."""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from typing import Any

import jax
import numpy as np
from jaxtyping import Float32

from experiments.graph.nodes.convolution import ClassConvolution, Convolution
from experiments.graph.nodes.propagation import propagation
from experiments.graph.nodes.seen import Seen
from experiments.graph.nodes.skip_gram import SkipGram, Walked
from experiments.graph.nodes.words import Ids, of_lines
from experiments.pretraining.methods.base import vectors_of
from experiments.study.examples import Examples
from experiments.study.learner import Learner


class NodeCode(ABC):
    """An embedding on a graph.

    Attributes:
        seen: what may be seen of the graph.
        ids: its words.
        learner: what is trained.
        train: what is learnt from.
        takes_words: whether a node that is not in the graph can be told by the words of its features.
    """

    seen: Seen
    ids: Ids
    learner: Learner
    train: Any
    takes_words: bool = False

    @abstractmethod
    def outputs(self, parameters: dict[str, Any]) -> Float32[np.ndarray, "nodes width"]:
        """The numbers of all nodes, float32 [nodes, width].

        Args:
            parameters: as `learner.init` makes them.
        """

    def outputs_of(
        self, parameters: dict[str, Any], lines: list[list[str]]
    ) -> Float32[np.ndarray, "lines width"]:
        """The numbers of nodes that are not in the graph.

        Args:
            parameters: as `learner.init` makes them.
            lines: the words of each.

        Raises:
            ValueError: such a node can't be told, as `takes_words` says.
        """
        raise ValueError("nodes that are not in the graph have no walks, and so no vectors")


class WalkCode(NodeCode):
    """Skip-gram on walks: the numbers of a node are its vector."""

    def __init__(self, seen: Seen, ids: Ids, learner: SkipGram, each: int, p: float, q: float) -> None:
        self.seen, self.ids, self.learner = seen, ids, learner
        self.train = Walked(seen.adjacency, ids.nodes, ids.contexts, ids.buffers, each, learner.length, p, q)

    def outputs(self, parameters: dict[str, Any]) -> Float32[np.ndarray, "nodes width"]:
        """Their vectors."""
        variables = self.learner.variables(parameters, self.ids.buffers)
        return vectors_of(self.learner.spec, variables, self.ids.nodes)


class ConvolutionCode(NodeCode):
    """A graph convolutional network: the numbers of a node are its outputs."""

    learner: Convolution

    def __init__(self, seen: Seen, ids: Ids, learner: Convolution, *, reads_words: bool) -> None:
        self.seen, self.ids, self.learner = seen, ids, learner
        self.takes_words = reads_words
        self._graph = {
            "bags": ids.bags._asdict(),
            "matrix": propagation(seen.adjacency)._asdict(),
        }
        learnt: dict[str, np.ndarray]
        if isinstance(learner, ClassConvolution):
            learnt = {"nodes": seen.train, "labels": seen.labels[seen.train]}
        else:
            learnt = {"edges": seen.edges}
        one = {"graph": self._graph, "words": ids.distinct, **learnt}
        self.train = Examples(jax.tree.map(lambda x: x[None], one), ids.buffers)

    def outputs(self, parameters: dict[str, Any]) -> Float32[np.ndarray, "nodes width"]:
        """Those of the network."""
        return np.asarray(_encode(self.learner, parameters, self.ids.buffers, self._graph))

    def outputs_of(
        self, parameters: dict[str, Any], lines: list[list[str]]
    ) -> Float32[np.ndarray, "lines width"]:
        """See `NodeCode.outputs_of`."""
        bags, buffers = of_lines(self.learner.spec, self.ids.vocabulary, lines)
        return np.asarray(self.learner.alone(parameters, buffers, bags._asdict()))


@functools.partial(jax.jit, static_argnames="learner")
def _encode(learner: Convolution, parameters: Any, buffers: Any, graph: Any) -> Any:
    return learner.encode(parameters, buffers, graph)
