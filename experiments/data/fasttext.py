"""fastText's files for supervised training.

Source: Joulin, Grave, Bojanowski and Mikolov, "Bag of tricks for efficient text classification", 2017, and
the format that its program reads.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

from embedlab.checks import require
from experiments.data.base import Source
from experiments.data.files import Row, TextSource

_WORD = re.compile(r"[^ \t\n\v\f\r]+")  # fastText splits at these bytes alone, not at other white space


@Source.register_subclass("fasttext")
@dataclasses.dataclass(frozen=True)
class FastText(TextSource):
    """A file with one text a line, in which a word is its label: `__label__pos a fine film`.

    As in fastText, the label may stand anywhere in the line, and there may be several, for a task that takes
    them. Blank lines are passed over.

    With an empty prefix the first word of a line is its label, as in `1 a fine film`: the form of Kim's
    files of 2014 (MR, SST, TREC).

    Attributes:
        prefix: what a label begins with; empty where it is the first word of the line.

    Raises:
        ValueError: where the prefix holds white space, or a field of `TextSource` is wrong.

    Example:
        >>> FastText(path="cooking.txt").prefix
        '__label__'
    """

    prefix: str = "__label__"

    def __post_init__(self) -> None:
        super().__post_init__()
        good = not self.prefix or _WORD.fullmatch(self.prefix) is not None
        require(good, "prefix", self.prefix, "give what labels begin with, without white space")

    def rows(self, path: Path) -> Iterator[Row]:
        for number, line in enumerate(self.lines(path), 1):
            words = _WORD.findall(line)
            labels = [word for word in words if word.startswith(self.prefix)] if self.prefix else words[:1]
            if words:
                rest = [word for word in words if word not in labels] if self.prefix else words[1:]
                names = tuple(label.removeprefix(self.prefix) for label in labels)
                yield Row(f"line {number}", " ".join(rest), names)

    def label_hint(self, row: Row) -> str:
        if row.label or not self.prefix:
            return ""
        return (
            f" (it is a word that begins with {self.prefix!r}; or give --data.prefix '' if it is the first)"
        )
