"""Recordings in WAV files that a table names."""

from __future__ import annotations

import collections
import dataclasses
import os
import stat

import numpy as np
from jaxtyping import Float

from embedlab.checks import require
from experiments.checks import require_bool
from experiments.data.archives import LONGEST
from experiments.data.files import SIDE_OF, existing_file
from experiments.data.tables import TableFile
from experiments.paths import expanded
from experiments.sounds.cepstra import Cepstra
from experiments.sounds.clips import Clips, Source, Tell
from experiments.sounds.wav import samples


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
        require(bool(line), "line", line, "give the path of a WAV file")
        path = expanded(line)
        try:
            if not stat.S_ISREG(path.stat().st_mode):  # a pipe would block
                raise ValueError("it is a folder, a pipe or a device; give a WAV file")
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
        path = expanded(self.path, "--data.path=")
        if self.path and (os.path.isdir(path) or path.suffix == ".zip"):
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
            except OSError as error:
                table.refuse(
                    row, self.file, f"{name}: cannot be read ({error.strerror}); check its permissions"
                )
            except ValueError as error:
                table.refuse(row, self.file, str(error))
            tell(row + 1, len(table))
        return Clips(
            title=path.stem,
            names=tuple(table.column(self.file)),
            frames=frames,
            labels=labels,
            speakers=tuple(table.ids(self.speaker)) if self.speaker else (),
            sides=tuple(SIDE_OF[side.lower()] if side else "" for side in sides),
            notes=resampled(rates, cepstra),
        )


def resampled(rates: collections.Counter[int], cepstra: Cepstra) -> tuple[str, ...]:
    others = {rate: count for rate, count in sorted(rates.items()) if rate != cepstra.rate}
    if not others:
        return ()
    told = ", ".join(f"{count:,} of {rate:,} Hz" for rate, count in others.items())
    return (f"Recordings resampled to {cepstra.rate:,} Hz: {told}.",)
