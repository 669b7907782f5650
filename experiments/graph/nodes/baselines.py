"""What an embedding of a graph must be measured against: what knows only features, or only edges."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.graph.nodes.links import Pairs
from experiments.graph.nodes.read import logistic
from experiments.graph.nodes.seen import Seen
from experiments.study.split import Fit
from experiments.tasks import CLASSES

_STEPS = 1000
_SETTLED = 1e-6


def largest(seen: Seen, classes: int, test: np.ndarray) -> Fit:
    """The shares of the classes in training.

    Args:
        seen: of the graph.
        classes: how many there are.
        test: the nodes to test on.
    """
    names = [str(place) for place in range(classes)]
    return Fit(CLASSES.constant(seen.labels[seen.train], names, len(test)), "names the largest class")


def features_only(seen: Seen, classes: int, test: np.ndarray) -> Fit:
    """Logistic regression on the words of features, each by its share in the node's; it sees no edge.

    Args:
        seen: of the graph.
        classes: how many there are.
        test: the nodes to test on.
    """
    labels, x = seen.labels, shares(seen)
    found, strength = logistic(x, seen.train, labels[seen.train], seen.valid, labels[seen.valid], classes)
    size = (x.shape[1] + 1) * classes
    what = f"is a logistic regression on features alone, C = {strength:g}"
    return Fit(found[test], what, parameters=size, bytes=8 * size, facts={"C": strength})


def label_propagation(seen: Seen, classes: int, test: np.ndarray) -> Fit:
    """The classes of training nodes, passed on along edges until nothing changes; it sees no feature.

    `F ← D⁻¹ A F`, the rows of training nodes put back after each pass. A node that no class reaches has the
    shares of the classes in training.

    Args:
        seen: of the graph.
        classes: how many there are.
        test: the nodes to test on.

    Reference: Zhu & Ghahramani 2002, "Learning from labeled and unlabeled data with label propagation".
    """
    adjacent = _matrix(seen)
    known = np.eye(classes)[seen.labels[seen.train]]
    scale = 1 / np.maximum(seen.adjacency.degrees, 1)[:, None]
    found = np.zeros((len(seen.nodes), classes))
    found[seen.train] = known
    for _ in range(_STEPS):
        before, found = found, scale * (adjacent @ found)
        found[seen.train] = known
        if np.abs(found - before).max() < _SETTLED:
            break
    reached = found.sum(1, keepdims=True)
    chances = np.where(reached > 0, found / np.maximum(reached, 1e-300), known.mean(0))
    what = "passes classes on along edges, without features"
    return Fit(chances[test].astype(np.float32), what)


def common_neighbours(seen: Seen, pairs: Pairs) -> Fit:
    """The neighbours that both nodes have, those of few neighbours counting more: `Σ 1 / log(degree)`.

    Args:
        seen: of the graph.
        pairs: to be scored.

    Reference: Adamic & Adar 2003, "Friends and neighbors on the web".
    """
    from scipy.sparse import diags_array

    adjacent, degrees = _matrix(seen), seen.adjacency.degrees
    weight = diags_array(1 / np.log(np.maximum(degrees, 2)))
    weighed = adjacent @ weight
    found = _of_pairs(weighed, adjacent, pairs)
    return Fit(found, "counts common neighbours, each by 1 / log of its degree")


def alike_features(seen: Seen, pairs: Pairs) -> Fit:
    """The cosine of both nodes' words of features; it sees no edge.

    Args:
        seen: of the graph.
        pairs: to be scored.
    """
    from scipy.sparse import diags_array

    x = shares(seen)
    length = np.sqrt((x * x).sum(1))
    unit = diags_array(1 / np.where(length > 0, length, 1)) @ x
    return Fit(_of_pairs(unit, unit, pairs), "compares features alone, by their cosine")


def degrees(seen: Seen, pairs: Pairs) -> Fit:
    """The product of both nodes' degrees: what knows only who has many neighbours.

    Args:
        seen: of the graph.
        pairs: to be scored.

    Reference: Barabási & Albert 1999, "Emergence of scaling in random networks".
    """
    found = seen.adjacency.degrees[pairs.nodes].prod(1)
    return Fit(found[:, None].astype(np.float32), "multiplies the degrees of the two")


def shares(seen: Seen) -> Any:
    """Each node's words by their shares, a sparse matrix [nodes, words].

    Args:
        seen: of the graph.
    """
    from scipy.sparse import csr_array

    features = seen.features
    entries = (1 / features.counts[features.owners], features.numbers, features.begins)
    made = csr_array(entries, shape=(len(seen.nodes), len(features.words)), copy=True)
    made.sum_duplicates()  # in place: of a copy
    return made


def _matrix(seen: Seen) -> Any:
    """The adjacency matrix, sparse [nodes, nodes]."""
    from scipy.sparse import csr_array

    near = seen.adjacency
    entries = (np.ones(len(near.neighbours)), near.neighbours, near.starts)
    return csr_array(entries, shape=(len(seen.nodes), len(seen.nodes)))


def _of_pairs(first: Any, second: Any, pairs: Pairs) -> np.ndarray:
    """The inner products of rows of two sparse matrices, float32 [pairs, 1]."""
    found = (first[pairs.nodes[:, 0]] * second[pairs.nodes[:, 1]]).sum(1)
    return np.asarray(found, np.float32).reshape(-1, 1)
