"""The words of users and items as ids on the device, and what is known of their interactions.

Source: the parting is the project's own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from experiments.recommend.interactions import Side
from experiments.recommend.negatives import Seen

#: Words → their ids, int32; `NONE` for those without one.
Encode = Callable[[Sequence[str]], np.ndarray]
#: No word. A negative id is absent for every kind of embedding: zeros, which no step moves.
NONE = -1


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Catalogue:
    """What a step needs of users and items beside the rows that it learns from. A pytree of constants.

    Attributes:
        user_words: ids [users, words] of the words of each user, that of its own id first; `NONE` beyond.
        item_words: the same of items, [items, words].
        seen: the items that each user is trained to like.
        share: float32 [items], the share of each among the rows that are learnt from.
    """

    user_words: Any
    item_words: Any
    seen: Seen
    share: Any

    def words(self, side: str) -> Any:
        """The words of a side, "user" or "item"."""
        return self.user_words if side == "user" else self.item_words


def bags(side: Side, encode: Encode, features: bool) -> np.ndarray:
    """The ids of the words of all users, or all items.

    Args:
        side: whose.
        encode: words → ids.
        features: whether side words are there too, or the word of the id alone.

    Returns:
        int32 [n, words], with `NONE` where there is no word.

    Example:
        >>> side = Side("item", ("50", "7"), (("genre=Drama",), ()))
        >>> numbers = {"item=50": 2, "item=7": 3, "genre=Drama": 4}
        >>> bags(side, lambda words: np.array([numbers[word] for word in words]), features=True)
        array([[ 2,  4],
               [ 3, -1]], dtype=int32)
    """
    listed = [side.bag(n) if features else (side.word(n),) for n in range(len(side))]
    lengths = np.fromiter(map(len, listed), np.int64, len(listed))
    there = np.arange(int(lengths.max(initial=1))) < lengths[:, None]
    ids = np.full(there.shape, NONE, np.int32)
    ids[there] = encode([word for words in listed for word in words])
    return ids
