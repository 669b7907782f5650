"""CSV and TSV files.

Source: RFC 4180 (CSV); IANA's text/tab-separated-values (TSV).
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from embedlab.checks import require
from experiments.data.base import Source
from experiments.data.columns import ColumnSource, column_number, text_columns
from experiments.data.files import Row, TextSource

# Longer fields than the csv module's default of 131,072 characters occur (books, logs). A limit there must
# be, since a quote that is never closed swallows the rest of the file.
_LONGEST_FIELD = 2**24
#: What parts fields in the wild, the most usual first, with how a shell is given it.
_DELIMITERS = {",": "','", ";": "';'", "\t": "$'\\t'", "|": "'|'"}


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
        found = [other for other in _DELIMITERS if other != own and other in fields[0]]
        if len(fields) > 1 or not found:
            return ""
        shown = {"\t": "a tab"}.get(found[0], repr(found[0]))
        flag = f"--data.type csv --data.delimiter {_DELIMITERS[found[0]]}"
        return f"if it is {shown} that parts fields here, give {flag}"

    def _records(self, path: Path) -> Iterator[tuple[str, list[str]]]:
        """Records with the physical lines they lie on; blank lines are passed over."""
        reader = csv.reader(self.lines(path), strict=True, **self.dialect())
        with _long_fields():
            while True:
                first = reader.line_num + 1
                try:
                    fields = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    where = _lines(first, reader.line_num)
                    fault = str(error).partition(" - ")[0]  # what follows is advice to a programmer
                    raise ValueError(f"{path}, {where}: {fault}; {self.hint()}") from None
                if fields:
                    yield _lines(first, reader.line_num), fields


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
        one = len(self.delimiter) == 1 and self.delimiter not in '"\r\n\0'
        require(one, "delimiter", self.delimiter, "give one character that is no quote and no end of line")

    def dialect(self) -> dict[str, Any]:
        return {"delimiter": self.delimiter}

    def hint(self) -> str:
        return (
            f"put a field that holds {self.delimiter!r}, a quote or a newline in quotes, double a quote "
            f"inside one, and close every quote"
        )


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


def _lines(first: int, last: int) -> str:
    return f"line {first}" if last <= first else f"lines {first}–{last}"


@contextlib.contextmanager
def _long_fields() -> Iterator[None]:
    """The limit is the csv module's own, for all readers: raised while reading, then put back."""
    before = csv.field_size_limit(_LONGEST_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)
