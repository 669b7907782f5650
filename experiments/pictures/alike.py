"""Pictures that are alike, as one sign in several colours of skin: a split has to keep them on one side.

Reference: Pearson's correlation, of pixels.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32, Int, Int32

from embedlab.checks import require
from experiments.data.equal import equal_groups
from experiments.data.joined import joined_groups

#: Pictures among which such are looked for, at most: all are compared.
MOST = 20_000
_BLOCK = 2**10


def alike_groups(
    pictures: Float32[np.ndarray, "pictures height width channels"],
    correlation: float,
    joined: Int[np.ndarray, " pictures"] | None = None,
) -> Int32[np.ndarray, " pictures"]:
    """Numbers the groups of pictures that are joined by a chain of pictures alike.

    Args:
        pictures: float32 [pictures, height, width, channels].
        correlation: of two pictures' pixels, from which on they are alike; 1 for equal pictures alone. Of
            more than 20,000 pictures those that are equal are found alone.
        joined: int [pictures], groups that are known already, which stay together.

    Returns:
        int32 [pictures], numbers in the order in which the groups first appear.

    Raises:
        ValueError: a correlation that is not above 0 and at most 1.

    Example:
        >>> one = np.linspace(0, 1, 16, dtype=np.float32).reshape(1, 4, 4, 1)
        >>> alike_groups(np.concatenate([one, one / 2, one[:, ::-1]]), 0.9)
        array([0, 0, 1], dtype=int32)
    """
    require(0 < correlation <= 1, "alike", correlation, "give a correlation above 0 and at most 1")
    equal = equal_groups(picture.tobytes() for picture in pictures)
    count = len(pictures)
    pairs = [_chain(equal)] if joined is None else [_chain(equal), _chain(joined)]
    if correlation < 1 and count <= MOST:
        pairs.append(_near(pictures.reshape(count, -1), correlation))
    left, right = (np.concatenate(ends) for ends in zip(*pairs, strict=True))
    return joined_groups(count, left, right)


def _chain(groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each row of a group with the next of it."""
    order = np.argsort(groups, kind="stable")
    same = groups[order][1:] == groups[order][:-1]
    return order[:-1][same], order[1:][same]


def _near(rows: np.ndarray, correlation: float) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of rows [pictures, pixels] that correlate so much; one of a single colour does with none."""
    apart = rows - rows.mean(1, keepdims=True)
    length = np.linalg.norm(apart, axis=1, keepdims=True)
    apart = np.divide(apart, length, out=np.zeros_like(apart), where=length > 1e-4)
    found = [
        np.nonzero(apart[first : first + _BLOCK] @ apart.T >= correlation)
        for first in range(0, len(rows), _BLOCK)
    ]
    left = np.concatenate([rows + block * _BLOCK for block, (rows, _) in enumerate(found)])
    return left, np.concatenate([columns for _, columns in found])
