"""JSON Lines files.

Source: jsonlines.org; RFC 8259 (JSON).
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

from experiments.data.base import Source
from experiments.data.columns import ColumnSource, as_labels, text_columns
from experiments.data.files import Row, TextSource
from experiments.nearest import nearest_first


@Source.register_subclass("jsonl")
@dataclasses.dataclass(frozen=True)
class Jsonl(ColumnSource, TextSource):
    """A file with one JSON object a line; blank lines are passed over. Its keys are what others call columns.

    The value of a text is a string; that of a label a string, a number or a truth value,
    or a list of them, for a task that takes several.

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
            raise ValueError("nested too deeply; write a flat object") from None
        if not isinstance(found, dict):
            raise ValueError(
                f"a JSON {type(found).__name__} where an object is expected; write one object a line "
                f"(`jq -c '.[]'` makes them of one array)"
            )
        texts = text_columns(self.text, list(found))
        splits = [self.split] if self.split else []
        seconds = text_columns(self.second, list(found)) if self.second else []
        for field, keys in (("text", texts), ("second", seconds), ("label", [self.label]), ("split", splits)):
            for key in keys:
                if key not in found:
                    known = nearest_first(key, list(found))
                    raise ValueError(
                        f"no key {key!r}; the object has {known}; name one of them with --data.{field}"
                    )
        for key in texts + seconds + splits:
            if not isinstance(found[key], str):
                raise ValueError(f"{key!r} is {json.dumps(found[key])[:40]}; give a string")
        label = as_labels(found[self.label])
        if label is None:
            value = json.dumps(found[self.label])[:40]
            raise ValueError(
                f"{self.label!r} is {value}; give one string, number or truth value, or a list of them"
            )
        text, second = (" ".join(found[key] for key in keys) for keys in (texts, seconds))
        return text, label, found[self.split] if splits else "", second if seconds else None
