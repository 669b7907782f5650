"""Items that a user is not trained to like, drawn in the step.

Source: Rendle et al. 2009, "BPR: Bayesian personalized ranking from implicit feedback".
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Int32, PRNGKeyArray

_TRIES = 4  # draws for one negative, of which the first that is none of the user's counts


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Seen:
    """The items of each user, in order: those of user u are `items[starts[u] : starts[u + 1]]`. A pytree.

    Attributes:
        starts: int32 [users + 1].
        items: int32 [rows + 1], the last of which is nobody's.
        halvings: how often the longest of these lists is halved in a search.

    Example:
        >>> seen = Seen.of(np.array([0, 0, 2]), np.array([7, 3, 3]), users=3)
        >>> seen.holds(jnp.array([0, 1, 2]), jnp.array([7, 7, 3]))
        Array([ True, False,  True], dtype=bool)
    """

    starts: Any
    items: Any
    halvings: int = dataclasses.field(metadata={"static": True})

    @classmethod
    def of(cls, user: np.ndarray, item: np.ndarray, users: int) -> Seen:
        """Made of the rows of interactions, int [rows] each; each pair once or more often."""
        order = np.lexsort((item, user))
        counts = np.bincount(user, minlength=users)
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        longest = int(counts.max(initial=0))
        beyond = np.array([-1], np.int32)  # so that there is something to read where nobody has anything
        return cls(
            starts,
            np.concatenate([item[order].astype(np.int32), beyond]),
            math.ceil(math.log2(longest + 1)) if longest else 0,
        )

    def holds(self, user: Any, item: Any) -> Bool[Array, " *rows"]:
        """Whether an item is among those of a user: bool [...], of whole numbers [...]; under `jit` too."""
        starts, items = jnp.asarray(self.starts), jnp.asarray(self.items)
        low, end = starts[user], starts[user + 1]
        high = end
        for _ in range(self.halvings):  # the first place whose item is not below
            middle = (low + high) // 2
            below = (low < high) & (items[middle] < item)
            low, high = jnp.where(below, middle + 1, low), jnp.where(below | (low >= high), high, middle)
        found = items[low] == item
        return found & (low < end)


def draw(
    key: PRNGKeyArray, seen: Seen, user: Any, items: int, each: int = 1
) -> tuple[Int32[Array, "rows each"], Bool[Array, "rows each"]]:
    """Items drawn evenly of those that are not a user's: what they did not meet in training, or did not like.

    With `Seen` of liked rows alone, as training has it, an item that the user rated below `liked` may be
    drawn as well as one that they never met: either stands behind what was liked.

    Each is drawn a few times over, and the first counts that is none of the user's: a fixed amount of work.
    Of a user of whom a share s of all items is, `s⁴` of the draws find none, which are told.

    Args:
        key: random key.
        seen: the items of each user.
        user: int32 [rows], for whom.
        items: how many items there are.
        each: how many for each row.

    Returns:
        Items, int32 [rows, each], and bool [rows, each], which of them are none of the user's.

    Example:
        >>> seen = Seen.of(np.array([0, 0]), np.array([0, 1]), users=1)
        >>> drawn, fits = draw(jax.random.key(0), seen, jnp.array([0]), items=3, each=2)
        >>> bool(((drawn == 2) == fits).all())
        True
    """
    tries = jax.random.randint(key, (*user.shape, each, _TRIES), 0, items, jnp.int32)
    fits = ~seen.holds(jnp.broadcast_to(user[..., None, None], tries.shape), tries)
    first = jnp.argmax(fits, -1)[..., None]
    return jnp.take_along_axis(tries, first, -1)[..., 0], fits.any(-1)
