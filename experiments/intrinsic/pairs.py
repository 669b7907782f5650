"""Files of pairs of words and what people say of their similarity.

Source: the forms in the wild: WordSim-353's CSV, SimLex-999's and SimVerb's columns, MEN's blanks, RW's tabs.
"""

from __future__ import annotations

import math
from pathlib import Path

from experiments.intrinsic.lines import numbered, parted, separator

Pair = tuple[str, str, float]

_MOST_JUDGES = 20  # columns of numbers in a line


def read_pairs(path: Path, encoding: str = "utf-8") -> tuple[Pair, ...]:
    """Reads pairs, one a line: two words and a number behind them, parted by tabs, commas or blanks.

    The number may be in any later column, the same in all lines: SimLex-999 has the part of speech before
    it. A first line without a number is a header, and lines that begin with # are remarks.

    Args:
        path: the file.
        encoding: of the file.

    Raises:
        ValueError: a line has another form, with its number, as those of a file of vectors; or there is no
            pair.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "pairs.csv"
        >>> _ = path.write_text("Word 1,Word 2,Human (mean)\\ntiger,cat,7.35\\n")
        >>> read_pairs(path)
        (('tiger', 'cat', 7.35),)
    """
    found: list[Pair] = []
    sign: str | None = None
    column = 0
    first = True
    for number, line in numbered(path, "--similarity", encoding):
        if line.startswith("#"):
            continue
        if first:
            sign = separator(line)
        fields = parted(line, sign)
        if not found and _is_vector(fields):
            raise ValueError(
                f"{path}, line {number}: this looks like a file of vectors ({line[:40]!r}); give it as "
                "VECTORS, and here one of pairs, a line WORD WORD NUMBER"
            )
        if not column:
            column = next((i for i, field in enumerate(fields) if i > 1 and _number(field) is not None), 0)
            if not column and first and len(fields) > 2:
                first = False
                continue  # a header
        first = False
        value = _number(fields[column]) if 1 < column < len(fields) else None
        if value is None or not math.isfinite(value) or not fields[0] or not fields[1]:
            blank = _shown(sign)
            raise ValueError(
                f"{path}, line {number}: {line[:60]!r} is not of the form WORD{blank}WORD{blank}NUMBER"
                f"{_where(column)}; mend it, or leave it out"
            )
        found.append((fields[0], fields[1], value))
    if not found:
        raise ValueError(f"{path}: there is no pair in it; give two words and a number a line")
    return tuple(found)


def _is_vector(fields: list[str]) -> bool:
    """A word and more numbers than any set has judges; or the two sizes at the head of such a file."""
    sizes = len(fields) == 2 and all(field.isdecimal() for field in fields)
    return sizes or sum(_number(field) is not None for field in fields[1:]) > _MOST_JUDGES


def _number(field: str) -> float | None:
    try:
        return float(field)
    except ValueError:
        return None


def _shown(sign: str | None) -> str:
    return {None: " ", "\t": "<TAB>"}.get(sign, sign or "")


def _where(column: int) -> str:
    return f" (the number in column {column + 1}, as above)" if column > 2 else ""
