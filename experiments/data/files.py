"""What the sources that read a user's file share: opening it, and checking every row.

Source: the rules are the project's own: refuse what is doubtful, and say where it is.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import math
import stat
from abc import abstractmethod
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from embedlab.checks import require
from experiments.data.base import Dataset, Progress, Source

#: Where a row lies ("line 7"), its text, its label.
Row = tuple[str, str, str]


@dataclasses.dataclass(frozen=True)
class FileSource(Source):
    """A source that reads one file, or one and a test set.

    Rows of equal text form a group, so that a split never has one text on both sides; those that the test
    set holds as well are not learnt from (see `split`).

    Attributes:
        path: the file.
        test_path: a file of the same form that holds the test set; empty to split one off.
        classes: the labels there may be, in the order wanted; empty to take those found, sorted.

    Raises:
        ValueError: where the path is empty, or classes are too few or named twice.

    Example:
        >>> from experiments.data import Jsonl
        >>> Jsonl(path="train.jsonl", test_path="test.jsonl", classes=("neg", "pos")).classes
        ('neg', 'pos')
    """

    path: str = ""
    test_path: str = ""
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require(bool(self.path), "path", self.path, "give the file to read, as in --data.path reviews.csv")
        twice = sorted({c for c in self.classes if self.classes.count(c) > 1})
        require(not twice, "classes", self.classes, f"name each class once; twice here: {twice}")
        require(len(self.classes) != 1, "classes", self.classes, "name two classes or more, or none")

    @abstractmethod
    def rows(self, path: Path) -> Iterator[Row]:
        """Reads one file row by row.

        Raises:
            ValueError: at the first malformed row, with its number.
        """

    def load(self, progress: Progress | None = None) -> Dataset:
        """Reads the files.

        Raises:
            ValueError: where a file is missing, is no ordinary file, is empty, or has a malformed row.
        """
        paths = [existing_file("path", self.path)]
        if self.test_path:
            paths.append(existing_file("test_path", self.test_path))
        texts: list[str] = []
        numbers = {name: i for i, name in enumerate(self.classes)}
        labels = array("i")
        ends: list[int] = []
        for path in paths:
            for where, text, label in self.rows(path):
                _check(path, where, text, label, self.classes)
                texts.append(text)
                labels.append(numbers.setdefault(label, len(numbers)))
            if len(texts) == sum(ends[-1:]):
                raise ValueError(f"{path}: holds no row; give a file with one labelled text a row")
            ends.append(len(texts))
        classes = self.classes or tuple(sorted(numbers))
        number_of = {name: i for i, name in enumerate(classes)}
        renumber = np.array([number_of[name] for name in numbers], np.int32)
        return Dataset(
            name=paths[0].stem,
            texts=tuple(texts),
            labels=renumber[np.array(labels)],
            classes=classes,
            groups=_equal_texts(texts),
            test_rows=np.arange(ends[0], ends[-1], dtype=np.int32),
        )


def existing_file(field: str, path: str) -> Path:
    """The path of an ordinary file that is not empty; asks before opening, since a FIFO would block.

    Args:
        field: the field that names the file, for the error message.
        path: its value; `~` is the home folder.

    Raises:
        ValueError: where there is no such file, or it is a folder, a pipe or a device, or empty.

    Example:
        >>> existing_file("path", __file__).suffix
        '.py'
    """
    found, flag = Path(path).expanduser(), f"--data.{field}"
    try:
        status = found.stat()
    except OSError as error:
        raise ValueError(
            f"{flag}={path!r}: {found.absolute()} cannot be read ({error.strerror}); give the path of a file"
        ) from None
    kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe or a device"
    require(stat.S_ISREG(status.st_mode), flag, path, f"this is {kind}; give the path of an ordinary file")
    require(status.st_size > 0, flag, path, "the file is empty; give a file with one labelled text a row")
    return found


def text_lines(path: Path) -> Iterator[str]:
    """Lines of a UTF-8 file, ends of line kept, without a byte-order mark; split at newlines only.

    Args:
        path: the file.

    Raises:
        ValueError: at the first byte that is no UTF-8 or is NUL, with line and byte number.

    Example:
        >>> next(text_lines(Path(__file__)))[3:23]
        'What the sources tha'
    """
    offset = 0
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                yield _decoded(path, number, offset, raw)
                offset += len(raw)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror}); check its permissions") from None


def _decoded(path: Path, number: int, offset: int, raw: bytes) -> str:
    try:
        line = raw.decode()
        at = raw.find(0)  # no byte of a longer character is 0
        fault = "a NUL, which no text holds; remove it, convert the file if it is UTF-16"
    except UnicodeDecodeError as error:
        at, fault = error.start, "which is no UTF-8 text; convert the file (`iconv -f LATIN1 -t UTF-8`, say)"
    if at >= 0:
        where = f"{path}, line {number}: byte {offset + at} of the file is 0x{raw[at]:02x}"
        raise ValueError(f"{where}, {fault}, and unpack it if it is compressed")
    return line.removeprefix("\ufeff") if number == 1 else line


def column_number(path: Path, field: str, name: str, columns: Sequence[str]) -> int:
    """Where a column stands among those of a file; its name must stand there once.

    Args:
        path: the file, for the error message.
        field: the field that names the column, for the error message.
        name: the column's name.
        columns: the names there are.

    Raises:
        ValueError: where there is no such column, or two.

    Example:
        >>> column_number(Path("a.csv"), "text", "review", ["stars", "review"])
        1
    """
    if list(columns).count(name) == 1:
        return list(columns).index(name)
    fault = "has two columns" if name in columns else "has no column"
    raise ValueError(
        f"--data.{field}={name!r}: {path} {fault} of this name; its columns are "
        f"{nearest_first(name, columns)}; name one of them with --data.{field}"
    )


def nearest_first(name: str, known: Sequence[str]) -> str:
    """Known names, those that resemble a mistyped one first, for an error message; at most twenty.

    Args:
        name: what was written.
        known: what could have been meant.

    Example:
        >>> nearest_first("lable", ["id", "text", "label"])
        "'label', 'text', 'id'"
    """

    def unlike(other: str) -> float:
        return -difflib.SequenceMatcher(None, name.lower(), other.lower()).ratio()

    return ", ".join(map(repr, sorted(known, key=unlike)[:20])) + (", …" if len(known) > 20 else "")


def as_label(value: object) -> str | None:
    """A typed value as the name of a class; None where it cannot be one.

    Args:
        value: a value of a JSON object or of a column.

    Example:
        >>> [as_label(x) for x in ("spam", 3, True, 4.5, None, [1])]
        ['spam', '3', 'true', '4.5', None, None]
    """
    if isinstance(value, str):
        return value
    number = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
    return json.dumps(value) if number else None


def _check(path: Path, where: str, text: str, label: str, classes: tuple[str, ...]) -> None:
    """Refuses a row that has no text or no label, or whose label is not among those declared."""
    fault = remedy = ""
    if not text.strip():
        fault, remedy = "the text is empty", "leave the row out"
    elif not label.strip():
        fault, remedy = "the label is empty", "label the row, or leave it out"
    elif classes and label not in classes:
        fault = f"label {label!r} is none of the classes declared ({nearest_first(label, classes)})"
        remedy = "mend the row, or declare the class with --data.classes"
    elif "\0" in text or not (text.isascii() or _encodes(text)):
        fault, remedy = "the text holds a NUL or half of a surrogate pair", "remove this character"
    if fault:
        raise ValueError(f"{path}, {where}: {fault}; {remedy}")


def _encodes(text: str) -> bool:
    try:
        return bool(text.encode())
    except UnicodeEncodeError:
        return False


def _equal_texts(texts: Sequence[str]) -> np.ndarray:
    """int32 [n]: groups of equal texts, numbered in the order in which they first appear."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(text, len(numbers)) for text in texts], np.int32)
