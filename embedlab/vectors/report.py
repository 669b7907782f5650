"""What was found in a file of vectors beside its vectors."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Report:
    """What a file held, and what became of it.

    Attributes:
        format: name of the format that it was read as.
        rows: vectors that were looked at.
        skipped: of words that `only` does not name.
        duplicates: of words that were there already; the one before or this one is left out.
        dropped: with a NaN or an infinity, left out.
        zeroed: with a NaN or an infinity, made zero.
        replaced: words that were no UTF-8, and have U+FFFD for what was none.
        collisions: of these, words that became the same as another one; counted among `duplicates` too.

    Example:
        >>> Report("glove", rows=400_000, duplicates=1).kept
        399999

    Source: none.
    """

    format: str
    rows: int = 0
    skipped: int = 0
    duplicates: int = 0
    dropped: int = 0
    zeroed: int = 0
    replaced: int = 0
    collisions: int = 0

    @property
    def kept(self) -> int:
        """Vectors that came out."""
        return self.rows - self.skipped - self.duplicates - self.dropped

    def __str__(self) -> str:
        told = [f"{self.kept:,} of {self.rows:,} vectors read as {self.format}"]
        counts = dataclasses.asdict(self)
        told += [f"{counts[name]:,} {name}" for name in list(counts)[2:] if counts[name]]
        return ", ".join(told)
