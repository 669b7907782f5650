"""What may be learnt of a graph of nodes, as a config says it: walks, or a graph convolutional network."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from typing import Literal, get_args

import embedlab
from embedlab.checks import finite_fields, require, require_count
from embedlab.pretrain import NegativeSampling
from embedlab.text import Vocabulary
from experiments.checks import finite, require_choice, require_counts
from experiments.graph.base import Model
from experiments.graph.nodes import words
from experiments.graph.nodes.convolution import ClassConvolution, LinkConvolution
from experiments.graph.nodes.encoded import ConvolutionCode, NodeCode, WalkCode
from experiments.graph.nodes.seen import Seen
from experiments.graph.nodes.skip_gram import SkipGram
from experiments.graph.nodes.walks import require_between

Reads = Literal["auto", "words", "nodes", "both"]
_LONGEST = 2**12


@dataclasses.dataclass(frozen=True)
class NodeModel(Model):
    """What is learnt of a graph of nodes."""

    @abstractmethod
    def code(self, seen: Seen, spec: embedlab.Embedding, classes: int, known: Vocabulary | None) -> NodeCode:
        """An embedding on a graph: what is trained, and from parameters to numbers of all nodes.

        Args:
            seen: what may be seen of the graph.
            spec: the embedding.
            classes: how many there are; 0 where links are learnt.
            known: the vocabulary of a stored model; None to make it.

        Raises:
            ValueError: the graph has not what the model reads.
        """

    @property
    @abstractmethod
    def logits(self) -> bool:
        """Whether the numbers of a node are logits of classes, where classes are learnt."""


@Model.register_subclass("walks")
@dataclasses.dataclass(frozen=True)
class Walks(NodeModel):
    """DeepWalk, and with other p or q node2vec: skip-gram on random walks, of the edges alone.

    Classes are told by a logistic regression on the nodes' vectors, links by inner products of them.

    Attributes:
        walks: that begin at each node.
        length: nodes of a walk.
        window: nodes to each side that a node tells, at most.
        p: how much a walk avoids to turn back; 1 for DeepWalk.
        q: how much it avoids to go far; 1 for DeepWalk.
        negatives: nodes drawn against each real one.

    Raises:
        ValueError: a number below 1, a length above 4,096, or p or q outside 1e-6 … 1e6.

    Example:
        >>> Walks(p=0.5, q=2).length
        40

    Reference: Perozzi et al. 2014, "DeepWalk: online learning of social representations"; Grover & Leskovec
    2016, "node2vec: scalable feature learning for networks".
    """

    walks: int = 10
    length: int = 40
    window: int = 10
    p: float = 1.0
    q: float = 1.0
    negatives: int = 5

    def __post_init__(self) -> None:
        require_counts(self, _LONGEST, "walks", "window", "negatives")
        require_counts(self, _LONGEST, "length", least=2)
        finite_fields(self, "p", "q")
        for field in ("p", "q"):
            require_between(field, getattr(self, field))

    @property
    def logits(self) -> bool:
        """They are not."""
        return False

    def code(self, seen: Seen, spec: embedlab.Embedding, classes: int, known: Vocabulary | None) -> NodeCode:
        """See `NodeModel.code`."""
        ids = words.of_walks(seen, spec, known)
        learner = SkipGram(spec, self.window, self.length, NegativeSampling(self.negatives))
        return WalkCode(seen, ids, learner, self.walks, self.p, self.q)


@Model.register_subclass("gcn")
@dataclasses.dataclass(frozen=True)
class Gcn(NodeModel):
    """A graph convolutional network of two layers; the first is the embedding, as wide as its dim.

    Full batches: `train.batch` is 1, and a step is an epoch.

    Attributes:
        reads: what the embedding is of: words, those of a node's features, each by its share in them; nodes,
            a word for each, so that edges alone are known; both; or auto, words where there are any.
        penalty: factor of the L2 penalty on the vectors of all words, each once.
        width: numbers of a node whose inner products tell links.

    Raises:
        ValueError: another thing to read, a penalty that is none, or a width below 1.

    Example:
        >>> Gcn(reads="nodes").penalty
        0.0005

    Reference: Kipf & Welling 2017, "Semi-supervised classification with graph convolutional networks".
    """

    reads: Reads = "auto"
    penalty: float = 5e-4
    width: int = 16

    def __post_init__(self) -> None:
        require_choice("reads", self.reads, get_args(Reads))
        fits = finite(self.penalty) and self.penalty >= 0
        require(fits, "penalty", self.penalty, "give a finite number of at least 0")
        require_count("width", self.width)

    @property
    def logits(self) -> bool:
        """They are."""
        return True

    def read_of(self, seen: Seen) -> Reads:
        """What is read of a graph: `reads`, decided.

        Args:
            seen: of it.

        Raises:
            ValueError: words are to be read where no node has any.
        """
        there = len(seen.features.numbers) > 0
        if self.reads == "auto":
            return "words" if there else "nodes"
        remedy = "no node has a word of features; name their column with --data.features, or give nodes"
        require(there or self.reads == "nodes", "model.reads", self.reads, remedy)
        return self.reads

    def code(self, seen: Seen, spec: embedlab.Embedding, classes: int, known: Vocabulary | None) -> NodeCode:
        """See `NodeModel.code`."""
        read = self.read_of(seen)
        ids = words.of_bags(seen, spec, known, words=read != "nodes", nodes=read != "words")
        kind = ClassConvolution if classes else LinkConvolution
        learner = kind(spec, classes or self.width, len(ids.bags.ids), self.penalty)
        return ConvolutionCode(seen, ids, learner, reads_words=read != "nodes")
