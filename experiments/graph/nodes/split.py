"""The splits of a graph of nodes: classes of nodes, and links."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Int

import embedlab
from experiments.data.base import Splits
from experiments.graph.nodes import baselines
from experiments.graph.nodes.encoded import NodeCode
from experiments.graph.nodes.graph import Graph
from experiments.graph.nodes.links import HeldOut
from experiments.graph.nodes.models import NodeModel
from experiments.graph.nodes.read import LINKS, Classes, Links, Logistic, Softmax
from experiments.graph.nodes.seen import Seen
from experiments.graph.nodes.words import class_of_words
from experiments.study.digests import digest
from experiments.study.learning import Learning, kinds_of
from experiments.study.split import Baseline, Split
from experiments.tasks import CLASSES, Judge


class NodeLearning(Learning):
    """What one embedding learns on one split of a graph."""

    def __init__(self, code: NodeCode, reader: Classes | Links, classes: tuple[str, ...] = ()) -> None:
        self._code, self._reader, self._classes = code, reader, classes
        self.learner, self.vocabulary, self.train = code.learner, code.ids.vocabulary, code.train
        self.buffers = code.ids.own

    def watched(self, parameters: dict[str, Any]) -> tuple[np.ndarray, float]:
        """See `Learning.watched`."""
        return self._reader.watched(self._code.outputs(parameters))

    def tested(self, parameters: dict[str, Any]) -> np.ndarray:
        """See `Learning.tested`."""
        return self._reader.tested(self._code.outputs(parameters))

    def kept(self) -> dict[str, Any]:
        """What may be seen of the graph: a network needs its neighbours, a regression its classes."""
        return self._code.seen.kept()

    @functools.cached_property
    def kinds(self) -> Int[np.ndarray, " words"]:
        """The class of each training node, and that of most of those that have a word of features.

        Where no class is learnt it is what a word stands for: a node, or one as a context.
        """
        seen, words = self._code.seen, self.vocabulary.words
        return class_of_words(seen, words) if len(seen.train) else kinds_of(words)

    @property
    def kind_names(self) -> tuple[str, ...]:
        """The classes, where they are learnt."""
        return self._classes if len(self._code.seen.train) else super().kind_names

    def covered(self) -> dict[str, float]:
        """The share of the nodes, or of the words of features, that have an id of their own."""
        ids = self._code.ids
        known = [word in self.vocabulary for word in ids.names]
        return {"coverage_by_type": float(np.mean(known))}


class NodeSplit(Split):
    """What both kinds of split of a graph have in common."""

    judge: Judge
    seen: Seen
    model: NodeModel

    def _begin(self, config: Any, graph: Graph, fold: int | None) -> None:
        self.config, self.fold, self.model = config, fold, config.model
        self.title = graph.name
        alone, bare = graph.isolated, int((graph.features.counts == 0).sum())
        lone = f"{alone:,} nodes have no neighbour; they stay in the graph." if alone else ""
        some = len(graph.features.numbers) and bare
        without = f"{bare:,} nodes have no feature." if some else ""
        told = f"{graph.name}: {len(graph.nodes):,} nodes, {graph.given.told()}"
        self._about = tuple(part for part in (told, *graph.notes, lone, without) if part)
        self._digests = {
            "nodes": len(graph.nodes),
            "edges": digest([graph.edges, *graph.nodes]),
            "features": digest([graph.features.numbers, graph.features.begins, *graph.features.words]),
        }


class ClassSplit(NodeSplit):
    """Nodes whose classes are told from those of others."""

    groups_of = "nodes with the same features and neighbours"

    def __init__(self, config: Any, graph: Graph, sides: Splits, fold: int | None) -> None:
        self._begin(config, graph, fold)
        self.judge, self.names, self.sides = CLASSES, graph.classes, sides
        self.seen = Seen.of_classes(graph, sides)
        self.targets, self.valid_targets = graph.labels[sides.test], graph.labels[sides.valid]
        alike = graph.alike()
        self.groups, self.groups_across = alike[sides.test], True
        known = int(np.isin(self.groups, alike[sides.train]).sum())
        self.about = (
            *self._about,
            f"{len(graph.classes)} classes; {len(sides.train):,} nodes to learn from, {len(sides.valid):,} "
            f"to validate and {len(sides.test):,} to test on.",
            "Transductive: every model may see all nodes, edges and features, those of test nodes too, and "
            "no class of a test node.",
            f"{known:,} test nodes have the very features and neighbours of a training node.",
        )
        self.fingerprint = {**self._digests, "sides": digest([sides.train, sides.valid, sides.test])}

    def learning(self, spec: embedlab.Embedding, where: str) -> Learning:
        """See `Split.learning`."""
        code = self.model.code(self.seen, spec, len(self.names), None)
        kind = Softmax if self.model.logits else Logistic
        return NodeLearning(code, kind(self.seen, len(self.names), self.sides.test), self.names)

    def baselines(self) -> Mapping[str, Baseline]:
        """The largest class, edges alone, and where there are any features alone."""
        given = (self.seen, len(self.names), self.sides.test)
        found = {
            "majority": functools.partial(baselines.largest, *given),
            "label-propagation": functools.partial(baselines.label_propagation, *given),
        }
        if len(self.seen.features.numbers):
            found["features-logistic"] = functools.partial(baselines.features_only, *given)
        return found


class LinkSplit(NodeSplit):
    """Edges that are told from pairs of nodes that are none."""

    def __init__(self, config: Any, graph: Graph, held: HeldOut) -> None:
        self._begin(config, graph, None)
        self.judge, self.names, self.held = LINKS, (), held
        self.seen = Seen.of_links(graph, held.edges)
        self.targets, self.valid_targets = held.test.linked, held.valid.linked
        self.groups = np.arange(len(self.targets))
        self.about = (
            *self._about,
            f"{len(held.edges):,} edges to learn from; {int(held.valid.linked.sum()):,} held out to validate "
            f"and {int(held.test.linked.sum()):,} to test on, beside as many pairs that are no edges, drawn "
            "evenly of all that are none; a node keeps one edge at least.",
            "Walks, network and baselines see no edge that is held out. Intervals take pairs as independent, "
            "though some share a node.",
        )
        self.fingerprint = {**self._digests, "held_out": digest([*held.valid, *held.test])}

    def learning(self, spec: embedlab.Embedding, where: str) -> Learning:
        """See `Split.learning`."""
        return NodeLearning(self.model.code(self.seen, spec, 0, None), Links(self.held.valid, self.held.test))

    def baselines(self) -> Mapping[str, Baseline]:
        """Degrees, common neighbours, and where there are any features alone."""
        given = (self.seen, self.held.test)
        found = {
            "degrees": functools.partial(baselines.degrees, *given),
            "common-neighbours": functools.partial(baselines.common_neighbours, *given),
        }
        if len(self.seen.features.numbers):
            found["features-cosine"] = functools.partial(baselines.alike_features, *given)
        return found
