"""A user's own pictures: a table of paths and labels, or a folder for each class.

Source: the rules are the project's own: refuse what is doubtful, and say where it is.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from embedlab.checks import require
from experiments.data.files import SIDE_OF
from experiments.data.reading import of_a_system
from experiments.data.tables import TableFile
from experiments.paths import expanded
from experiments.pictures.image import ENDINGS, opened, pixels
from experiments.pictures.source import Pictures, Scaled, Source, Tell
from experiments.tasks import CLASSES, Task

_MOST = 2**30  # numbers of all pictures together


@dataclasses.dataclass(frozen=True)
class _Row:
    """A picture as it is listed: how an error names it, its file, its label, and what is said of its side."""

    where: str
    path: Path
    label: str
    side: str = ""


@Source.register_subclass("table")
@dataclasses.dataclass(frozen=True)
class Listed(Scaled, TableFile):
    """Pictures that a table lists: CSV, TSV, JSON Lines or Parquet, a picture a row.

    Attributes:
        picture: the column that holds the path of the picture's file, from the table's folder on.
        label: the column that holds the class.
        split: the column that says on which side a row is (train, valid or test); empty for none.

    Raises:
        ValueError: a column that is named twice or not at all, or a field of `Source` is wrong.

    Example:
        >>> Listed(path="signs.csv", label="kind").picture
        'path'
    """

    picture: str = "path"
    label: str = "label"
    split: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        for field in ("picture", "label"):
            require(bool(getattr(self, field)), field, getattr(self, field), "name the column that holds it")
        remedy = "this column holds the pictures; name another"
        require(self.label != self.picture, "label", self.label, remedy)
        free = self.split not in (self.picture, self.label)
        require(free, "split", self.split, "this column is another; name one, or none")

    def load(self, task: Task = CLASSES, tell: Tell | None = None) -> Pictures:
        """See `Source.load`."""
        wanted = {"data.picture": self.picture, "data.label": self.label}
        table = self.table({**wanted, **({"data.split": self.split} if self.split else {})})
        labels, names = table.ids(self.label), table.ids(self.picture)
        sides = table.column(self.split) if self.split else [""] * len(table)
        rows = []
        for row, (name, label, said) in enumerate(zip(names, labels, sides, strict=True)):
            side = SIDE_OF.get(said.lower(), "") if said else "train"
            if not side:
                table.refuse(row, self.split, f"{said!r} is no side; write train, valid or test")
            where = f"{table.path}, {table.where(row)}, column {self.picture!r}"
            rows.append(_Row(where, table.path.parent / expanded(name, f"{where}: "), label, side))
        return _read(self, table.path.stem, rows, task, tell, sided=bool(self.split))


@Source.register_subclass("folders")
@dataclasses.dataclass(frozen=True)
class Folders(Scaled):
    """A folder that holds a folder for each class, and in each its pictures: `cat/1.png`.

    Files of other endings, and such as systems leave behind, are passed over, which is told.

    Attributes:
        path: the folder.

    Raises:
        ValueError: a field of `Source` is wrong.

    Example:
        >>> Folders(path="signs").side
        32
    """

    path: str = ""

    def load(self, task: Task = CLASSES, tell: Tell | None = None) -> Pictures:
        """See `Source.load`."""
        require(bool(self.path), "--data.path", self.path, "give the folder that holds a folder a class")
        folder = expanded(self.path, "--data.path=")
        fault = "this is a file" if os.path.isfile(folder) else "there is no such folder"
        remedy = f"{fault}; give the folder that holds a folder a class"
        require(os.path.isdir(folder), "--data.path", self.path, remedy)
        inner = sorted(place for place in folder.iterdir() if place.is_dir() and not _passed(place))
        files = [(kind.name, file) for kind in inner for file in sorted(kind.rglob("*")) if file.is_file()]
        taken = [pair for pair in files if pair[1].suffix.lower() in ENDINGS and not _passed(pair[1])]
        if not taken:
            raise ValueError(
                f"--data.path={self.path!r}: holds no folders with pictures in them; they end in "
                f"{', '.join(ENDINGS)}"
            )
        rows = [_Row("", file, label) for label, file in taken]
        left = len(files) - len(taken)
        note = f"{left:,} files that are no pictures by their endings were passed over."
        return _read(self, folder.resolve().name, rows, task, tell, notes=(note,) if left else ())


def _passed(place: Path) -> bool:
    return of_a_system(PurePosixPath(place.name))


def _read(
    source: Scaled,
    name: str,
    rows: Sequence[_Row],
    task: Task,
    tell: Tell | None,
    *,
    sided: bool = False,
    notes: Sequence[str] = (),
) -> Pictures:
    channels = 1 if source.grey else 3
    size = len(rows) * source.side**2 * channels
    if size > _MOST:
        raise ValueError(
            f"{len(rows):,} pictures of {source.side} × {source.side} pixels are more than memory is meant "
            "for; give a smaller --data.side, or --data.grey true"
        )
    found = np.empty((len(rows), source.side, source.side, channels), np.float32)
    reader = task.reader()
    for number, row in enumerate(rows):
        with _placed(row.where):
            reader.add(row.label)
            found[number] = pixels(opened(row.path), source.side, source.grey)
        if tell and number % 100 == 0:
            tell(number, len(rows))
    labels, classes = reader.finish()
    sides = [row.side for row in rows] if sided else ()
    return source.gathered(
        name, [str(row.path) for row in rows], found, labels, classes, task, notes=notes, sides=sides
    )


@contextlib.contextmanager
def _placed(where: str) -> Iterator[None]:
    """Says of a fault where the picture was listed."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{where}: {error}" if where else str(error)) from None
