"""Sources whose rows have named values: which of them hold the text, the label, the side of the split.

Source: the rules are the project's own.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Sequence
from pathlib import Path

from embedlab.checks import require
from experiments.data.files import FileSource
from experiments.nearest import meant, nearest_first


@dataclasses.dataclass(frozen=True)
class ColumnSource(FileSource):
    """A source that reads a file of rows with named columns.

    Attributes:
        text: the column that holds the text; or several joined by `+`, as `title+description`, whose texts
            are put together with a space between.
        second: the column that holds a second text, where rows are pairs of texts; empty for none. Several
            are joined as those of `text` are.
        label: the column that holds the label.
        split: the column that says on which side a row is (train, valid or test); empty for none.

    Raises:
        ValueError: where two of these are one column, or a field of `FileSource` is wrong.

    Example:
        >>> from experiments.data import Csv
        >>> Csv(path="news.csv", text="title+description").text
        'title+description'
    """

    text: str = "text"
    second: str = ""
    label: str = "label"
    split: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        require(bool(self.text), "text", self.text, "name the column that holds the text")
        require(bool(self.label), "label", self.label, "name the column that holds the label")
        require(self.text != self.label, "label", self.label, "text and label are the same column; name two")
        other = self.second not in (self.text, self.label)
        remedy = "this column is the text or the label; name another, or none"
        require(other, "second", self.second, remedy)
        other = self.split not in (self.text, self.label, self.second or self.text)
        require(other, "split", self.split, "this column is the text or the label; name another, or none")


def text_columns(text: str, columns: Sequence[str]) -> list[str]:
    """The columns that `title+description` names; one, where there is a column of the whole name.

    Args:
        text: the field's value.
        columns: the names there are.

    Example:
        >>> text_columns("title+description", ["title", "description"]), text_columns("a+b", ["a+b"])
        (['title', 'description'], ['a+b'])
    """
    return [text] if text in columns else [part.strip() for part in text.split("+")]


def column_number(
    path: Path, field: str, name: str, columns: Sequence[str], hint: str = "", group: str = "data"
) -> int:
    """Where a column stands among those of a file; its name must stand there once.

    Args:
        path: the file, for the error message.
        field: the field that names the column, for the error message.
        name: the column's name.
        columns: the names there are.
        hint: what the error message says more.
        group: that the field belongs to in a config.

    Raises:
        ValueError: where there is no such column, or two.

    Example:
        >>> column_number(Path("a.csv"), "text", "review", ["stars", "review"])
        1
    """
    if list(columns).count(name) == 1:
        return list(columns).index(name)
    fault, near = ("has two columns", "") if name in columns else ("has no column", meant(name, columns))
    raise ValueError(
        f"--{group}.{field}={name!r}: {path} {fault} of this name; its columns are "
        f"{nearest_first(name, columns)}{near}; name one of them with --{group}.{field}{hint}"
    )


def as_labels(value: object) -> str | tuple[str, ...] | None:
    """A typed value as the name of a class, or as several; None where it cannot be one.

    Args:
        value: a value of a JSON object or of a column.

    Example:
        >>> [as_labels(x) for x in (" spam", 3, True, 4.5, None, {}, ["a", 1], ["a", None])]
        ['spam', '3', 'true', '4.5', None, None, ('a', '1'), None]
    """
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        names = [as_labels(item) for item in value]
        return tuple(name for name in names if isinstance(name, str)) if _all_one(names) else None
    number = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
    return json.dumps(value) if number else None


def _all_one(names: Sequence[object]) -> bool:
    return all(isinstance(name, str) for name in names)
