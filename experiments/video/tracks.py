"""Tracks: a row of a table holds the coordinates of a few landmarks in each of some frames."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int32

from embedlab.checks import require, require_count
from experiments.data.equal import equal_groups
from experiments.data.tables import Table, TableFile
from experiments.nearest import meant, nearest_first


@dataclasses.dataclass(frozen=True, eq=False)
class Tracks:
    """Rows of a table, one or more.

    Attributes:
        title: what they are called in tables.
        coordinates: float [rows, frames, coordinates].
        names: of the coordinates.
        labels: the class of each row.
        clips: which clip each row is of; none where that is not known.

    Example:
        >>> Tracks("one", np.zeros((1, 16, 2)), ("x", "y"), ("stop",)).frames
        16
    """

    title: str
    coordinates: Float[np.ndarray, "rows frames coordinates"]
    names: tuple[str, ...]
    labels: tuple[str, ...]
    clips: tuple[str, ...] = ()

    @property
    def frames(self) -> int:
        """Frames of a row."""
        return self.coordinates.shape[1]

    @property
    def equal(self) -> Int32[np.ndarray, " rows"]:
        """int32 [rows], of which those are equal whose coordinates are."""
        return equal_groups(row.tobytes() for row in np.ascontiguousarray(self.coordinates))


@dataclasses.dataclass(frozen=True)
class TrackFile(TableFile):
    """A table of tracks: CSV, TSV, JSON Lines or Parquet.

    The coordinate columns are called by what they measure and the number of their frame: `x0, y0, x1, y1, …`.

    Attributes:
        path: the file.
        form: see `experiments.data.tables.TableFile`, as the three below.
        delimiter: what parts fields of a CSV file; empty to guess it.
        header: names of all columns in order, for a file whose first line is no header; or `label` and, of
            the coordinates, the names of the first frame alone, which are then numbered through.
        encoding: of a file of text.
        label: the column that holds the class.
        coordinates: what the coordinate columns begin with, before the number of the frame; none to take all
            numbered columns.
        frames: how many frames a row has; 0 for all that there are.
        clip: the column that says which clip a row is of; empty where that is not known, and rows in the
            order of the file are taken to be in the order of time.
        gap: rows on either side of a test block that are on no side, where clips are not known: as many as
            frames that two rows may have in common.

    Raises:
        ValueError: a column without a name, or a count that is none.

    Example:
        >>> TrackFile("tracks.csv", coordinates=("x", "y")).gap
        16
    """

    label: str = "label"
    coordinates: tuple[str, ...] = ()
    frames: int = 0
    clip: str = ""
    gap: int = 16

    def __post_init__(self) -> None:
        require(bool(self.label), "label", self.label, "name the column that holds the class")
        require_count("frames", self.frames, least=0)
        require_count("gap", self.gap, least=0)

    def tracks(self) -> Tracks:
        """Reads the file.

        Raises:
            ValueError: it is missing or malformed, or has no such columns; says where.
        """
        named = {"data.label": self.label, **({"data.clip": self.clip} if self.clip else {})}
        table = dataclasses.replace(self, header=self.full_header).table()
        for flag, name in named.items():
            if name not in table.names:
                nearest = nearest_first(name, table.names) + meant(name, table.names)
                raise ValueError(
                    f"--{flag}={name!r}: {self.path} has no column of this name; its columns are {nearest}; "
                    f"name one of them with --{flag}"
                )
        labels = tuple(
            value or table.refuse(row, self.label, "the label is missing; write one, or leave the row out")
            for row, value in enumerate(table.column(self.label))
        )
        names, columns = self.numbered([name for name in table.names if name not in named.values()])
        found = np.stack([[table.numbers(name) for name in frame] for frame in columns], 0)
        clips = tuple(table.ids(self.clip)) if self.clip else ()
        return Tracks(table.path.stem, found.transpose(2, 0, 1), names, labels, clips)

    def one(self, values: Sequence[str], header: Sequence[str]) -> Float[np.ndarray, "frames coordinates"]:
        """The track of a new row.

        Args:
            values: of all columns of the file, or of the coordinates alone.
            header: the names of these columns.

        Raises:
            ValueError: a column is missing or there twice, or holds no number.
        """
        if len(values) != len(header):
            raise ValueError(f"{len(values)} values for {len(header)} columns; give one of each")
        given = dict(zip(header, values, strict=True))
        if len(given) < len(header):
            twice = next(name for name in header if list(header).count(name) > 1)
            raise ValueError(f"two columns or more are called {twice!r}; give each a name of its own")
        _, columns = self.numbered([name for name in header if name not in (self.label, self.clip)])
        one = np.array([1], np.int32)
        table = Table(Path("it"), {name: [given[name]] for frame in columns for name in frame}, one, one)
        return np.array([[table.numbers(name)[0] for name in frame] for frame in columns])

    @property
    def full_header(self) -> tuple[str, ...]:
        """The names of all columns, where the file has none: coordinates numbered through."""
        begins = tuple(name for name in self.header if name not in (self.label, self.clip))
        if not self.header or not self.frames or set(begins) != set(self.coordinates):
            return self.header
        others = tuple(name for name in self.header if name not in begins)
        return (*others, *(f"{name}{number}" for number in range(self.frames) for name in begins))

    def numbered(self, names: Sequence[str]) -> tuple[tuple[str, ...], list[list[str]]]:
        """What is measured, and the columns of each frame.

        Args:
            names: of the columns that are no label and no clip.

        Raises:
            ValueError: there are no numbered columns, or one is missing.
        """
        found: dict[str, dict[int, str]] = {}
        for name in names:
            match = re.fullmatch(r"(.*?)_?(\d+)", name)
            if match and (not self.coordinates or match[1] in self.coordinates):
                found.setdefault(match[1], {})[int(match[2])] = name
        wanted = self.coordinates or tuple(found)
        lacking = [name for name in wanted if name not in found]
        if lacking or not wanted:
            raise ValueError(
                f"--data.coordinates={list(self.coordinates)}: there are no columns called "
                f"{lacking[0] if lacking else 'x'}0, {lacking[0] if lacking else 'x'}1, …; the columns are "
                f"{nearest_first(lacking[0] if lacking else 'x0', names)}"
            )
        every = sorted(set().union(*(found[name] for name in wanted)))
        if len(every) < self.frames:
            raise ValueError(f"--data.frames={self.frames}: there are {len(every)} frames; give fewer")
        last = every[0] + self.frames - 1 if self.frames else every[-1]
        numbers = range(every[0], last + 1)
        for name, number in ((name, number) for name in wanted for number in numbers):
            if number not in found[name]:
                raise ValueError(
                    f"{name}{number} is missing: frames are {every[0]} … {last}, and all have each; "
                    "name what their columns begin with by --data.coordinates"
                )
        return tuple(wanted), [[found[name][number] for name in wanted] for number in numbers]
