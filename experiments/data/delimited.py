"""CSV and TSV files.

Source: RFC 4180 (CSV); IANA's text/tab-separated-values (TSV).
"""

from __future__ import annotations

import csv
import dataclasses
from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from experiments.data.base import Source
from experiments.data.columns import ColumnSource, column_number, text_columns
from experiments.data.csv_records import DELIMITERS, csv_records, on_lines, quoted_hint, require_delimiter
from experiments.data.files import Row, TextSource


@dataclasses.dataclass(frozen=True)
class Delimited(ColumnSource, TextSource):
    """A file of rows and named columns.

    Attributes:
        columns: names of all columns, for a file whose first line is no header; empty to read the header.

    Raises:
        ValueError: where an inherited field is wrong.

    Example:
        >>> Csv(path="news.csv", columns=("label", "title", "text")).columns  # of a file without a header
        ('label', 'title', 'text')
    """

    columns: tuple[str, ...] = ()

    @abstractmethod
    def dialect(self) -> dict[str, Any]:
        """What the csv module is told."""

    def rows(self, path: Path) -> Iterator[Row]:
        records = self._records(path)
        header = list(self.columns) or next(records, ("", [""]))[1]
        names = text_columns(self.text, header)
        hint = self._header_hint(header)
        texts = [column_number(path, "text", name, header, hint) for name in names]
        others = text_columns(self.second, header) if self.second else []
        seconds = [column_number(path, "second", name, header, hint) for name in others]
        label = column_number(path, "label", self.label, header, hint)
        split = column_number(path, "split", self.split, header, hint) if self.split else None
        for where, fields in records:
            if len(fields) != len(header):
                raise ValueError(
                    f"{path}, {where}: {len(fields)} fields where there are {len(header)} columns; "
                    f"{self._delimiter_hint(fields) or self.hint()}"
                )
            text, second = (" ".join([fields[i] for i in columns]) for columns in (texts, seconds))
            side = "" if split is None else fields[split]
            yield Row(where, text, fields[label].strip(), side, second if seconds else None)

    @abstractmethod
    def hint(self) -> str:
        """How a field is written that holds what would end it."""

    def _header_hint(self, header: list[str]) -> str:
        """What else may be wrong where a column is not found."""
        if found := self._delimiter_hint(header):
            return f"; or, {found}"
        if self.columns:
            return ""
        return "; or, if the first line is a row and no header, name all columns in order with --data.columns"

    def _delimiter_hint(self, fields: list[str]) -> str:
        """What is said of one field that holds what may be the delimiter; empty of others."""
        own = self.dialect()["delimiter"]
        found = [other for other in DELIMITERS if other != own and other in fields[0]]
        if len(fields) > 1 or not found:
            return ""
        shown = {"\t": "a tab"}.get(found[0], repr(found[0]))
        flag = f"--data.type csv --data.delimiter {DELIMITERS[found[0]]}"
        return f"if it is {shown} that parts fields here, give {flag}"

    def _records(self, path: Path) -> Iterator[tuple[str, list[str]]]:
        """Records with the physical lines they lie on; blank lines are passed over."""
        for first, last, fields in csv_records(path, self.lines(path), self.dialect(), self.hint()):
            yield on_lines(first, last), fields


@Source.register_subclass("csv")
@dataclasses.dataclass(frozen=True)
class Csv(Delimited):
    """A CSV file: fields in quotes may hold delimiters, quotes (doubled) and newlines.

    Attributes:
        delimiter: the character between fields.

    Raises:
        ValueError: where the delimiter is not one character, or an inherited field is wrong.

    Example:
        >>> Csv(path="reviews.csv", text="review", label="stars").delimiter
        ','
    """

    delimiter: str = ","

    def __post_init__(self) -> None:
        super().__post_init__()
        require_delimiter(self.delimiter)

    def dialect(self) -> dict[str, Any]:
        return {"delimiter": self.delimiter}

    def hint(self) -> str:
        return quoted_hint(self.delimiter)


@Source.register_subclass("tsv")
@dataclasses.dataclass(frozen=True)
class Tsv(Delimited):
    """A file of tab-separated values.

    A quote is a character like others; a spreadsheet's export with quoted fields is a `Csv` with a tab as
    its delimiter.

    Example:
        >>> Tsv(path="sst.tsv", text="sentence").label
        'label'
    """

    def dialect(self) -> dict[str, Any]:
        return {"delimiter": "\t", "quoting": csv.QUOTE_NONE}

    def hint(self) -> str:
        return (
            "a field holds no tab and no newline; if fields are in quotes, read it with "
            "--data.type csv --data.delimiter $'\\t'"
        )
