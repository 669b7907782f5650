"""`Freeze`: rows that do not move, for good or until a step."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax.numpy as jnp

from embedlab.checks import require, require_count


@dataclasses.dataclass(frozen=True, eq=False)
class Freeze:
    """Which rows of a table do not move: no gradient, no decay, and their moments stay as they are.

    Attributes:
        rows: which: None for all; ranges ((start, stop), …), stop excluded; or a mask, bool [rows].
        until: the step from which they move after all, counted from 0; None for never.

    Raises:
        ValueError: a range that is none, a mask that is not of bools, a step below 0.

    Example:
        >>> Freeze(((0, 2),)).holds(jnp.array([1, 2]), {}, 0).ravel()
        Array([ True, False], dtype=bool)

    Source: gradual unfreezing as in Howard & Ruder 2018, "Universal language model fine-tuning".
    """

    rows: Any = None
    until: int | None = None

    def __post_init__(self) -> None:
        if self.until is not None:
            require_count("until", self.until, least=0)
        if self.is_mask:
            fits = self.rows.dtype == bool and self.rows.ndim == 1
            require(fits, "rows", f"{self.rows.dtype} {self.rows.shape}", "give a mask of bools [rows]")
            return
        ranges = self.rows is None or isinstance(self.rows, tuple | list)
        require(ranges, "rows", self.rows, "give ranges ((start, stop), …), a mask of bools, or None")
        for one in self.rows or ():
            pair = isinstance(one, tuple) and len(one) == 2 and all(isinstance(x, int) for x in one)
            rises = pair and 0 <= one[0] <= one[1]
            require(rises, "rows", one, "give ranges (start, stop), such as (0, 100)")

    @property
    def is_mask(self) -> bool:
        """Whether rows are given by a mask, which is then kept with the state of the rows."""
        return hasattr(self.rows, "dtype")

    def init(self, rows: int) -> dict[str, Any]:
        """What is kept of each row: the mask [rows, 1], if there is one.

        Args:
            rows: of the table.

        Raises:
            ValueError: the mask is of another length, or a range goes beyond the table.

        Example:
            >>> Freeze(jnp.array([True, False])).init(2)["frozen"].shape
            (2, 1)
        """
        if self.is_mask:
            found = tuple(self.rows.shape)
            require(found == (rows,), "rows.shape", found, f"give one value a row, shape ({rows},)")
            return {"frozen": jnp.asarray(self.rows)[:, None]}
        for start, stop in self.rows or ():
            require(stop <= rows, "rows", (start, stop), f"the table has {rows} rows")
        return {}

    def covers(self, rows: Any, kept: Any) -> Any:
        """bool [n, 1]: which of some rows are meant, whatever the step.

        Args:
            rows: int32 [n], their numbers.
            kept: what is kept of them.

        Example:
            >>> Freeze().covers(jnp.array([5]), {})
            Array([[ True]], dtype=bool)
        """
        if self.is_mask:
            return kept["frozen"]
        if self.rows is None:
            return jnp.ones((*rows.shape, 1), bool)
        inside = [(rows >= start) & (rows < stop) for start, stop in self.rows]
        return jnp.any(jnp.stack([jnp.zeros(rows.shape, bool), *inside]), 0)[:, None]

    def holds(self, rows: Any, kept: Any, count: Any) -> Any:
        """bool [n, 1]: which of some rows do not move now.

        Args:
            rows: int32 [n], their numbers.
            kept: what is kept of them.
            count: int32 [], steps taken before this one.

        Example:
            >>> Freeze(until=3).holds(jnp.array([5]), {}, 3)
            Array([[False]], dtype=bool)
        """
        now = True if self.until is None else count < self.until
        return self.covers(rows, kept) & now
