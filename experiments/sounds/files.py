"""Recordings in WAV files: named in a table, or in folders or a zip archive."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import re
from pathlib import Path, PurePosixPath

import numpy as np
from jaxtyping import Float

from embedlab.checks import require, require_count
from experiments.checks import require_bool
from experiments.data.archives import LONGEST, archive_of, opened, translated
from experiments.data.files import SIDE_OF, existing_file
from experiments.data.tables import TableFile
from experiments.sounds.cepstra import Cepstra
from experiments.sounds.clips import Clips, Source, Tell
from experiments.sounds.wav import samples
from experiments.tasks.names import some

_FIELDS = {"label": r"[^/]+?", "speaker": r"[^/]+?", "index": r"\d+", "side": r"[^/]+?"}


@dataclasses.dataclass(frozen=True)
class WavSource(Source):
    """A source of WAV files.

    Attributes:
        mix: whether the mean is taken of recordings of several channels; else they are refused.

    Raises:
        ValueError: no switch, or a field of `Source` is wrong.
    """

    mix: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        require_bool("mix", self.mix)

    def one(self, line: str, cepstra: Cepstra) -> Float[np.ndarray, "frames static"]:
        path = Path(line).expanduser()
        try:
            with path.open("rb") as file:
                raw = file.read(LONGEST + 1)
        except (OSError, ValueError) as error:
            raise ValueError(f"{line}: cannot be read ({getattr(error, 'strerror', error)})") from None
        return self._frames(raw, line, cepstra, collections.Counter())

    def _frames(
        self, raw: bytes, where: str, cepstra: Cepstra, rates: collections.Counter[int]
    ) -> Float[np.ndarray, "frames static"]:
        if len(raw) > LONGEST:
            raise ValueError(f"{where}: longer than {LONGEST:,} bytes; cut it in parts")
        found, own = samples(raw, where, cepstra.rate, self.mix)
        rates[own] += 1
        return dataclasses.replace(cepstra, deltas=0, normalise="none").frames(found)


@Source.register_subclass("table")
@dataclasses.dataclass(frozen=True)
class Table(WavSource):
    """A table with a recording a row: CSV, TSV, JSON Lines or Parquet.

    Attributes:
        file: the column that holds the path of the WAV file; from the table's own folder on, unless it is
            absolute.
        label: the column that holds the class.
        speaker: the column that says who speaks; empty where that is not known.
        split: the column that says on which side a row is (train, valid or test); empty to draw it.
        form: csv, tsv, jsonl or parquet; empty to tell it by the path's ending.
        delimiter: what parts fields of a CSV file; empty to guess it.
        header: names of all columns in order, for a file whose first line is no header.
        encoding: of a file of text.

    Raises:
        ValueError: a column that has no name, or a field of `WavSource` is wrong.
    """

    file: str = "path"
    label: str = "label"
    speaker: str = ""
    split: str = ""
    form: str = ""
    delimiter: str = ""
    header: tuple[str, ...] = ()
    encoding: str = "utf-8"

    def __post_init__(self) -> None:
        super().__post_init__()
        for field in ("file", "label"):
            require(bool(getattr(self, field)), field, getattr(self, field), "name the column")

    def clips(self, cepstra: Cepstra, tell: Tell) -> Clips:
        path = Path(self.path).expanduser()
        if self.path and (path.is_dir() or path.suffix == ".zip"):
            raise ValueError(
                f"--data.path={self.path!r}: this is no table; read recordings in folders by class with "
                "--data.type folder"
            )
        fields = {field: getattr(self, field) for field in ("file", "label", "speaker", "split")}
        named = {f"data.{field}": name for field, name in fields.items() if name}
        given = TableFile(self.path, self.form, self.delimiter, self.header, self.encoding)
        table = given.table(named)
        labels = tuple(table.ids(self.label))
        sides = tuple(table.column(self.split)) if self.split else ()
        for row, side in enumerate(sides):
            if side and side.lower() not in SIDE_OF:
                table.refuse(row, self.split, f"the split is {side!r}; write train, valid or test")
        frames, rates = [], collections.Counter[int]()
        for row, name in enumerate(table.ids(self.file)):
            try:
                raw = existing_file("file", str(path.parent / name), holds="sound").open("rb")
                with raw as file:
                    frames.append(self._frames(file.read(LONGEST + 1), name, cepstra, rates))
            except (ValueError, OSError) as error:
                table.refuse(row, self.file, str(error))
            tell(row + 1, len(table))
        return Clips(
            title=path.stem,
            names=tuple(table.column(self.file)),
            frames=frames,
            labels=labels,
            speakers=tuple(table.ids(self.speaker)) if self.speaker else (),
            sides=tuple(SIDE_OF[side.lower()] if side else "" for side in sides),
            notes=_resampled(rates, cepstra),
        )


@Source.register_subclass("folder")
@dataclasses.dataclass(frozen=True)
class Folder(WavSource):
    """WAV files in folders, or in a zip archive that is read in place.

    Attributes:
        names: how the files are called, from the right: `{label}`, `{speaker}`, `{index}` and `{side}` say
            what stands there, `*` is anything but a slash. Other WAV files are passed over, which is told.
        test_below: files whose `{index}` is below are the test side; 0 for none.

    Raises:
        ValueError: names without a label, or with a word in braces that is none of these, or a field of
            `WavSource` is wrong.

    Example:
        >>> Folder(path="recordings.zip", names="{label}_{speaker}_{index}.wav").pattern.search(
        ...     "recordings/7_theo_31.wav")["speaker"]
        'theo'
    """

    names: str = "{label}/*.wav"
    test_below: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        require_count("test_below", self.test_below, least=0)
        found = re.findall(r"\{(.*?)\}", self.names)
        once = len(found) == len(set(found)) and set(found) <= set(_FIELDS)
        remedy = f"braces hold one of {', '.join(_FIELDS)}, each once"
        require(once, "names", self.names, remedy)
        require("label" in found, "names", self.names, "say where the class stands, as {label}/*.wav")
        indexed = not self.test_below or "index" in found
        require(indexed, "test_below", self.test_below, "there is no {index} in --data.names; put it there")

    @property
    def pattern(self) -> re.Pattern[str]:
        """What `names` stands for."""
        parts = re.split(r"(\{.*?\}|\*)", self.names)
        made = [
            f"(?P<{part[1:-1]}>{_FIELDS[part[1:-1]]})"
            if part.startswith("{")
            else "[^/]*"
            if part == "*"
            else re.escape(part)
            for part in parts
        ]
        return re.compile(f"(?:^|/){''.join(made)}$")

    def clips(self, cepstra: Cepstra, tell: Tell) -> Clips:
        path = self._place()
        with translated(path), contextlib.ExitStack() as stack:
            files, read = opened(path, stack)
            found = {name: self.pattern.search(str(name)) for name in sorted(files)}
            taken = [(name, match) for name, match in found.items() if match]
            if not taken:
                first = f"; {str(min(files))!r} is the first file there" if files else ", and no file at all"
                raise ValueError(
                    f"{path}: holds no file called {self.names}{first}; say how they are called with "
                    "--data.names, as in '{label}/*.wav'"
                )
            frames, rates = [], collections.Counter[int]()
            for row, (name, _) in enumerate(taken):
                frames.append(self._frames(read(name), f"{path}, {name}", cepstra, rates))
                tell(row + 1, len(taken))
        held = self.pattern.groupindex
        values = {field: tuple(match[field] for _, match in taken) for field in held}
        return Clips(
            title=path.stem,
            names=tuple(str(name) for name, _ in taken),
            frames=frames,
            labels=values["label"],
            speakers=values.get("speaker", ()),
            sides=self._sides(path, values, len(taken)),
            notes=(*_resampled(rates, cepstra), *_passed_over(found, path)),
        )

    def _place(self) -> Path:
        require(bool(self.path), "--data.path", self.path, "give a folder of WAV files, or a zip archive")
        path = Path(self.path).expanduser()
        if not path.is_dir():
            existing_file("path", str(archive_of(path) or path), holds="recordings")
        return path

    def _sides(self, path: Path, values: dict[str, tuple[str, ...]], rows: int) -> tuple[str, ...]:
        if self.test_below:
            return tuple("test" if int(index) < self.test_below else "" for index in values["index"])
        for side in values.get("side", ()):
            if side.lower() not in SIDE_OF:
                raise ValueError(
                    f"{path}: {side!r} is no side of a split; folders at {{side}} in --data.names are called "
                    "train, valid and test"
                )
        return tuple(SIDE_OF[side.lower()] for side in values.get("side", ()))


def _resampled(rates: collections.Counter[int], cepstra: Cepstra) -> tuple[str, ...]:
    others = {rate: count for rate, count in sorted(rates.items()) if rate != cepstra.rate}
    if not others:
        return ()
    told = ", ".join(f"{count:,} of {rate:,} Hz" for rate, count in others.items())
    return (f"Recordings resampled to {cepstra.rate:,} Hz: {told}.",)


def _passed_over(found: dict[PurePosixPath, re.Match[str] | None], path: Path) -> tuple[str, ...]:
    others = [str(name) for name, match in found.items() if not match and name.suffix.lower() == ".wav"]
    if not others:
        return ()
    return (f"Of the WAV files in {path}, {len(others):,} are called otherwise: {some(others)}.",)
