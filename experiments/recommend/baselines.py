"""What a recommender is measured against: no model, biases alone, popularity, and a linear model of items.

Source: as named below.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Float

from embedlab.checks import require
from experiments.recommend.scores import Half

_SWEEPS = 100
_SETTLED = 1e-6
#: Penalties that validation chooses from: wide, for of users who are new large ones are best.
PENALTIES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)
EASE_PENALTIES = (3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0)


@dataclasses.dataclass(frozen=True, eq=False)
class Means:
    """`r̂ = μ + b_u + b_i`, in closed form.

    Attributes:
        mean: μ, that of all ratings.
        user: float64 [users], b_u; 0 of a user without ratings.
        item: float64 [items], b_i; 0 of an item without ratings.
        sweeps: over users and items until nothing moved.
    """

    mean: float
    user: np.ndarray
    item: np.ndarray
    sweeps: int

    def __call__(self, user: np.ndarray, item: np.ndarray) -> Float[np.ndarray, " rows"]:
        """Ratings, float64 [rows], of users and items, int [rows]."""
        return self.mean + self.user[user] + self.item[item]


def biases(
    user: np.ndarray, item: np.ndarray, rating: np.ndarray, users: int, items: int, penalty: float
) -> Means:
    """The biases that minimise `Σ (r − μ − b_u − b_i)² + λ (Σ b_u² + Σ b_i²)`, by alternating least squares.

    With the items' biases fixed, that of a user is `Σ (r − μ − b_i) / (λ + n_u)`, n_u the user's ratings; and
    the same of items.

    Args:
        user: int [rows].
        item: int [rows].
        rating: float [rows].
        users: how many users there are.
        items: how many items there are.
        penalty: λ, above 0.

    Raises:
        ValueError: no rating, or a penalty that is not above 0.

    Example:
        >>> found = biases(np.array([0, 1]), np.array([0, 0]), np.array([5.0, 1.0]), 2, 1, penalty=1.0)
        >>> found(np.array([0, 1]), np.array([0, 0]))
        array([4., 2.])

    Reference: Koren 2010, "Factor in the neighbors: scalable and accurate collaborative filtering", sec. 2.1.
    """
    require(len(rating) > 0, "rating", len(rating), "give one rating or more")
    require(penalty > 0, "penalty", penalty, "give a number above 0")
    rest = rating.astype(np.float64) - rating.mean(dtype=np.float64)
    shares = [penalty + np.bincount(numbers, minlength=n) for numbers, n in ((user, users), (item, items))]
    of_user, of_item = np.zeros(users), np.zeros(items)
    sweep = 0
    while (sweep := sweep + 1) < _SWEEPS:
        before = of_user, of_item
        of_item = np.bincount(item, rest - of_user[user], items) / shares[1]
        of_user = np.bincount(user, rest - of_item[item], users) / shares[0]
        if max(np.abs(of_user - before[0]).max(), np.abs(of_item - before[1]).max()) < _SETTLED:
            break
    return Means(float(rating.mean(dtype=np.float64)), of_user, of_item, sweep)


def popularity(item: np.ndarray, users: int, items: int) -> tuple[Half, Half]:
    """Halves of scores by which every user is shown what most users liked.

    Args:
        item: int [rows], what was liked.
        users: how many users there are.
        items: how many items there are.

    Example:
        >>> popularity(np.array([1, 1, 0]), users=1, items=3)[1].bias
        array([1., 2., 0.], dtype=float32)
    """
    counts = np.bincount(item, minlength=items).astype(np.float32)
    nothing = np.zeros((users, 0), np.float32), np.zeros(users, np.float32)
    return Half(*nothing), Half(np.zeros((items, 0), np.float32), counts)


def linear_items(
    user: np.ndarray, item: np.ndarray, users: int, items: int, penalty: float
) -> tuple[Half, Half]:
    """A linear model that tells each item from all others: `X B`, of least `‖X − X B‖² + λ‖B‖²`, diag B = 0.

    With `P = (XᵀX + λI)⁻¹`, `B_ij = −P_ij / P_jj`. X is 1 where a user liked an item.

    Args:
        user: int [rows].
        item: int [rows].
        users: how many users there are.
        items: how many items there are.
        penalty: λ.

    Returns:
        Halves of which the product is `X B`.

    Example:
        >>> user, item = linear_items(np.array([0, 0, 1]), np.array([0, 1, 0]), 2, 2, penalty=1.0)
        >>> (user.factors @ item.factors.T).round(2)    # that the second user, who liked item 0, likes item 1
        array([[0.5 , 0.33],
               [0.  , 0.33]], dtype=float32)

    Reference: Steck 2019, "Embarrassingly shallow autoencoders for sparse data".
    """
    x = np.zeros((users, items), np.float32)
    x[user, item] = 1
    gram = (x.T @ x).astype(np.float64)
    gram[np.diag_indices(items)] += penalty
    inverse = np.linalg.inv(gram)
    b = inverse / -np.diag(inverse)
    b[np.diag_indices(items)] = 0
    return Half(x, np.zeros(users, np.float32)), Half(b.T.astype(np.float32), np.zeros(items, np.float32))
