"""A table of results: on a terminal, and in Markdown."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import rich.table
from rich import box
from rich.console import Group
from rich.text import Text


@dataclasses.dataclass(frozen=True)
class Grid:
    """Rows of cells under a header; all but the first column are numbers.

    Attributes:
        title: above the table.
        header: of the columns.
        rows: each with a cell for every column.
        caption: below the table; none if empty.
        left: columns that are text as the first one is.

    Example:
        >>> print(Grid("Pairs", ("set", "ρ"), (("MEN", "0.74"),)).markdown())
        **Pairs**
        <BLANKLINE>
        | set | ρ |
        |:----|--:|
        | MEN | 0.74 |

    Source: none.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    left: tuple[int, ...] = (0,)

    def markdown(self) -> str:
        """As Markdown."""
        rule = [
            f":{'-' * (len(name) + 1)}" if i in self.left else f"{'-' * (len(name) + 1)}:"
            for i, name in enumerate(self.header)
        ]
        lines = [f"**{self.title}**", "", _line(self.header), f"|{'|'.join(rule)}|"]
        lines += [_line(row) for row in self.rows]
        return "\n".join([*lines, "", self.caption] if self.caption else lines)

    def rich(self) -> Group:
        """For the terminal."""
        made = rich.table.Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
        for i, name in enumerate(self.header):
            made.add_column(Text(name), justify="left" if i in self.left else "right", overflow="fold")
        for row in self.rows:
            made.add_row(*map(Text, row))
        caption = [Text(self.caption, "dim")] if self.caption else []
        return Group(Text(self.title, "bold"), made, *caption)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
