"""Which items score highest for a user: exact search over all of them, without those the user knows.

Source: Krichene & Rendle 2020, "On sampled metrics for item recommendation", on why all items are ranked.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from embedlab.search import largest
from embedlab.search.layout import TILE
from experiments.recommend.scores import Half, of_all

_NUMBERS = 1 << 23  # scores that are alive at a time
_NONE = -1


class Top(NamedTuple):
    """The best items of some users.

    Attributes:
        items: int32 [users, k], the best first; −1 where there are no more.
        scores: float32 [users, k]; −∞ there.
    """

    items: np.ndarray
    scores: np.ndarray


def best(users: Half, items: Half, k: int, known: list[np.ndarray] | None = None) -> Top:
    """The k items of the highest score for each user, exactly; of equal scores those of lower number first.

    Users are taken in blocks, so that the scores of all pairs are never held at once.

    Args:
        users: halves [users].
        items: halves [items].
        k: how many.
        known: of each user, numbers of items that are left out; None for none.

    Returns:
        Items and their scores, [users, k].

    Example:
        >>> user = Half(np.ones((1, 1), np.float32), np.zeros(1, np.float32))
        >>> item = Half(np.array([[1.0], [3.0], [2.0]], np.float32), np.zeros(3, np.float32))
        >>> best(user, item, 2, known=[np.array([1])]).items
        array([[2, 0]], dtype=int32)
    """
    count, total = len(users.bias), len(items.bias)
    width = -(-total // TILE) * TILE
    laid = Half(_longer(items.factors, width, 0), _longer(items.bias, width, -np.inf))
    size = int(np.clip(_NUMBERS // max(width, 1), 1, max(1, min(count, 1024))))
    some = min(k, width)
    found = Top(np.full((count, k), _NONE, np.int32), np.full((count, k), -np.inf, np.float32))
    longest = max((len(x) for x in known or []), default=0)
    for first in range(0, count, size):
        rows = slice(first, min(first + size, count))
        block = Half(*(_longer(np.asarray(x[rows]), size, 0) for x in users))
        left_out = np.full((size, longest), width, np.int32)
        for place, numbers in enumerate((known or [])[rows]):
            left_out[place, : len(numbers)] = numbers
        scores, places = _best(block, laid, left_out, some)
        here = rows.stop - first
        found.scores[rows, :some], found.items[rows, :some] = scores[:here], places[:here]
    found.items[~np.isfinite(found.scores)] = _NONE
    return found


def _longer(array: Any, rows: int, fill: float) -> np.ndarray:
    array = np.asarray(array)
    return np.pad(array, ((0, rows - len(array)), *[(0, 0)] * (array.ndim - 1)), constant_values=fill)


@functools.partial(jax.jit, static_argnames="k")
def _best(users: Half, items: Half, left_out: Any, k: int) -> Any:
    scores = of_all(users, items)
    scores = scores.at[jnp.arange(len(scores))[:, None], left_out].set(-jnp.inf, mode="drop")
    return largest(scores, k)
