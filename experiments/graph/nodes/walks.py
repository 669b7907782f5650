"""Random walks on a graph: those of DeepWalk, and those of node2vec by rejection."""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Int32

from embedlab.checks import require, require_count
from experiments.graph.nodes.graph import Adjacency

#: Where a walk could not go on.
ENDED = -1
#: What p and q lie between; beyond it a step is as certain as it gets.
LEAST, MOST = 1e-6, 1e6
_ROUNDS = 64  # of rejection; where chances are even enough, nothing is left after them
_AT_ONCE = 4096  # walks whose neighbours are weighed together


def walks(
    graph: Adjacency, begin: np.ndarray, length: int, draw: np.random.Generator, *, p: float = 1, q: float = 1
) -> Int32[np.ndarray, "walks length"]:
    """Random walks, all of them a step at a time.

    A walk that came from t to v goes on to a neighbour x of v with a chance ∝ 1/p where x = t, 1 where x is a
    neighbour of t, and 1/q elsewhere; with p = q = 1 evenly, as in DeepWalk. A neighbour is drawn evenly and
    taken with the chance that it has, over the greatest of the three, or else drawn anew, so that no table of
    chances is held for each edge; what is rejected many times, as the only way back at a high p, is drawn
    from the chances of all its neighbours.

    Args:
        graph: the neighbours of each node.
        begin: whole numbers [walks], the first node of each.
        length: nodes of a walk.
        draw: random numbers.
        p: how much a walk avoids to turn back.
        q: how much it avoids to go far.

    Returns:
        int32 [walks, length], `ENDED` behind a node without neighbours.

    Raises:
        ValueError: a length below 1, or p or q outside `LEAST` … `MOST`.

    Example:
        >>> from experiments.graph.nodes.graph import adjacency
        >>> walks(adjacency(np.array([[0, 1]]), 3), np.array([0, 2]), 4, np.random.default_rng(0))
        array([[ 0,  1,  0,  1],
               [ 2, -1, -1, -1]], dtype=int32)

    Reference: Perozzi et al. 2014, "DeepWalk: online learning of social representations"; Grover & Leskovec
    2016, "node2vec: scalable feature learning for networks"; rejection as in Yang et al. 2019, "KnightKing".
    """
    require_count("length", length)
    for field, value in (("p", p), ("q", q)):
        require_between(field, value)
    found = np.full((len(begin), length), ENDED, np.int32)
    found[:, 0] = begin
    going = np.flatnonzero(graph.degrees[begin] > 0)  # who has a neighbour once always finds one again
    even = p == q == 1
    bias = None if even else _Bias(graph, _keys(graph), p, q)
    for step in range(1, length if len(going) else 1):
        at = found[going, step - 1]
        if bias is None or step == 1:
            found[going, step] = _neighbour(graph, at, draw)
        else:
            found[going, step] = _biased(bias, found[going, step - 2], at, draw)
    return found


def _neighbour(graph: Adjacency, at: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """A neighbour of each, all alike."""
    place = (draw.random(len(at)) * graph.degrees[at]).astype(np.int64)
    return graph.neighbours[graph.starts[at] + place]


@dataclasses.dataclass(frozen=True, eq=False)
class _Bias:
    """What the chances of a step are of, beside where the walk was: the graph, its `_keys`, p and q."""

    graph: Adjacency
    keys: np.ndarray
    p: float
    q: float

    def chances(self, before: np.ndarray, drawn: np.ndarray) -> np.ndarray:
        """How likely each walk goes on to a neighbour, by where it was before; not normalised."""
        near = _linked(self.keys, self.graph, before, drawn)
        return np.where(drawn == before, 1 / self.p, np.where(near, 1, 1 / self.q))


def _biased(bias: _Bias, before: np.ndarray, at: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """A neighbour of each, by where the walk was before."""
    most = max(1 / bias.p, 1, 1 / bias.q)
    taken = np.empty(len(at), np.int32)
    open_ = np.arange(len(at))
    for _ in range(_ROUNDS):
        if not len(open_):
            break
        drawn = _neighbour(bias.graph, at[open_], draw)
        accepted = draw.random(len(open_)) < bias.chances(before[open_], drawn) / most
        taken[open_[accepted]] = drawn[accepted]
        open_ = open_[~accepted]
    for some in np.split(open_, range(_AT_ONCE, len(open_), _AT_ONCE)):
        taken[some] = _weighed(bias, before[some], at[some], draw)
    return taken


def _weighed(bias: _Bias, before: np.ndarray, at: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """The same from the chances of all neighbours, which take as long as there are neighbours."""
    if not len(at):
        return np.zeros(0, np.int32)
    graph, degrees = bias.graph, bias.graph.degrees[at]
    ends = np.cumsum(degrees)
    begins = ends - degrees
    walk = np.repeat(np.arange(len(at)), degrees)
    each = graph.neighbours[graph.starts[at][walk] + np.arange(ends[-1]) - begins[walk]]
    chance = bias.chances(before[walk], each)
    chance /= np.maximum.reduceat(chance, begins)[walk]  # of each walk by itself, or small ones are lost
    summed = np.cumsum(chance)
    below = summed[begins] - chance[begins]
    wanted = below + draw.random(len(at)) * (summed[ends - 1] - below)
    return each[np.clip(np.searchsorted(summed, wanted, side="right"), begins, ends - 1)]


def require_between(field: str, value: float) -> None:
    """Refuses a p or q that is none.

    Args:
        field: its name.
        value: what is given.

    Raises:
        ValueError: it is outside `LEAST` … `MOST`.
    """
    require(LEAST <= value <= MOST, field, value, f"give a number from {LEAST:g} to {MOST:g}")


def _keys(graph: Adjacency) -> np.ndarray:
    """A number for each edge in either direction, in ascending order."""
    nodes = len(graph.starts) - 1
    return np.repeat(np.arange(nodes, dtype=np.int64), graph.degrees) * nodes + graph.neighbours


def _linked(keys: np.ndarray, graph: Adjacency, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Which pairs are edges."""
    wanted = first.astype(np.int64) * (len(graph.starts) - 1) + second
    return keys[np.searchsorted(keys, wanted) % len(keys)] == wanted
