"""JSON Lines files.

Source: jsonlines.org; RFC 8259 (JSON).
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from experiments.data.base import Source
from experiments.data.columns import ColumnSource, as_labels, text_columns
from experiments.data.files import Row, TextSource
from experiments.data.json_objects import json_object, keys_within, value_at
from experiments.nearest import nearest_first


@Source.register_subclass("jsonl")
@dataclasses.dataclass(frozen=True)
class Jsonl(ColumnSource, TextSource):
    """A file with one JSON object a line; blank lines are passed over. Its keys are what others call columns.

    The value of a text is a string; that of a label a string, a number or a truth value,
    or a list of them, for a task that takes several. A key within an object is named by points: `meta.body`
    of `{"meta": {"body": …}}`, unless there is a key of this whole name.

    Raises:
        ValueError: where an inherited field is wrong.

    Example:
        >>> Jsonl(path="reviews.jsonl", label="stars").text
        'text'
    """

    def rows(self, path: Path) -> Iterator[Row]:
        for number, line in enumerate(self.lines(path), 1):
            if line.strip():
                try:
                    yield Row(f"line {number}", *self._row(line))
                except ValueError as error:
                    raise ValueError(f"{path}, line {number}: {error}") from None

    def _row(self, line: str) -> tuple[str, str | tuple[str, ...], str, str | None]:
        found = json_object(line)
        texts = text_columns(self.text, list(found))
        splits = [self.split] if self.split else []
        seconds = text_columns(self.second, list(found)) if self.second else []
        values: dict[str, Any] = {}
        for field, keys in (("text", texts), ("second", seconds), ("label", [self.label]), ("split", splits)):
            for key in keys:
                values[key] = _value(found, field, key)
        for key in texts + seconds + splits:
            if not isinstance(values[key], str):
                value = values[key]
                raise ValueError(f"{key!r} is {json.dumps(value)[:40]}; give a string{_within(value)}")
        label = as_labels(values[self.label])
        if label is None:
            value = values[self.label]
            raise ValueError(
                f"{self.label!r} is {json.dumps(value)[:40]}; give one string, number or truth value, or a "
                f"list of them{_within(value)}"
            )
        text, second = (" ".join(values[key] for key in keys) for keys in (texts, seconds))
        return text, label, values[self.split] if splits else "", second if seconds else None


def _value(found: dict[str, Any], field: str, key: str) -> Any:
    """The value of a key, or of `outer.inner`."""
    try:
        return value_at(found, key)
    except KeyError:
        known = nearest_first(key, list(keys_within(found)))
        raise ValueError(
            f"no key {key!r}; the object has {known}; name one of them with --data.{field}"
        ) from None


def _within(value: Any) -> str:
    """How a key within an object is named, where a value is one."""
    return ", or name a key within it by a point, as outer.inner" if isinstance(value, dict) else ""
