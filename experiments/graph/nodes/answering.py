"""A stored model of nodes: names in, classes or the most likely neighbours out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from experiments.graph.nodes.models import NodeModel
from experiments.graph.nodes.read import Classes, Logistic, Softmax
from experiments.graph.nodes.seen import Seen
from experiments.nearest import nearest_first
from experiments.study.application import Answering, Stored
from experiments.tasks import CLASSES

_SHOWN = 5  # neighbours
_COMPARED = 20_000  # names that a mistyped one may have been
_OWN = "a model of a graph answers for its own nodes; train anew with the edges of this one"


class NodeAnswering(Answering):
    """What both kinds of stored model have in common."""

    def __init__(self, stored: Stored) -> None:
        self.seen, self.classes = Seen.of(stored.kept), stored.names
        self.model: NodeModel = stored.config.model
        self.code = self.model.code(self.seen, stored.config.embedding, len(stored.names), stored.vocabulary)
        self.learner, self.buffers = self.code.learner, self.code.ids.own
        self._number = {name: place for place, name in enumerate(self.seen.nodes)}

    def number(self, name: str, line: int) -> int:
        """The node of this name.

        Args:
            name: of a node.
            line: where it was asked for, from 1.

        Raises:
            ValueError: there is none.
        """
        if name not in self._number:
            near = nearest_first(name, self.seen.nodes[:_COMPARED])
            raise ValueError(
                f"line {line}: {name!r:.60} is no node of the graph; its nodes are {near}; {_OWN}"
            )
        return self._number[name]


class ClassAnswering(NodeAnswering):
    """Tells the class of a node; of one that is not in the graph by its words, where features are read."""

    def __init__(self, stored: Stored) -> None:
        super().__init__(stored)
        kind = Softmax if self.model.logits else Logistic
        self._reader: Classes = kind(self.seen, len(self.classes), np.zeros(0, np.int32))
        new = "; or a tab and the words of features of one that is not in the graph"
        self.about = f"the name of a node{new if self.code.takes_words else ''}"
        self._of: tuple[Any, np.ndarray] | None = None

    def answers(
        self, parameters: dict[str, Any], lines: Sequence[str], header: str = ""
    ) -> Iterable[tuple[str, ...]]:
        """See `Answering.answers`."""
        known: dict[int, int] = {}
        new: dict[int, list[str]] = {}
        for place, line in enumerate(lines):
            name, tab, words = line.partition("\t")
            if tab and not self.code.takes_words:
                raise ValueError(f"line {place + 1}: it has a tab, and this model reads no features; {_OWN}")
            if tab:
                new[place] = words.split()
            else:
                known[place] = self.number(name.strip(), place + 1)
        found = np.zeros((len(lines), len(self.classes)), np.float32)
        if known:
            found[list(known)] = self._chances(parameters)[list(known.values())]
        if new:
            outputs = self.code.outputs_of(parameters, list(new.values()))
            found[list(new)] = self._reader.chances(outputs)
        return [CLASSES.fields(answer) for answer in CLASSES.answers(found, self.classes)]

    def strange(self, lines: Sequence[str], header: str = "") -> list[tuple[str, ...]]:
        """See `Answering.strange`: words of nodes that are not in the graph."""
        known = set(self.seen.features.words)
        return [tuple(w for w in line.partition("\t")[2].split() if w not in known) for line in lines]

    def _chances(self, parameters: dict[str, Any]) -> np.ndarray:
        """Of all nodes; made once for the same parameters."""
        if self._of is None or self._of[0] is not parameters:
            self._of = parameters, self._reader.chances(self.code.outputs(parameters))
        return self._of[1]


class LinkAnswering(NodeAnswering):
    """Tells which nodes, of those that are no neighbours of it yet, a node is most likely linked to."""

    about = "the name of a node"

    def answers(
        self, parameters: dict[str, Any], lines: Sequence[str], header: str = ""
    ) -> Iterator[tuple[str, ...]]:
        """See `Answering.answers`."""
        nodes = [self.number(line.strip(), place) for place, line in enumerate(lines, 1)]
        outputs, graph = self.code.outputs(parameters), self.seen.adjacency
        for node in nodes:
            found = outputs @ outputs[node]
            near = graph.neighbours[graph.starts[node] : graph.starts[node + 1]]
            found[[node, *near.tolist()]] = -np.inf
            best = np.argsort(-found, kind="stable")[:_SHOWN]
            yield tuple(f"{self.seen.nodes[place]} {found[place]:.3f}" for place in best.tolist())
