"""Half of a score is a user's, half an item's: every model here comes to `⟨f_u, f_i⟩ + b_u + b_i`.

So all items are scored for all users by one product of matrices, whatever the model, and items can be
searched exactly.

Source: Koren, Bell & Volinsky 2009, "Matrix factorization techniques for recommender systems".
"""

from __future__ import annotations

from typing import Any, NamedTuple

from jaxtyping import Array, Float


class Half(NamedTuple):
    """What a model makes of users, or of items.

    Attributes:
        factors: float [..., width], of which the two sides' product is taken; of width 0 for none.
        bias: float [...], which is added.
    """

    factors: Any
    bias: Any


def parted(vectors: Any) -> Half:
    """Vectors [..., dim] of which the last component is a bias: so that one table holds both.

    Args:
        vectors: float [..., dim].

    Example:
        >>> import numpy as np
        >>> half = parted(np.array([[1.0, 2.0, 5.0]]))
        >>> half.factors.tolist(), half.bias.tolist()
        ([[1.0, 2.0]], [5.0])
    """
    return Half(vectors[..., :-1], vectors[..., -1])


def of_pairs(users: Half, items: Half) -> Float[Array, " *rows"]:
    """Scores of users with one item each: `⟨f_u, f_i⟩ + b_u + b_i`.

    Args:
        users: halves [...].
        items: halves [...], of a shape that goes with the users'.

    Returns:
        float [...].

    Example:
        >>> import numpy as np
        >>> user, item = Half(np.array([[1.0, 2.0]]), np.array([0.5])), Half(np.ones((1, 2)), np.zeros(1))
        >>> of_pairs(user, item)
        array([3.5])
    """
    return (users.factors * items.factors).sum(-1) + users.bias + items.bias


def of_all(users: Half, items: Half) -> Float[Array, "users items"]:
    """Scores of all users with all items.

    Args:
        users: halves [users].
        items: halves [items].

    Returns:
        float [users, items].

    Example:
        >>> import numpy as np
        >>> user, item = Half(np.ones((1, 2)), np.zeros(1)), Half(np.ones((3, 2)), np.zeros(3))
        >>> of_all(user, item).shape
        (1, 3)
    """
    return users.factors @ items.factors.T + users.bias[:, None] + items.bias
