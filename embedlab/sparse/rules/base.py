"""What a rule provides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from jaxtyping import Array, Float

#: What a rule keeps of each row: name → float [rows, width or 1].
RowArrays = Mapping[str, Any]


@runtime_checkable
class Rule(Protocol):
    """An optimizer's direction, as a pair of pure functions of some rows: optax's `scale_by_…`, row by row.

    A rule is a frozen dataclass and never sees a table: it is given the rows that a step touched, duplicates
    merged. A row moves by `w ← w − rate · direction`.
    """

    def init(self, rows: int, width: int, dtype: Any) -> dict[str, Float[Array, "rows _"]]:
        """What it keeps of each row, before the first step.

        Args:
            rows: of the table.
            width: of a row.
            dtype: of what is kept, float32 or wider.

        Returns:
            Name → float [rows, width], or [rows, 1].
        """
        ...

    def update(self, gradient: Any, kept: RowArrays, count: Any) -> tuple[Any, dict[str, Any]]:
        """The direction, and what is kept afterwards.

        Args:
            gradient: float [n, width] of n rows.
            kept: what was kept of them, float [n, …].
            count: int32 [], steps taken before this one.

        Returns:
            Direction float [n, width], and what is kept.
        """
        ...


@runtime_checkable
class Idle(Protocol):
    """What a rule has beside `Rule` if rows move without a gradient, as those of momentum and Adam do.

    Such steps are made up for when the row is next touched, before it is read: that is what makes a mode
    exact. They have no closed form, since the rate may change from step to step; but the direction shrinks,
    and after `idle_steps` it is below rounding.
    """

    def idle_steps(self, dtype: Any) -> int:
        """After how many steps without a gradient the direction is below rounding.

        Args:
            dtype: of a row's entries, [rows, width].
        """
        ...

    def idle(self, kept: RowArrays, count: Any) -> tuple[Any, dict[str, Any]]:
        """`update` with a gradient of zeros.

        Args:
            kept: float [n, …].
            count: int32 [n, 1], steps taken before this one.
        """
        ...

    def rest(self, kept: RowArrays, steps: Any) -> dict[str, Any]:
        """What is kept after so many further steps without a gradient.

        Args:
            kept: float [n, …].
            steps: int32 [n, 1].
        """
        ...


@runtime_checkable
class Kernel(Protocol):
    """What a rule has beside `Rule` if there is a kernel for it, which does the whole update in one go."""

    @property
    def kernel(self) -> str:
        """The rule's name in `embedlab.native`; empty if these settings have none."""
        ...

    def numbers(self, rate: Any, count: Any) -> list[Any]:
        """What the kernel is told, in its order.

        Args:
            rate: learning rate, float [].
            count: int32 [], steps taken before this one.
        """
        ...
