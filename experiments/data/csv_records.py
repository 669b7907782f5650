"""Records of delimited files, with the lines they lie on.

Source: RFC 4180 (CSV); IANA's text/tab-separated-values (TSV).
"""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from embedlab.checks import require

# Longer fields than the csv module's default of 131,072 characters occur (books, logs). A limit there must
# be, since a quote that is never closed swallows the rest of the file.
_LONGEST_FIELD = 2**24
_RETURNS = r"if lines end so, convert the file, with `tr '\r' '\n'`, say; else put the field in quotes"
#: What parts fields in the wild, the most usual first, with how a shell is given it.
DELIMITERS = {",": "','", ";": "';'", "\t": "$'\\t'", "|": "'|'"}


def csv_records(
    path: Path, lines: Iterable[str], dialect: dict[str, Any], hint: str
) -> Iterator[tuple[int, int, list[str]]]:
    """Records with the first and last physical line they lie on; blank lines are passed over.

    Args:
        path: the file, for the error message.
        lines: its lines, ends of line kept.
        dialect: what the csv module is told.
        hint: how a field is written that holds what would end it, for the error message.

    Raises:
        ValueError: at a record that is none, such as one with a quote that is never closed.

    Example:
        >>> list(csv_records(Path("a.csv"), ['a,b\\n', '1,"x\\n', 'y"\\n'], {"delimiter": ","}, ""))
        [(1, 1, ['a', 'b']), (2, 3, ['1', 'x\\ny'])]
    """
    reader = csv.reader(lines, strict=True, **dialect)
    with _long_fields():
        while True:
            first = reader.line_num + 1
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                where = on_lines(first, reader.line_num)
                fault, remedy = _told(error, hint)
                raise ValueError(f"{path}, {where}: {fault}; {remedy}") from None
            if fields:
                yield first, reader.line_num, fields


def fields_of(line: str, delimiter: str, *, plain: bool = False) -> list[str]:
    """The fields of a record on a line of its own, without white space around them.

    Args:
        line: the record; its end may be there.
        delimiter: the character between fields.
        plain: whether a quote is a character like others.

    Raises:
        ValueError: it is no record, as where a quote is never closed.

    Example:
        >>> fields_of('7, "a, b"\\n', ","), fields_of('7\\t"a', "\\t", plain=True)
        (['7', 'a, b'], ['7', '"a'])
    """
    dialect: dict[str, Any] = {"delimiter": delimiter, "skipinitialspace": True, "strict": True}
    if plain:
        dialect["quoting"] = csv.QUOTE_NONE
    try:
        with _long_fields():
            found = next(csv.reader([line.rstrip("\r\n")], **dialect), [])
    except csv.Error as error:
        fault, hint = _told(error, quoted_hint(delimiter))
        raise ValueError(f"{fault}; {hint}") from None
    return [field.strip() for field in found]


def _told(error: csv.Error, hint: str) -> tuple[str, str]:
    """What is wrong with a record, and how to mend it."""
    fault = str(error).partition(" - ")[0]  # what follows is advice to a programmer
    if fault.startswith("new-line character"):
        return "a carriage return within a line, which ends none here", _RETURNS
    return fault, hint


def quoted_hint(delimiter: str) -> str:
    """How a field of a CSV file is written that holds what would end it.

    Args:
        delimiter: the character between fields.

    Example:
        >>> quoted_hint(",")[:34]
        "put a field that holds ',', a quot"
    """
    return (
        f"put a field that holds {delimiter!r}, a quote or a newline in quotes, double a quote "
        f"inside one, and close every quote"
    )


def require_delimiter(delimiter: str, field: str = "delimiter") -> None:
    """Refuses what parts no fields.

    Args:
        delimiter: what should stand between fields.
        field: that it was given as, for the error message.

    Raises:
        ValueError: it is not one character, or a quote or an end of line.

    Example:
        >>> require_delimiter("::")
        Traceback (most recent call last):
        ValueError: delimiter='::': give one character that is no quote and no end of line
    """
    require(
        len(delimiter) == 1 and delimiter not in '"\r\n\0',
        field,
        delimiter,
        "give one character that is no quote and no end of line",
    )


def on_lines(first: int, last: int) -> str:
    """The lines of a file that something lies on.

    Args:
        first: number of the first.
        last: number of the last.

    Example:
        >>> on_lines(3, 3), on_lines(3, 5)
        ('line 3', 'lines 3–5')
    """
    return f"line {first}" if last <= first else f"lines {first}–{last}"


@contextlib.contextmanager
def _long_fields() -> Iterator[None]:
    """The limit is the csv module's own, for all readers: raised while reading, then put back."""
    before = csv.field_size_limit(_LONGEST_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)
