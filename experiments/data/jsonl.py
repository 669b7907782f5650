"""JSON Lines files.

Source: jsonlines.org; RFC 8259 (JSON).
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

from embedlab.checks import require
from experiments.data.base import Source
from experiments.data.files import FileSource, Row, as_label, nearest_first, text_lines


@Source.register_subclass("jsonl")
@dataclasses.dataclass(frozen=True)
class Jsonl(FileSource):
    """A file with one JSON object a line; blank lines are passed over.

    Attributes:
        text: the key whose value, a string, is the text.
        label: the key whose value, a string, a number or a truth value, is the label.

    Raises:
        ValueError: where text and label are one key, or a field of `FileSource` is wrong.

    Example:
        >>> Jsonl(path="reviews.jsonl", label="stars").text
        'text'
    """

    text: str = "text"
    label: str = "label"

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.text != self.label, "label", self.label, "text and label are the same key; name two")

    def rows(self, path: Path) -> Iterator[Row]:
        for number, line in enumerate(text_lines(path), 1):
            if line.strip():
                try:
                    yield f"line {number}", *self._row(line)
                except ValueError as error:
                    raise ValueError(f"{path}, line {number}: {error}") from None

    def _row(self, line: str) -> tuple[str, str]:
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
        for field, key in (("text", self.text), ("label", self.label)):
            if key not in found:
                known = nearest_first(key, list(found))
                raise ValueError(
                    f"no key {key!r}; the object has {known}; name one of them with --data.{field}"
                )
        text, label = found[self.text], as_label(found[self.label])
        if not isinstance(text, str):
            raise ValueError(f"{self.text!r} is {json.dumps(text)[:40]}; give a string")
        if label is None:
            value = json.dumps(found[self.label])[:40]
            raise ValueError(f"{self.label!r} is {value}; give one string, number or truth value")
        return text, label.strip()
