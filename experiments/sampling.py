"""Some of many things, evenly taken.

Source: the project's own choice; what is looked at again and again is the same each time, without a seed.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Int32


def even_sample(count: int, most: int) -> Int32[np.ndarray, " sample"]:
    """Places of at most so many of `count` things, evenly spaced.

    Args:
        count: how many there are.
        most: how many are taken at most.

    Returns:
        int32 [sample], in ascending order.

    Example:
        >>> even_sample(10, most=4), even_sample(2, most=4)
        (array([0, 2, 5, 7], dtype=int32), array([0, 1], dtype=int32))
    """
    taken = min(count, most)
    return (np.arange(taken) * count // max(taken, 1)).astype(np.int32)
