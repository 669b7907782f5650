"""Tables in files whose fields are parted by a character, and which character that is.

Source: RFC 4180 (CSV); the guess is the project's own. Python's csv.Sniffer guesses from the frequencies of
all characters, letters among them, and takes a letter for a delimiter where a file has one column.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from experiments.data.csv_records import DELIMITERS, csv_records, on_lines, quoted_hint
from experiments.data.reading import text_lines
from experiments.data.tables.gather import Gathered
from experiments.data.tables.table import Table
from experiments.data.tables.wanted import Wanted

_LOOKED_AT = 50  # records that a delimiter is guessed from
_AT_A_TIME = 1024  # rows that are made columns


def read_delimited(
    path: Path,
    wanted: Wanted,
    *,
    delimiter: str,
    header: Sequence[str],
    encoding: str,
    group: str,
    tabs: bool = False,
) -> Table:
    """A table of a file with one row a record.

    Args:
        path: the file.
        wanted: which columns.
        delimiter: between fields; empty to guess it. Fields parted by one that was given may be in quotes, as
            may those parted by commas and semicolons; where tabs or bars were guessed a quote is a character.
        header: names of all columns, where the first record is no header.
        encoding: of its bytes.
        group: of the flags, for error messages.
        tabs: whether tabs part fields where no delimiter is given.

    Raises:
        ValueError: the file is malformed, the delimiter can't be told, or a column is not there.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "ratings.csv"
        >>> _ = path.write_text("user;stars\\n7;4,5\\n")
        >>> table = read_delimited(
        ...     path, Wanted(None), delimiter="", header=(), encoding="utf-8", group="data"
        ... )
        >>> table.column("stars")
        ['4,5']
    """
    flag = f"--{group}.encoding"
    parted = delimiter or ("\t" if tabs else _guessed(path, header, encoding, group))
    plain = not delimiter and parted in "\t|"
    dialect: dict[str, Any] = {"delimiter": parted, "skipinitialspace": True}
    hint = quoted_hint(parted)
    if plain:
        dialect = {"delimiter": parted, "quoting": csv.QUOTE_NONE}
        hint = (
            f"a field holds no {parted!r} and no newline; if fields are in quotes, give "
            f"--{group}.delimiter {DELIMITERS[parted]}"
        )
    records = csv_records(path, text_lines(path, encoding, flag), dialect, hint)
    names = list(header) or [name.strip() for name in next(records, (1, 1, [""]))[2]]
    fields = wanted.names(path, names, "" if header else of_header(group))
    rows = Gathered(path, fields, wanted.flags)
    places = [names.index(name) for name in fields]
    for chunk in _chunks(records):
        starts, ends, all_fields = zip(*chunk, strict=True)
        if set(map(len, all_fields)) != {len(names)}:
            first, last, found = next(record for record in chunk if len(record[2]) != len(names))
            raise ValueError(
                f"{path}, {on_lines(first, last)}: {len(found)} fields where there are {len(names)} "
                f"columns; {hint}; fields are taken to be parted by {parted!r}: give another with "
                f"--{group}.delimiter"
            )
        columns = list(zip(*all_fields, strict=True))
        rows.add([columns[place] for place in places], starts, ends)
    return rows.table()


def of_header(group: str) -> str:
    """What else may be wrong where a column is not found, with the flag of the group that mends it."""
    return f"; or, if the first line is a row and no header, name all columns in order with --{group}.header"


def _chunks(records: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(itertools.islice(records, _AT_A_TIME)):
        yield chunk


def _guessed(path: Path, header: Sequence[str], encoding: str, group: str) -> str:
    """The delimiter by which all of the first records have as many fields, two or more; the most, of several.

    Where none does so, as where a row is malformed, it is the one that parts most fields of the first record,
    so that the error is about that row; a comma where it is of one field by all.
    """
    lines = list(itertools.islice(text_lines(path, encoding, f"--{group}.encoding"), _LOOKED_AT))
    counts = {delimiter: _fields(lines, delimiter) for delimiter in DELIMITERS}
    first = {delimiter: found[0] if found else 1 for delimiter, found in counts.items()}
    even = {one for one, found in counts.items() if first[one] > 1 and len(set(found)) == 1}
    if header:
        even = {one for one in even if first[one] == len(header)}
    best = max(even or first, key=lambda one: first[one])
    ties = [one for one in DELIMITERS if one in even and first[one] == first[best]]
    if len(ties) > 1:
        shown = ", ".join(map(repr, ties))
        raise ValueError(
            f"{path}: its rows have {first[best]} fields parted by any of {shown}; "
            f"say which it is with --{group}.delimiter"
        )
    return best


def _fields(lines: list[str], delimiter: str) -> list[int]:
    """Fields in each of the first records, up to the first that is malformed or cut off."""
    counts = []
    dialect: dict[str, Any] = {"delimiter": delimiter, "skipinitialspace": True, "strict": True}
    if delimiter in "\t|":
        dialect["quoting"] = csv.QUOTE_NONE
    reader = csv.reader(lines, **dialect)
    try:
        for fields in reader:
            if fields:
                counts.append(len(fields))
    except csv.Error:
        pass
    return counts
