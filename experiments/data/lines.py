"""A file with one text a line, and beside it a file with one label a line.

Source: the form of many corpora, such as those of Yao, Mao and Luo, "Graph convolutional networks for text
classification", 2019 (R8, R52, 20NG, WebKB).
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from pathlib import Path

from embedlab.checks import require
from experiments.data.base import Source
from experiments.data.columns import column_number
from experiments.data.files import Row, TextSource, existing_file
from experiments.paths import expanded


@Source.register_subclass("lines")
@dataclasses.dataclass(frozen=True)
class Lines(TextSource):
    """Texts and labels in two files, line by line; the fields of a label's line are parted by tabs.

    Attributes:
        labels: the file of the labels, with as many lines as `path` has.
        test_labels: that of `test_path`, where there is one.
        valid_labels: that of `valid_path`, where there is one.
        columns: names of the fields in a label's line.
        label: the column that holds the label.
        split: the column that says on which side a row is (train, valid or test); empty for none.

    Raises:
        ValueError: where a file of labels is missing, label or split is no column, or a field of `TextSource`
            is wrong.

    Example:
        >>> source = Lines("texts.txt", labels="labels.tsv", columns=("id", "split", "label"), split="split")
        >>> source.label
        'label'
    """

    labels: str = ""
    test_labels: str = ""
    valid_labels: str = ""
    columns: tuple[str, ...] = ("label",)
    label: str = "label"
    split: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        for texts, labels in _PAIRS.items():
            both = bool(getattr(self, texts)) == bool(getattr(self, labels))
            require(
                both, labels, getattr(self, labels), f"give it with {texts}, a line for each of its lines"
            )
        known = f"name one of the columns {', '.join(map(repr, self.columns))}"
        require(self.columns.count(self.label) == 1, "label", self.label, known)
        require(not self.split or self.columns.count(self.split) == 1, "split", self.split, known)

    def rows(self, path: Path) -> Iterator[Row]:
        labels = self._labels_of(path)
        label = column_number(labels, "label", self.label, self.columns)
        split = self.columns.index(self.split) if self.split else None
        pairs = itertools.zip_longest(self.lines(path), self.lines(labels))
        for number, (text, line) in enumerate(pairs, 1):
            if text is None or line is None:
                more, less = (path, labels) if line is None else (labels, path)
                raise ValueError(
                    f"{less}: ends after line {number - 1}, but {more} goes on; give as many labels as texts"
                )
            fields = line.rstrip("\r\n").split("\t")
            if len(fields) != len(self.columns):
                raise ValueError(
                    f"{labels}, line {number}: {len(fields)} fields where there are {len(self.columns)} "
                    f"columns; name them with --data.columns, and part them by tabs"
                )
            side = "" if split is None else fields[split]
            yield Row(f"line {number}", text.rstrip("\r\n"), fields[label].strip(), side)

    def _labels_of(self, path: Path) -> Path:
        """The file of labels that belongs to a file of texts."""
        for texts, labels in _PAIRS.items():
            if getattr(self, texts) and expanded(getattr(self, texts)) == path:
                return existing_file(labels, getattr(self, labels))
        raise ValueError(f"{path}: is none of the files named, so there are no labels for it")


_PAIRS = {"path": "labels", "test_path": "test_labels", "valid_path": "valid_labels"}
