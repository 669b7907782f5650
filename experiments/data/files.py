"""What the sources that read a user's file share: opening it, and checking every row.

Source: the rules are the project's own: refuse what is doubtful, and say where it is.
"""

from __future__ import annotations

import dataclasses
import stat
from abc import abstractmethod
from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Int32

from embedlab.checks import require
from experiments.checks import require_bool
from experiments.data.base import Dataset, Progress, Source
from experiments.data.duplicates import near_duplicate_groups
from experiments.data.equal import equal_groups
from experiments.data.originals import remedy
from experiments.data.reading import require_encoding, text_lines
from experiments.data.texts import begun
from experiments.paths import expanded
from experiments.tasks import CLASSES, Task

_SIDES = ("train", "valid", "test")
#: What the sides are called in the wild.
SIDE_OF = {
    **{side: side for side in _SIDES},
    **dict.fromkeys(("training", "tr"), "train"),
    **dict.fromkeys(("validation", "val", "dev", "development"), "valid"),
    **dict.fromkeys(("testing", "te"), "test"),
}


class Row(NamedTuple):
    """A row as it lies in a file.

    Attributes:
        where: its place, as in "line 7".
        text: its text.
        label: its label; or several, where the form of file tells them apart.
        split: what the file says of its side, "train" or "dev", say; empty where it says nothing.
        second: its second text, where rows are pairs.

    Example:
        >>> Row("line 7", "a fine film", "pos").split
        ''
    """

    where: str
    text: str
    label: str | tuple[str, ...]
    split: str = ""
    second: str | None = None


@dataclasses.dataclass(frozen=True)
class FileSource(Source):
    """A source that reads one file, or one and a test set, a validation set, or both.

    Rows of equal text form a group, so that a split never has one text on both sides; those that the test
    or validation set holds as well are not learnt from (see `split`). With `near_duplicates` the same holds
    of texts that are nearly equal: half of all runs of five words that either has are in both.

    Attributes:
        path: the file.
        test_path: a file of the same form that holds the test set; empty to split one off.
        valid_path: a file of the same form that holds the validation set; empty to split one off.
        classes: the labels there may be, in the order wanted; empty to take those found, sorted.
        aliases: labels that stand for others, each as `found=meant`, such as `studen=student`.
        title: what the data are called in tables; none for the file's name. It may change in a workdir.
        near_duplicates: whether near-duplicates stay on one side, as equal texts do. They are looked for in
            memory, which takes some 200 bytes a word.

    Raises:
        ValueError: where the path is empty, classes are too few or named twice, an alias is none, or
            `near_duplicates` no bool.

    Example:
        >>> from experiments.data import Jsonl
        >>> Jsonl(path="train.jsonl", test_path="test.jsonl", classes=("neg", "pos")).classes
        ('neg', 'pos')
    """

    path: str = ""
    test_path: str = ""
    valid_path: str = ""
    classes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    title: str | None = None
    near_duplicates: bool = False

    def __post_init__(self) -> None:
        require(bool(self.path), "path", self.path, "give the file to read, as in --data.path reviews.csv")
        twice = sorted({c for c in self.classes if self.classes.count(c) > 1})
        require(not twice, "classes", self.classes, f"name each class once; twice here: {twice}")
        require(len(self.classes) != 1, "classes", self.classes, "name two classes or more, or none")
        for alias in self.aliases:
            found, equals, meant = alias.partition("=")
            good = bool(found and equals and meant)
            require(good, "aliases", self.aliases, f"{alias!r} is not of the form found=meant")
        require_bool("near_duplicates", self.near_duplicates)

    @abstractmethod
    def rows(self, path: Path) -> Iterator[Row]:
        """Reads one file row by row.

        Raises:
            ValueError: at the first malformed row, with its number.
        """

    def found(self, field: str, path: str) -> Path:
        """What a path names; refused where it is nothing that this source reads."""
        return existing_file(field, path)

    def passed_over(self, path: Path) -> str:
        """What lies there that is no row, though it may look like one, in a sentence; empty for nothing."""
        return ""

    def label_hint(self, row: Row) -> str:
        """What this form of file adds to an error about a row's label."""
        return ""

    def load(
        self, progress: Progress | None = None, task: Task = CLASSES, folder: Path | None = None
    ) -> Dataset:
        """Reads the files.

        Raises:
            ValueError: where a file is missing, is no ordinary file, is empty, or has a malformed row.
        """
        fields = {"train": "path", "valid": "valid_path", "test": "test_path"}
        named = {side: getattr(self, field) for side, field in fields.items()}
        paths = {side: self.found(fields[side], path) for side, path in named.items() if path}
        meant = {found: label for found, _, label in (alias.partition("=") for alias in self.aliases)}
        reader = task.reader(self.classes, meant)
        texts, seconds = begun(folder), begun(folder)
        sides, notes = array("b"), []
        for side, path in paths.items():
            before = len(texts)
            for row in self.rows(path):
                _check(path, row)
                try:
                    reader.add(row.label)
                except ValueError as error:
                    raise ValueError(f"{path}, {row.where}: {error}{self.label_hint(row)}") from None
                texts.append(row.text)
                if row.second is not None:
                    seconds.append(row.second)
                sides.append(_SIDES.index(_side(path, row) or side))
            if len(texts) == before:
                raise ValueError(f"{path}: holds no row; give a file with one labelled text a row")
            notes.append(self.passed_over(path))
        labels, classes = reader.finish()
        valid_rows, test_rows = (np.flatnonzero(np.array(sides) == i).astype(np.int32) for i in (1, 2))
        return Dataset(
            name=self.title or paths["train"].stem,
            texts=tuple(texts) if isinstance(texts, list) else texts,
            labels=labels,
            classes=classes,
            groups=alike(texts, seconds, self.near_duplicates),
            test_rows=test_rows,
            valid_rows=valid_rows,
            near=self.near_duplicates,
            task=task,
            seconds=tuple(seconds) if isinstance(seconds, list) else seconds,
            notes=tuple(note for note in notes if note),
        )


@dataclasses.dataclass(frozen=True)
class TextSource(FileSource):
    """A source that reads text files; one that is packed with gzip is unpacked while it is read.

    Attributes:
        encoding: what the files' bytes are in, as Python names it: utf-8, latin-1, cp1252, gb18030.

    Raises:
        ValueError: where the encoding is unknown or its lines cannot be told apart, or a field of
            `FileSource` is wrong.

    Example:
        >>> from experiments.data import Tsv
        >>> Tsv(path="reviews.tsv", encoding="latin-1").encoding
        'latin-1'
    """

    encoding: str = "utf-8"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_encoding(self.encoding)

    def lines(self, path: Path) -> Iterator[str]:
        """The lines of a file, ends of line kept."""
        return text_lines(path, self.encoding)


def existing_file(field: str, path: str, group: str = "data", holds: str = "one labelled text a row") -> Path:
    """The path of an ordinary file that is not empty; asks before opening, since a FIFO would block.

    Args:
        field: the field that names the file, for the error message.
        path: its value; `~` is the home folder.
        group: that the field belongs to in a config.
        holds: what such a file is expected to hold, for the error message.

    Raises:
        ValueError: where there is no such file, or it is a folder, a pipe or a device, or empty.

    Example:
        >>> existing_file("path", __file__).suffix
        '.py'
    """
    flag = f"--{group}.{field}"
    found = expanded(path, f"{flag}=")
    try:
        status = found.stat()
    except (OSError, ValueError) as error:  # of a NUL in it, a ValueError
        why = getattr(error, "strerror", error)
        raise ValueError(
            f"{flag}={path!r}: {found.absolute()} cannot be read ({why}); "
            f"{remedy(path) or 'give the path of a file'}"
        ) from None
    kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe or a device"
    require(stat.S_ISREG(status.st_mode), flag, path, f"this is {kind}; give the path of an ordinary file")
    require(status.st_size > 0, flag, path, f"the file is empty; give a file with {holds}")
    return found


def _check(path: Path, row: Row) -> None:
    """Refuses a row that has no text, or no second one where there should be one, or that is no UTF-8."""
    labels = (row.label,) if isinstance(row.label, str) else row.label
    if not all(_encodes(label) for label in labels):
        raise ValueError(
            f"{path}, {row.where}: the label holds half of a surrogate pair; remove this character"
        )
    for which, text in (("text", row.text), ("second text", row.second)):
        fault = remedy = ""
        if text is not None and not text.strip():
            fault, remedy = f"the {which} is empty", "leave the row out"
        elif text is not None and ("\0" in text or not (text.isascii() or _encodes(text))):
            fault, remedy = f"the {which} holds a NUL or half of a surrogate pair", "remove this character"
        if fault:
            raise ValueError(f"{path}, {row.where}: {fault}; {remedy}")


def _side(path: Path, row: Row) -> str:
    """The side that a row says it is on; empty where it says nothing."""
    if not row.split:
        return ""
    side = SIDE_OF.get(row.split.strip().lower(), "")
    if not side:
        raise ValueError(
            f"{path}, {row.where}: the split is {row.split!r}; write train, valid or test (validation and "
            f"dev are taken too), or read no column as the split"
        )
    return side


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def alike(texts: Sequence[str], seconds: Sequence[str], near: bool) -> Int32[np.ndarray, " n"]:
    """Groups of texts, or of pairs of texts, that belong on one side.

    Args:
        texts: n texts.
        seconds: n second ones; none where texts are single.
        near: whether near-duplicates belong together too, or equal ones alone.

    Returns:
        int32 [n], numbers in the order in which the groups first appear.

    Example:
        >>> alike(["b", "a", "b"], [], near=False)
        array([0, 1, 0], dtype=int32)
    """
    equal = equal_pairs(texts, seconds) if len(seconds) else equal_texts(texts)
    if not near:
        return equal
    firsts = np.unique(equal, return_index=True)[1].tolist()
    each = [f"{texts[row]} {seconds[row]}" if len(seconds) else texts[row] for row in firsts]
    return near_duplicate_groups(each)[equal]


def equal_pairs(texts: Sequence[str], seconds: Sequence[str]) -> Int32[np.ndarray, " n"]:
    """Groups of equal pairs of texts.

    Args:
        texts: n texts.
        seconds: n second ones.

    Returns:
        int32 [n], numbers in the order in which the pairs first appear.

    Example:
        >>> equal_pairs(["b", "b", "b"], ["c", "d", "c"])
        array([0, 1, 0], dtype=int32)
    """
    both = zip(texts, seconds, strict=True)  # no text holds a NUL
    return _equal(f"{text}\0{second}" for text, second in both)


def equal_texts(texts: Sequence[str]) -> Int32[np.ndarray, " n"]:
    """Groups of equal texts.

    Args:
        texts: n texts.

    Returns:
        int32 [n], numbers in the order in which the texts first appear.

    Example:
        >>> equal_texts(["b", "a", "b"])
        array([0, 1, 0], dtype=int32)
    """
    return _equal(texts)


def _equal(texts: Iterable[str]) -> np.ndarray:
    """Groups of equal texts, of which each is held no longer than it takes to read it."""
    return equal_groups(text.encode("utf-8", "surrogatepass") for text in texts)
