"""Walks go along edges, as often to each neighbour as node2vec says."""

from __future__ import annotations

import collections

import numpy as np
import pytest

from experiments.graph.nodes.graph import adjacency, tidied
from experiments.graph.nodes.walks import ENDED, walks

# A path a-b-c with a triangle b-c-d and a tail d-e.
EDGES = tidied(np.array([[0, 1], [1, 2], [1, 3], [2, 3], [3, 4]])).pairs


@pytest.mark.parametrize(("p", "q"), [(1, 1), (0.25, 4), (4, 0.25)])
def test_they_go_along_edges(p: float, q: float) -> None:
    graph = adjacency(EDGES, 6)
    found = walks(graph, np.repeat(np.arange(6), 20), 15, np.random.default_rng(0), p=p, q=q)
    edges = {tuple(pair) for pair in EDGES.tolist()} | {(b, a) for a, b in EDGES.tolist()}
    going = found[found[:, 0] < 5]
    assert {
        tuple(pair) for pair in np.stack([going[:, :-1], going[:, 1:]], 2).reshape(-1, 2).tolist()
    } <= edges
    assert (found[found[:, 0] == 5, 1:] == ENDED).all()


@pytest.mark.parametrize("rounds", [64, 0, 1])  # of rejection, after which all chances are weighed
@pytest.mark.parametrize(("p", "q"), [(1, 1), (0.25, 4), (4, 0.5)])
def test_each_neighbour_has_the_chance_of_node2vec(
    p: float, q: float, rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("experiments.graph.nodes.walks._ROUNDS", rounds)
    graph = adjacency(EDGES, 5)
    found = walks(graph, np.zeros(60_000, int), 4, np.random.default_rng(1), p=p, q=q)
    # After 0 → 1, back to 0 has 1/p; 2 and 3 are no neighbours of 0 and have 1/q each.
    weight = {0: 1 / p, 2: 1 / q, 3: 1 / q}
    seen = collections.Counter(found[:, 2].tolist())
    for node, chance in weight.items():
        assert seen[node] / len(found) == pytest.approx(chance / sum(weight.values()), abs=0.01)
    # After 1 → 2, back to 1 has 1/p, and 3, a neighbour of 1, has 1.
    there = found[found[:, 2] == 2]
    assert (there[:, 3] == 3).mean() == pytest.approx(1 / (1 + 1 / p), abs=0.015)


@pytest.mark.parametrize(("p", "q"), [(1e6, 1), (1e6, 1e-6), (1e-6, 1e6), (1, 1e6)])
def test_no_p_and_q_hold_a_walk_up(p: float, q: float) -> None:
    """At the end of a path the only way is back, which a high p all but forbids."""
    path = adjacency(np.stack([np.arange(999), np.arange(1, 1000)], 1), 1000)
    found = walks(path, np.arange(1000), 20, np.random.default_rng(0), p=p, q=q)
    assert (np.abs(np.diff(found, axis=1)) == 1).all()
    turned = (found[:, 2:] == found[:, :-2]) & ~np.isin(found[:, 1:-1], (0, 999))
    assert (
        turned.mean() == pytest.approx(1 / p / (1 / p + 1 / q), abs=0.01) if p != 1 else turned.mean() > 0.9
    )


def test_all_follows_from_the_seed() -> None:
    graph = adjacency(EDGES, 5)
    first, again, other = (
        walks(graph, np.arange(5), 30, np.random.default_rng(seed), q=2) for seed in (0, 0, 1)
    )
    assert (first == again).all()
    assert (first != other).any()


@pytest.mark.parametrize(
    ("field", "given"), [("p", 0), ("p", 1e-310), ("q", 1e7), ("q", float("nan")), ("length", 0)]
)
def test_settings_that_are_none_are_refused(field: str, given: float) -> None:
    settings = {"length": 5, field: given}
    with pytest.raises(ValueError, match=f"{field}="):
        walks(adjacency(EDGES, 5), np.arange(5), draw=np.random.default_rng(0), **settings)  # type: ignore[arg-type]
