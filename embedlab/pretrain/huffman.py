"""A Huffman tree of words: hierarchical softmax, whose cost is the length of a word's code."""

from __future__ import annotations

import dataclasses
import heapq
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int32

from embedlab.base import ABSENT
from embedlab.checks import require
from embedlab.pretrain.objective import Objective


class Paths(NamedTuple):
    """The way from the root of the tree to each word.

    Attributes:
        nodes: int32 [words, longest], the inner nodes passed, the root's number the highest; `ABSENT` behind
            the last.
        signs: float32 [words, longest], 1 where the way goes left, −1 where it goes right, 0 behind the last.

    Example:
        >>> huffman(np.array([5, 1, 1])).signs
        array([[-1.,  0.],
               [ 1.,  1.],
               [ 1., -1.]], dtype=float32)

    Source: none.
    """

    nodes: Int32[np.ndarray, "words longest"]
    signs: Float[np.ndarray, "words longest"]


def huffman(counts: np.ndarray) -> Paths:
    """The Huffman code of words by their counts: the mean length of a path is the least there is.

    Args:
        counts: whole numbers [words], two or more.

    Returns:
        The paths; there are words − 1 inner nodes.

    Raises:
        ValueError: there are fewer than two words.

    Example:
        >>> huffman(np.array([1, 1])).nodes
        array([[0],
               [0]], dtype=int32)

    Reference: Huffman 1952; Morin & Bengio 2005, "Hierarchical probabilistic neural network language model";
    Mikolov et al. 2013.
    """
    words = len(counts)
    require(words >= 2, "counts", words, "a tree takes two words or more")
    heap = [(int(count), i) for i, count in enumerate(counts)]
    heapq.heapify(heap)
    parent, sign = np.zeros(2 * words - 1, np.int64), np.zeros(2 * words - 1, np.float32)
    for node in range(words, 2 * words - 1):
        (a, left), (b, right) = heapq.heappop(heap), heapq.heappop(heap)
        parent[[left, right]], sign[left], sign[right] = node, 1, -1
        heapq.heappush(heap, (a + b, node))
    root = 2 * words - 2
    ways: list[list[int]] = []
    for word in range(words):
        way = [word]
        while way[-1] != root:
            way.append(int(parent[way[-1]]))
        ways.append(way[::-1])
    longest = max(map(len, ways)) - 1
    nodes, signs = np.full((words, longest), ABSENT, np.int32), np.zeros((words, longest), np.float32)
    for word, way in enumerate(ways):
        nodes[word, : len(way) - 1] = np.array(way[:-1]) - words
        signs[word, : len(way) - 1] = sign[way[1:]]
    return Paths(nodes, signs)


@dataclasses.dataclass(frozen=True)
class HierarchicalSoftmax(Objective):
    """`−Σ log σ(± u·n)` over the nodes n on a word's path: the chance to reach it from the root.

    Example:
        >>> hidden, nodes = jnp.zeros((1, 1, 4)), jnp.zeros((1, 1, 2, 4))   # [n, s, dim], [n, c, l, dim]
        >>> signs, real = jnp.array([[[1.0, 0.0]]]), jnp.ones((1, 1, 1), bool)
        >>> round(float(HierarchicalSoftmax().loss(hidden, nodes, signs, real)), 4)
        0.6931

    Reference: Morin & Bengio 2005; Mikolov et al. 2013.
    """

    def loss(
        self,
        hidden: Float[Array, "n s dim"],
        nodes: Float[Array, "n c longest dim"],
        signs: Float[Array, "n c longest"],
        real: Bool[Array, "n s c"],
    ) -> Float[Array, ""]:
        """The sum over all pairs.

        Args:
            hidden: float [n, s, dim], vectors of positions.
            nodes: float [n, c, longest, dim], vectors of the nodes on the paths of words that they may see.
            signs: float [n, c, longest], of `Paths`.
            real: bool [n, s, c], which of them they see.

        Returns:
            Float scalar.
        """
        scores = jnp.einsum("nsd,ncld->nscl", hidden, nodes) * signs[:, None]
        there = real[..., None] & (signs != 0)[:, None]
        return jnp.where(there, jax.nn.softplus(-scores), 0).sum()
