"""How much of an embedding its metrics look at, and how often."""

from __future__ import annotations

import dataclasses

from embedlab.checks import require, require_count


@dataclasses.dataclass(frozen=True)
class Quality:
    """How much of an embedding its intrinsic metrics look at.

    Attributes:
        rows: vectors that a metric looks at, at most.
        neighbours: nearest neighbours of a vector, where a metric counts them.
        every: evaluations from one look at the embedding to the next while it is trained; 0 for none before
            the end. A look takes some tenths of a second.

    Raises:
        ValueError: a count below 1, or not fewer neighbours than rows.

    Example:
        >>> Quality(rows=500)
        Quality(rows=500, neighbours=10, every=5)
    """

    rows: int = 2000
    neighbours: int = 10
    every: int = 5

    def __post_init__(self) -> None:
        for field in ("rows", "neighbours"):
            require_count(field, getattr(self, field))
        require_count("every", self.every, least=0)
        fewer = self.neighbours < self.rows
        require(fewer, "neighbours", self.neighbours, f"give fewer neighbours than rows={self.rows}")
