"""The words of a graph: its nodes, its nodes as contexts, and the words of their features."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float32, Int32, Int64

import embedlab
from embedlab.text import Vocabulary
from experiments.graph.nodes.graph import UNLABELLED
from experiments.graph.nodes.seen import Seen
from experiments.study.words import numbered, own_numbers

_NODE, _CONTEXT, _WORD = "node=", "context=", "word="


class BagArrays(NamedTuple):
    """Bags of words as arrays.

    Attributes:
        ids: int32 [total], of bag after bag.
        weights: float32 [total].
        offsets: int32 [bags + 1], where each begins.

    Example:
        >>> BagArrays(np.int32([5]), np.float32([1]), np.int32([0, 1])).ids
        array([5], dtype=int32)
    """

    ids: Int32[np.ndarray, " total"]
    weights: Float32[np.ndarray, " total"]
    offsets: Int32[np.ndarray, " bags_and_1"]


@dataclasses.dataclass(frozen=True, eq=False)
class Ids:
    """The vocabulary of a graph, and the ids of its words.

    Attributes:
        names: the words that the graph has.
        vocabulary: those with an id of their own.
        own: the embedding's buffers for the vocabulary's ids alone.
        buffers: those for all ids below.
        nodes: int32 [nodes], the ids of nodes; none where nodes are not read.
        contexts: int32 [nodes], those of nodes as contexts; none where there are no walks.
        bags: the words of each node; none where there are walks.
    """

    names: Sequence[str]
    vocabulary: Vocabulary
    own: Mapping[str, Any]
    buffers: Mapping[str, Any]
    nodes: Int32[np.ndarray, " nodes"]
    contexts: Int32[np.ndarray, " contexts"]
    bags: BagArrays

    @property
    def distinct(self) -> Int32[np.ndarray, " words"]:
        """int32 [words], each id of the bags once."""
        return np.unique(self.bags.ids)


def of_walks(seen: Seen, spec: embedlab.Embedding, known: Vocabulary | None) -> Ids:
    """A word for each node as itself, and one as a context.

    Args:
        seen: of the graph.
        spec: the embedding.
        known: the vocabulary of a stored model; None to make it.
    """
    degrees = seen.adjacency.degrees + 1
    names = [f"{kind}{name}" for kind in (_NODE, _CONTEXT) for name in seen.nodes]
    vocabulary = known or _vocabulary(spec, names, np.tile(degrees, 2))
    ids, buffers = numbered(spec, vocabulary, names)
    nodes, contexts = np.split(ids, 2)
    none = BagArrays(np.zeros(0, np.int32), np.zeros(0, np.float32), np.zeros(1, np.int32))
    return Ids(names, vocabulary, own_numbers(spec, vocabulary)[1], buffers, nodes, contexts, none)


def of_bags(
    seen: Seen, spec: embedlab.Embedding, known: Vocabulary | None, *, words: bool, nodes: bool
) -> Ids:
    """A bag for each node: the words of its features by their shares, the node itself with weight 1, or both.

    Args:
        seen: of the graph.
        spec: the embedding.
        known: the vocabulary of a stored model; None to make it.
        words: whether the words of features are in it.
        nodes: whether the node is.
    """
    features, count = seen.features, len(seen.nodes)
    of_words = [f"{_WORD}{word}" for word in features.words] if words else []
    of_nodes = [f"{_NODE}{name}" for name in seen.nodes] if nodes else []
    names = [*of_words, *of_nodes]
    if known is None:
        times = np.concatenate(
            [
                np.bincount(features.numbers, minlength=len(of_words))[: len(of_words)],
                (seen.adjacency.degrees + 1)[: len(of_nodes)],
            ]
        )
        known = _vocabulary(spec, names, times)
    ids, buffers = numbered(spec, known, names)
    word_ids, node_ids = ids[: len(of_words)], ids[len(of_words) :]
    owners, parts, weights = [], [], []
    if words:
        owners.append(features.owners)
        parts.append(word_ids[features.numbers])
        weights.append(1 / features.counts[features.owners])
    if nodes:
        owners.append(np.arange(count))
        parts.append(node_ids)
        weights.append(np.ones(count))
    owner = np.concatenate(owners)
    order = np.argsort(owner, kind="stable")
    offsets = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=count))]).astype(np.int32)
    bags = BagArrays(
        np.concatenate(parts)[order].astype(np.int32),
        np.concatenate(weights)[order].astype(np.float32),
        offsets,
    )
    none = np.zeros(0, np.int32)
    return Ids(names, known, own_numbers(spec, known)[1], buffers, node_ids, none, bags)


def of_lines(
    spec: embedlab.Embedding, vocabulary: Vocabulary, lines: Sequence[Sequence[str]]
) -> tuple[BagArrays, dict[str, np.ndarray]]:
    """The bags of nodes that are not in the graph, of the words of their features; and the buffers for them.

    Args:
        spec: the embedding.
        vocabulary: its words.
        lines: the words of each.
    """
    distinct = sorted({f"{_WORD}{word}" for line in lines for word in line})
    ids, buffers = numbered(spec, vocabulary, distinct)
    of = dict(zip(distinct, ids.tolist(), strict=True))
    lengths = np.array([len(line) for line in lines], np.int64)
    found = np.array([of[f"{_WORD}{word}"] for line in lines for word in line], np.int32)
    weights = np.repeat(1 / np.maximum(lengths, 1), lengths).astype(np.float32)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return BagArrays(found, weights, offsets), buffers


def class_of_words(seen: Seen, words: Sequence[str]) -> Int64[np.ndarray, " words"]:
    """The class of a training node, by its word; of a word of features that of most training nodes with it.

    Args:
        seen: of the graph.
        words: of its vocabulary.

    Returns:
        int64 [words], `UNLABELLED` where no training node tells it.
    """
    of = {f"{_NODE}{seen.nodes[node]}": int(seen.labels[node]) for node in seen.train.tolist()}
    learnt = np.isin(seen.features.owners, seen.train)
    numbers, owners = seen.features.numbers[learnt], seen.features.owners[learnt]
    counts = np.zeros((len(seen.features.words), 1 + seen.labels.max(initial=0)), np.int64)
    np.add.at(counts, (numbers, seen.labels[owners]), 1)
    for number in np.flatnonzero(counts.any(1)).tolist():
        of[f"{_WORD}{seen.features.words[number]}"] = int(counts[number].argmax())
    return np.array([of.get(word, UNLABELLED) for word in words], np.int64)


def _vocabulary(spec: embedlab.Embedding, names: Sequence[str], counts: np.ndarray) -> Vocabulary:
    of = dict(zip(names, counts.tolist(), strict=True))
    return Vocabulary.of_counts(of, max_size=getattr(spec, "vocabulary", None))
