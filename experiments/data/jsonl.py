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
from experiments.nearest import nearest_first

_LEVELS = 5  # of objects in objects, whose keys an error message names


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
        try:
            found = json.loads(line.rstrip("\r\n"))  # with its end a line that breaks off would be two
        except json.JSONDecodeError as error:
            raise ValueError(
                f"no JSON ({error.msg} at column {error.colno}); write one JSON object a line"
            ) from None
        except RecursionError:
            raise ValueError("nested too deeply; write an object of a few levels") from None
        except ValueError:
            raise ValueError("a number of too many digits; write it as a string") from None
        if not isinstance(found, dict):
            raise ValueError(
                f"a JSON {type(found).__name__} where an object is expected; write one object a line "
                f"(`jq -c '.[]'` makes them of one array)"
            )
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
    value: Any = found
    for part in [key] if key in found else key.split("."):
        if not isinstance(value, dict) or part not in value:
            known = nearest_first(key, list(_keys(found)))
            raise ValueError(f"no key {key!r}; the object has {known}; name one of them with --data.{field}")
        value = value[part]
    return value


def _keys(found: dict[str, Any], outer: str = "", levels: int = _LEVELS) -> Iterator[str]:
    """The keys whose values are no objects, those within others by points."""
    for key, value in found.items():
        if isinstance(value, dict) and value and levels > 1:
            yield from _keys(value, f"{outer}{key}.", levels - 1)
        else:
            yield outer + key


def _within(value: Any) -> str:
    """How a key within an object is named, where a value is one."""
    return ", or name a key within it by a point, as outer.inner" if isinstance(value, dict) else ""
