"""Recordings in WAV files that lie in folders or in a zip archive."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import os
import re
from pathlib import Path, PurePosixPath

from embedlab.checks import require, require_count
from experiments.data.archives import archive_of, opened, translated
from experiments.data.files import SIDE_OF, existing_file
from experiments.paths import expanded
from experiments.sounds.cepstra import Cepstra
from experiments.sounds.clips import Clips, Source, Tell
from experiments.sounds.files import WavSource, resampled
from experiments.tasks.names import some

_FIELDS = {"label": r"[^/]+?", "speaker": r"[^/]+?", "index": r"\d+", "side": r"[^/]+?"}


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
            notes=(*resampled(rates, cepstra), *_passed_over(found, path)),
        )

    def _place(self) -> Path:
        require(bool(self.path), "--data.path", self.path, "give a folder of WAV files, or a zip archive")
        path = expanded(self.path, "--data.path=")
        if not os.path.isdir(path):
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


def _passed_over(found: dict[PurePosixPath, re.Match[str] | None], path: Path) -> tuple[str, ...]:
    others = [str(name) for name, match in found.items() if not match and name.suffix.lower() == ".wav"]
    if not others:
        return ()
    return (f"Of the WAV files in {path}, {len(others):,} are called otherwise: {some(others)}.",)
