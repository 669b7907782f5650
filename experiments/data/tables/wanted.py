"""Which columns of a file are wanted, and which flags asked for them.

Source: the rules are the project's own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

from experiments.data.columns import column_number
from experiments.nearest import nearest_first


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What a program asks of a file.

    Attributes:
        columns: flag, without dashes -> name of the column; None for all that there are.

    Example:
        >>> wanted = Wanted({"data.user": "user_id", "data.item": "item"})
        >>> wanted.names(Path("a.csv"), ["item", "user_id", "stars"])
        ['user_id', 'item']
        >>> wanted.flags
        {'user_id': ('--data.user',), 'item': ('--data.item',)}
    """

    columns: Mapping[str, str] | None

    @property
    def flags(self) -> dict[str, tuple[str, ...]]:
        """name -> the flags that named it."""
        found: dict[str, tuple[str, ...]] = {}
        for flag, name in (self.columns or {}).items():
            found[name] = (*found.get(name, ()), f"--{flag}")
        return found

    def names(self, path: Path, there: Sequence[str], hint: str = "") -> list[str]:
        """The columns to read, each once.

        Args:
            path: the file, for the error message.
            there: the columns there are.
            hint: what may be wrong besides.

        Raises:
            ValueError: two columns of the file have one name, or one that is wanted is not there.
        """
        twice = sorted({name for name in there if list(there).count(name) > 1})
        if twice:
            shown = nearest_first(twice[0], twice)
            raise ValueError(
                f"{path}: two columns or more are called {shown}; give each a name of its own{hint}"
            )
        for flag, name in (self.columns or {}).items():
            group, _, field = flag.rpartition(".")
            column_number(path, field, name, there, hint, group)
        return list(self.flags) if self.columns is not None else list(there)
