"""How fast a training is, as far as it was timed."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(eq=False)
class Speed:
    """How fast steps are taken, in this process, compilation apart.

    Attributes:
        steps: that were timed.
        seconds: that they took.

    Example:
        >>> speed = Speed()
        >>> speed.add(steps=50, seconds=2.0)
        >>> speed.of(1000)
        25000.0
    """

    steps: int = 0
    seconds: float = 0.0

    def add(self, steps: int, seconds: float) -> None:
        """Steps were taken."""
        self.steps += steps
        self.seconds += seconds

    def of(self, each: float) -> float | None:
        """So many of something a second, if a step has `each` of it; None where no step was timed."""
        return each * self.steps / self.seconds if self.seconds else None
