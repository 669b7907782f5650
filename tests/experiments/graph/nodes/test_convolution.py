"""The network is that of Kipf and Welling: equal to dense matrices, by whichever embedding."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

import embedlab
from experiments.config import Train
from experiments.graph.nodes.bags import Bags
from experiments.graph.nodes.models import Gcn
from experiments.graph.nodes.seen import Seen
from experiments.graph.nodes.sides import node_sides
from experiments.study.words import numbered
from tests.experiments.graph.nodes.made import communities

GRAPH = communities(60)
SEEN = Seen.of_classes(GRAPH, node_sides(GRAPH, seed=0))
KINDS = {
    "dense": embedlab.Dense(200, 8),
    "hashed": embedlab.Hashed(None, 8, buckets=50),
    "subword": embedlab.Subword(200, 8, buckets=100),
}


def dense_outputs(x: np.ndarray, first: np.ndarray, second: dict[str, np.ndarray]) -> np.ndarray:
    adjacent = np.eye(len(x))
    for a, b in SEEN.edges.tolist():
        adjacent[a, b] = adjacent[b, a] = 1
    scale = np.diag(adjacent.sum(1) ** -0.5)
    spread = scale @ adjacent @ scale
    return spread @ np.maximum(spread @ x @ first, 0) @ second["weight"] + second["bias"]


@pytest.mark.parametrize(
    ("kind", "reads"),
    [("dense", "words"), ("dense", "nodes"), ("dense", "both"), ("hashed", "both"), ("subword", "words")],
)
def test_outputs_are_those_of_dense_matrices(kind: str, reads: str) -> None:
    code = Gcn(reads=reads).code(SEEN, KINDS[kind], 3, None)  # type: ignore[arg-type]
    parameters = code.learner.init(jax.random.key(0), code.ids.own)
    words, nodes = len(GRAPH.features.words), len(GRAPH.nodes)
    x = np.zeros((nodes, 0))
    if reads != "nodes":
        counted = np.zeros((nodes, words))
        np.add.at(counted, (GRAPH.features.owners, GRAPH.features.numbers), 1)
        x = counted / counted.sum(1, keepdims=True)
    if reads != "words":
        x = np.concatenate([x, np.eye(nodes)], 1)
    ids, buffers = numbered(KINDS[kind], code.ids.vocabulary, code.ids.names)
    variables = code.learner.variables(parameters, buffers)
    first = np.asarray(embedlab.embed(KINDS[kind], variables, ids))
    second = jax.tree.map(np.asarray, parameters["second"])
    found = code.outputs(parameters)
    np.testing.assert_allclose(found, dense_outputs(x, first, second), atol=2e-6)


def test_it_learns_nothing_of_other_nodes_labels() -> None:
    code = Gcn().code(SEEN, KINDS["dense"], 3, None)
    one = jax.tree.map(lambda x: x[0], code.train.arrays)
    assert one["nodes"].tolist() == SEEN.train.tolist()
    known = set(SEEN.train.tolist()) | set(SEEN.valid.tolist())
    assert {node for node, label in enumerate(SEEN.labels.tolist()) if label >= 0} == known


def test_the_gradient_is_that_of_finite_differences() -> None:
    code = Gcn(penalty=0.01).code(SEEN, KINDS["hashed"], 3, None)
    learner, batch = code.learner, code.train.arrays
    parameters = learner.init(jax.random.key(0), code.ids.own)

    @jax.jit
    def loss(table: Any) -> Any:
        moved = {**parameters, "tables": {"table": table}}
        return learner.loss(moved, code.train.buffers, batch, jax.random.key(1), Train())

    table = parameters["tables"]["table"]
    direction = jax.random.normal(jax.random.key(2), table.shape)
    slope = float((jax.grad(loss)(table) * direction).sum())
    step = 1e-3
    ends = [float(loss(table + sign * step * direction)) for sign in (1, -1)]
    assert (ends[0] - ends[1]) / (2 * step) == pytest.approx(slope, rel=0.02)
    assert abs(slope) > 1e-3


def test_words_are_refused_where_there_are_none() -> None:
    bare = Seen.of_links(GRAPH, GRAPH.edges)
    bare = Seen(bare.nodes, bare.edges, Bags.none(60), bare.labels, bare.train, bare.valid)
    with pytest.raises(ValueError, match=r"model\.reads='both': no node has a word"):
        Gcn(reads="both").code(bare, KINDS["dense"], 3, None)
    assert Gcn().read_of(bare) == "nodes"
