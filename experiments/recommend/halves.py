"""Halves of scores of many users and items, and scores of pairs, some at a time.

Source: the parting is the project's own.
"""

from __future__ import annotations

import functools
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

from experiments.recommend.catalogue import NONE
from experiments.recommend.recommender import CATALOGUE, Recommender
from experiments.recommend.scores import Half, of_pairs

_BLOCK = 4096  # users or items whose words are read at once
_PAIRS = 1 << 16  # pairs that are scored at once


@functools.partial(jax.jit, static_argnames=("recommender", "side"))
def _halves(recommender: Recommender, parameters: Any, buffers: Any, side: str, ids: Any) -> Half:
    return recommender.of_words(parameters, buffers, side, ids)


def halves(
    recommender: Recommender, parameters: Any, buffers: Any, side: str, ids: np.ndarray | None = None
) -> Half:
    """Halves of scores of users or items, as NumPy arrays, some at a time.

    Args:
        recommender: what makes them.
        parameters: those trained.
        buffers: the embedding's, and the catalogue.
        side: "user" or "item".
        ids: int32 [n, words], of their words; None for all of the catalogue.

    Returns:
        Factors float32 [n, width] and bias float32 [n].
    """
    ids = np.asarray(buffers[CATALOGUE].words(side)) if ids is None else ids
    own = {name: one for name, one in buffers.items() if name != CATALOGUE}
    size = min(_BLOCK, 1 << max(0, len(ids) - 1).bit_length())  # of few sizes: each is compiled
    found = []
    for first in range(0, max(1, len(ids)), size):
        some = ids[first : first + size]
        padded = np.pad(some, ((0, size - len(some)), (0, 0)), constant_values=NONE)
        made = _halves(recommender, parameters, own, side, padded)
        found.append([np.asarray(x, np.float32)[: len(some)] for x in made])
    factors, bias = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Half(factors, bias)


def of_numbers(users: Half, items: Half, user: np.ndarray, item: np.ndarray) -> Float[np.ndarray, " rows"]:
    """Scores of pairs, float32 [rows], some at a time.

    Args:
        users: halves [users].
        items: halves [items].
        user: int [rows], numbers of users.
        item: int [rows], numbers of items.

    Example:
        >>> one, two = Half(np.ones((1, 2)), np.zeros(1)), Half(np.ones((2, 2)), np.array([0.0, 1.0]))
        >>> of_numbers(one, two, np.array([0, 0]), np.array([1, 0]))
        array([3., 2.], dtype=float32)
    """
    found = [np.zeros(0, np.float32)]
    for first in range(0, len(user), _PAIRS):
        rows = slice(first, first + _PAIRS)
        left, right = (
            Half(*(x[numbers[rows]] for x in half)) for half, numbers in ((users, user), (items, item))
        )
        found.append(np.asarray(of_pairs(left, right), np.float32))
    return np.concatenate(found)
