"""To how many ids a document is padded: few widths, since a program is compiled for each."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int, Int32

_LEAST = 16


def widths(lengths: Int[np.ndarray, " rows"], most: int) -> Int32[np.ndarray, " rows"]:
    """The smallest power of two from 16 on that holds each document, and at most `most`.

    Padding to powers of two costs a third on average, where documents are of all lengths; to compile a
    program for more widths would cost seconds each.

    Example:
        >>> widths(np.array([0, 16, 17, 40, 50]), most=50)
        array([16, 16, 32, 50, 50], dtype=int32)

    Source: the project's own choice.
    """
    powers = _LEAST << np.arange(32 - _LEAST.bit_length())
    return np.minimum(powers[np.searchsorted(powers, lengths)], most).astype(np.int32)
