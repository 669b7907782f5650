"""The settings of a table's words."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence

from embedlab.checks import require, require_count
from experiments.nearest import nearest_first

_MOST_BINS = 10_000


@dataclasses.dataclass(frozen=True)
class Wording:
    """How values become words.

    Attributes:
        min_count: training rows in which a value has to occur to have a word of its own; rarer ones are
            `COLUMN=?` together, as values are that training does not have. An embedding that hashes without a
            vocabulary, or reads spellings, reads every value, seen or not.
        bins: stretches between a number's knots, at most; each holds as many training rows as the others.
        crosses: pairs of columns of categories that have a word each, as `ROLE*DEPARTMENT`; or more than two;
            `all` for all pairs.

    Raises:
        ValueError: a count below 1, or a cross that is none.

    Example:
        >>> Wording(crosses=("role*department",)).bins
        16
    """

    min_count: int = 2
    bins: int = 16
    crosses: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require_count("min_count", self.min_count)
        require_count("bins", self.bins)
        require(self.bins <= _MOST_BINS, "bins", self.bins, f"give at most {_MOST_BINS}")
        for cross in self.crosses:
            several = cross == "all" or len({part.strip() for part in cross.split("*")} - {""}) > 1
            remedy = (
                "write the names of two columns with * between, as 'role*department', or all for all pairs"
            )
            require(several, "crosses", cross, remedy)

    def parts(self, columns: Sequence[str], flag: str) -> tuple[tuple[str, ...], ...]:
        """The columns of each cross.

        Args:
            columns: of categories.
            flag: that names crosses, for error messages.

        Raises:
            ValueError: a cross names what is no column of categories.

        Example:
            >>> Wording(crosses=("all",)).parts(["a", "b", "c"], "--words.crosses")
            (('a', 'b'), ('a', 'c'), ('b', 'c'))
        """
        found: dict[tuple[str, ...], None] = {}
        for cross in self.crosses:
            if cross == "all":
                found.update(dict.fromkeys(itertools.combinations(columns, 2)))
                continue
            parts = tuple(part.strip() for part in cross.split("*"))
            for part in parts:
                if part not in columns:
                    raise ValueError(
                        f"{flag}={cross!r}: {part!r} is no column of categories; there are "
                        f"{nearest_first(part, columns)}"
                    )
            found[parts] = None
        return tuple(found)
