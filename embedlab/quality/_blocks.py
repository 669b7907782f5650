"""All pairs without an n × n array: rows are taken in blocks, each compared with the whole table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

# Numbers in one block of scores: 16 MiB in float32, and one block for 2,000 rows. Of a table so large that
# a block would be fewer rows than this, these many are taken, lest each block reads the table for little.
_BLOCK_NUMBERS = 1 << 22
_LEAST_ROWS = 32


def by_blocks(function: Callable[[Any], Any], rows: Any, width: int) -> Any:
    """Maps a function of one row over rows, as many at once as keep rows × width within a block.

    Args:
        function: from one row (of each leaf) to arrays; `width` numbers are alive for it at a time.
        rows: arrays [n, ...].
        width: numbers that a row needs, the number of vectors it is compared with.

    Returns:
        What the function returns, stacked: [n, ...].
    """
    return jax.lax.map(function, rows, batch_size=max(_LEAST_ROWS, _BLOCK_NUMBERS // max(width, 1)))
