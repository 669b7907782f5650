"""Reads the tables and paragraphs of a run's own `table.md`, which the page shows as they are.

Source: none.
"""

from __future__ import annotations

import dataclasses
import re

_CELL = re.compile(r"(?<!\\)\|")


@dataclasses.dataclass(frozen=True)
class Grid:
    """A table of text.

    Attributes:
        head: titles of the columns.
        rows: the cells.
        right: by column, whether it is set to the right.

    Example:
        >>> parts("| a | b |\\n|---|--:|\\n| x \\\\| y | 1 |\\n\\nBelow.")[0].rows
        (('x | y', '1'),)
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]


def parts(text: str) -> list[Grid | str]:
    """The tables and the paragraphs of a text, in their order.

    Args:
        text: Markdown as the programs here write it: blocks with an empty line between.
    """
    blocks = [block.strip("\n") for block in re.split(r"\n\s*\n", text) if block.strip()]
    return [_grid(block) if _is_grid(block) else block for block in blocks]


def _is_grid(block: str) -> bool:
    lines = block.splitlines()
    return len(lines) > 1 and lines[0].startswith("|") and re.fullmatch(r"[|:\- ]+", lines[1]) is not None


def _grid(block: str) -> Grid:
    lines = block.splitlines()
    head, rules, *rows = [_cells(line) for line in lines]
    # Titles are broken at hyphens over the lines of a terminal's table.
    titles = tuple(title.replace("- ", "") for title in head)
    right = [rule.endswith(":") for rule in rules]
    wide = len(titles)  # of a file that someone edited rows may be shorter, or longer
    filled = tuple((*row, *[""] * wide)[:wide] for row in rows)
    return Grid(titles, filled, tuple((*right, *[False] * wide)[:wide]))


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip().replace("\\|", "|") for cell in _CELL.split(line.strip())[1:-1])
