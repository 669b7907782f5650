"""New rows for a stored model: lines of a delimited file, whose header names what the model reads.

Source: none; the rules are the project's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from embedlab.text import Vocabulary
from experiments.data.csv_records import DELIMITERS, fields_of
from experiments.data.tables import Table
from experiments.nearest import nearest_first
from experiments.study.tabular.frame import Frame, framed
from experiments.study.tabular.rows import TableData
from experiments.study.tabular.words import Words


def new_rows(data: TableData, words: Words, lines: Sequence[str], header: str) -> Frame:
    """The columns of new rows that a model reads.

    Args:
        data: what the model was trained on; says how fields are parted, and the columns of files without a
            header.
        words: what the model reads.
        lines: a row each.
        header: names of columns; empty where files have none.

    Raises:
        ValueError: a column is not there, a line has too many or too few fields, or a number is none; says
            how many-th line it is.

    Example:
        >>> words = Words(("user",), (), {"age": np.array([1.0, 2.0])})
        >>> new_rows(TableData(path="a.csv"), words, ["40;u7"], "age;user").numeric["age"]
        array([40.])
    """
    wanted = words.columns_read
    delimiter, names = _header(data, wanted, header, lines)
    rows = []
    for name in wanted:
        if names.count(name) > 1:
            raise ValueError(f"two columns or more are called {name!r}; give each a name of its own")
    for number, line in enumerate(lines, 1):
        try:
            fields = _fields(data, line, delimiter)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from None
        if len(fields) == len(names) - 1 and data.header:  # the target is what is asked for
            fields.insert(names.index(data.target), "")
        if len(fields) != len(names):
            raise ValueError(f"line {number}: {len(fields)} fields where there are {len(names)} columns")
        rows.append([fields[names.index(name)] for name in wanted])
    columns = [[row[place] for row in rows] for place in range(len(wanted))]
    places = np.arange(1, len(lines) + 1, dtype=np.int32)
    table = Table(Path("new rows"), dict(zip(wanted, columns, strict=True)), places, places)
    try:
        return framed([table], words.categorical, words.numeric)
    except ValueError as error:
        raise ValueError(str(error).removeprefix("new rows, ")) from None


def strange(
    data: TableData, words: Words, vocabulary: Vocabulary, lines: Sequence[str], header: str
) -> list[tuple[str, ...]]:
    """The values of categories of each line, as `COLUMN=value`, that were not learnt.

    Args:
        data: see `new_rows`, as the next.
        words: what the model reads.
        vocabulary: what it learnt.
        lines: a row each.
        header: names of columns; empty where files have none.

    Raises:
        ValueError: as `new_rows`.

    Example:
        >>> words, vocabulary = Words(("user",), (), {}), Vocabulary.build([["user=u7"]])
        >>> strange(TableData(path="a.csv"), words, vocabulary, ["u7", "u8"], "user")
        [(), ('user=u8',)]
    """
    frame = new_rows(data, words, lines, header)
    found: list[list[str]] = [[] for _ in lines]
    for name in words.categorical:
        column = frame.categorical[name]
        new = [f"{name}={value}" not in vocabulary for value in column.values]
        for own, code in zip(found, column.codes.tolist(), strict=True):
            own += [f"{name}={column.values[code]}"] if new[code] else []
    return [tuple(own) for own in found]


def _header(
    data: TableData, wanted: Sequence[str], header: str, lines: Sequence[str]
) -> tuple[str, list[str]]:
    """What parts fields, and the names of columns."""
    marks = [data.delimiter] if data.delimiter else list(DELIMITERS)
    if data.header:
        names = list(data.header)
        fits = [m for m in marks if lines and len(_tried(data, lines[0], m)) in (len(names), len(names) - 1)]
        return (fits or marks)[0], names
    found = {mark: _tried(data, header, mark) for mark in marks}
    for mark, names in found.items():
        if set(wanted) <= set(names):
            return mark, names
    if not any(found.values()):
        try:
            _fields(data, header, marks[0])
        except ValueError as error:
            raise ValueError(f"the first line names no columns: {error}") from None
    mark = max(found, key=lambda one: len(set(wanted) & set(found[one])))
    lacking = next(name for name in wanted if name not in found[mark])
    raise ValueError(
        f"there is no column {lacking!r}, which the model reads; the first line names "
        f"{nearest_first(lacking, found[mark])}"
    )


def _fields(data: TableData, line: str, delimiter: str) -> list[str]:
    """The fields of a line, in quotes where those of the model's own file may be."""
    return fields_of(line, delimiter, plain=data.plain(delimiter)) or [""]


def _tried(data: TableData, line: str, delimiter: str) -> list[str]:
    """The fields of a line if this parts them; none where they are no record then."""
    try:
        return _fields(data, line, delimiter)
    except ValueError:
        return []
