"""Tables in files whose values have types: JSON Lines and Parquet.

Source: jsonlines.org; the Apache Parquet format, as pyarrow reads it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from experiments.data.json_objects import json_object, keys_within, value_at
from experiments.data.reading import text_lines
from experiments.data.tables.gather import Gathered
from experiments.data.tables.table import Table
from experiments.data.tables.wanted import Wanted


def read_jsonl(path: Path, wanted: Wanted, *, encoding: str, group: str) -> Table:
    """A table of a file with one JSON object a line; keys are columns, `outer.inner` of objects within.

    A key that an object lacks is a missing value; one that all lack is no column.

    Args:
        path: the file.
        wanted: which columns.
        encoding: of its bytes.
        group: of the flags, for error messages.

    Raises:
        ValueError: the file is malformed, or a column is not there.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "ratings.jsonl"
        >>> _ = path.write_text('{"user": 7, "at": {"year": 1999}}\\n{"user": 8}\\n')
        >>> read_jsonl(path, Wanted(None), encoding="utf-8", group="data").columns
        {'user': ['7', '8'], 'at.year': ['1999', '']}
    """
    objects: list[dict[str, Any]] = []
    lines: list[int] = []
    there: dict[str, None] = {}
    for number, line in enumerate(text_lines(path, encoding, f"--{group}.encoding"), 1):
        if not line.strip():
            continue
        try:
            found = json_object(line)
        except ValueError as error:
            raise ValueError(f"{path}, line {number}: {error}") from None
        objects.append(found)
        lines.append(number)
        there.update(dict.fromkeys(keys_within(found)))
    names = wanted.names(path, list(there))
    rows = Gathered(path, names, wanted.flags)
    rows.add([[_value(found, name) for found in objects] for name in names], lines, lines)
    return rows.table()


def _value(found: dict[str, Any], key: str) -> Any:
    try:
        return value_at(found, key)
    except KeyError:
        return None


def read_parquet(path: Path, wanted: Wanted, *, group: str) -> Table:
    """A table of a Parquet file; dates and times become ISO 8601 texts.

    Args:
        path: the file.
        wanted: which columns.
        group: of the flags, for error messages.

    Raises:
        ValueError: the file is no Parquet, or a column is not there or not of strings, numbers, truth values
            or times.

    Example:
        >>> import tempfile
        >>> import pyarrow as pa
        >>> import pyarrow.parquet as pq
        >>> path = Path(tempfile.mkdtemp()) / "ratings.parquet"
        >>> pq.write_table(pa.table({"user": [7, None]}), path)
        >>> read_parquet(path, Wanted(None), group="data").columns
        {'user': ['7', '']}
    """
    import pyarrow as pa  # half a second, which the other forms need not wait for
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            names = wanted.names(path, file.schema_arrow.names)
            rows = Gathered(path, names, wanted.flags, "row")
            first = 1
            for batch in file.iter_batches(columns=names):
                values = [_plain(batch.column(name)) for name in names]
                numbers = range(first, first + batch.num_rows)
                rows.add(values, numbers, numbers)
                first += batch.num_rows
            return rows.table()
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise ValueError(
            f"{path}: cannot be read as Parquet ({str(error).strip()}); write the file again, or name its "
            f"form with --{group}.form"
        ) from None


def _plain(column: Any) -> list[object]:
    """A column's values as Python's."""
    import pyarrow as pa

    if pa.types.is_temporal(column.type) or pa.types.is_decimal(column.type):
        column = column.cast(pa.string())
    values: list[object] = column.to_pylist()
    return values
