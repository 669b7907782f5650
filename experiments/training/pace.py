"""How many steps a call takes: as many as it takes a moment for, so that a stop is heard soon."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator


class Pace:
    """Finds how many steps a call takes by how long the calls before it took.

    The number doubles while a call takes less than a quarter of a second, and halves where one takes a whole.

    Attributes:
        most: of one call.

    Example:
        >>> pace = Pace(most=256)
        >>> counts = []
        >>> for _ in range(4):
        ...     with pace(left=6) as count:    # and so that many steps in here
        ...         counts.append(count)
        >>> counts
        [1, 2, 4, 6]
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self._clock = clock
        self._count = 1  # a first call compiles, however long a step takes

    @contextlib.contextmanager
    def __call__(self, left: int) -> Iterator[int]:
        """Within, so many steps are to be taken, of those left."""
        count = min(self._count, left)
        before = self._clock()
        yield count
        seconds = self._clock() - before
        if seconds < 0.25 and count == self._count:
            self._count = min(2 * self._count, self.most)
        elif seconds > 1:
            self._count = max(1, count // 2)
