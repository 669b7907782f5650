"""Texts as files, in a folder for each class, or in a zip archive of such folders.

Source: the form of the film reviews of Pang and Lee 2004 (`neg/….txt`, `pos/….txt`) and of Maas et al. 2011
(`train/neg/….txt`); APPNOTE 6.3 (zip).
"""

from __future__ import annotations

import contextlib
import dataclasses
import fnmatch
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from embedlab.checks import require
from experiments.data.archives import LONGEST, archive_of, opened, translated
from experiments.data.base import Source
from experiments.data.files import SIDE_OF, Row, TextSource, existing_file
from experiments.data.reading import decoded
from experiments.paths import expanded
from experiments.tasks.names import some


class _Place(NamedTuple):
    """Where a text lies: its name, the side it is on (empty where there is none), and its class."""

    name: PurePosixPath
    side: str
    label: str


@Source.register_subclass("folders")
@dataclasses.dataclass(frozen=True)
class Folders(TextSource):
    """A folder that holds a folder for each class, and in it one file for each text: `pos/1.txt`.

    `path` is the folder, or a zip archive, or a folder inside one (`reviews.zip/reviews`). A folder that
    holds one folder alone, as archives do, stands for that; one that holds train and test (and valid), and
    folders of texts in each of these, holds the classes of each side. Texts are in the order of their names.
    Nothing is unpacked to the disk.

    Files that lie in no folder of a class are passed over, and so are other folders where `classes` are
    named, such as one of texts without a label; how many is told.

    Attributes:
        pattern: the names of the files that are texts; others, such as a README, are passed over.

    Raises:
        ValueError: where the pattern is empty or holds a slash, or a field of `TextSource` is wrong.

    Example:
        >>> Folders(path="aclImdb/train", test_path="aclImdb/test", classes=("neg", "pos")).pattern
        '*.txt'
    """

    pattern: str = "*.txt"

    def __post_init__(self) -> None:
        super().__post_init__()
        good = bool(self.pattern) and "/" not in self.pattern
        require(good, "pattern", self.pattern, "give the names of the texts' files, such as *.txt")

    def found(self, field: str, path: str) -> Path:
        place = expanded(path)
        archive = None if place.is_dir() else archive_of(place)
        if archive is None and not place.is_dir():
            existing_file(field, path)  # says what it is
        if archive is not None and existing_file(field, str(archive)) and not zipfile.is_zipfile(archive):
            raise ValueError(
                f"--data.{field}={path!r}: {archive} is no folder and no zip archive; give a folder that "
                f"holds a folder for each class"
            )
        return place

    def rows(self, path: Path) -> Iterator[Row]:
        with translated(path), contextlib.ExitStack() as stack:
            names, read = opened(path, stack)
            texts, _ = self._placed(path, names)
            for name, side, label in (text for text in texts if self._is_wanted(text.label)):
                raw = read(name)
                if len(raw) > LONGEST:
                    raise ValueError(f"{path}, {name}: longer than {LONGEST:,} bytes; cut it in parts")
                text = decoded(raw, self.encoding, f"{path}, {name}").strip()
                yield Row(str(name), text, label, side)

    def passed_over(self, path: Path) -> str:
        with translated(path), contextlib.ExitStack() as stack:
            texts, strays = self._placed(path, opened(path, stack)[0])
        others = [text for text in texts if not self._is_wanted(text.label)]
        told = []
        if strays:
            told.append(f"{len(strays):,} that lie in no folder of a class ({some([*map(str, strays)])})")
        if others:
            names = sorted({text.label for text in others})
            told.append(f"{len(others):,} in folders of other classes ({some(names)})")
        return f"Of the files {self.pattern} in {path}, passed over: {' and '.join(told)}." if told else ""

    def _placed(self, path: Path, names: Sequence[PurePosixPath]) -> tuple[list[_Place], list[PurePosixPath]]:
        """The texts, in the order of their names; and files named alike that lie in no folder of a class."""
        files = sorted(name for name in names if fnmatch.fnmatchcase(name.name, self.pattern))
        texts = [name for name in files if len(name.parts) > 1]
        if not texts:
            raise ValueError(
                f"{path}: holds no folder with files {self.pattern}; give the folder that holds a folder for "
                f"each class, and the texts' names with --data.pattern"
            )
        top = 0  # how many folders all have in common
        while len({n.parts[top] for n in texts}) == 1 and any(len(n.parts) > top + 2 for n in texts):
            top += 1
            texts = [name for name in texts if len(name.parts) > top + 1]
        sided = all(name.parts[top].lower() in SIDE_OF for name in texts)
        deeper = [name for name in texts if len(name.parts) > top + 2]
        each = {name.parts[top] for name in deeper} == {name.parts[top] for name in texts}
        if sided and each:  # beside train/neg/… there may be train/urls_neg.txt
            places = [_Place(name, name.parts[top], name.parts[top + 1]) for name in deeper]
        else:
            places = [_Place(name, "", name.parts[top]) for name in texts]
        taken = {place.name for place in places}
        return places, [name for name in files if name not in taken]

    def _is_wanted(self, label: str) -> bool:
        return not self.classes or label in self.classes or label in self._aliased()

    def _aliased(self) -> set[str]:
        return {alias.partition("=")[0] for alias in self.aliases}
