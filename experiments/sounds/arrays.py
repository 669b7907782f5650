"""Frames that were made elsewhere: an array of NumPy for each class."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float

from embedlab.checks import require
from embedlab.npy import npy_header
from experiments.checks import require_choice
from experiments.paths import expanded
from experiments.sounds.cepstra import Cepstra
from experiments.sounds.clips import Clips, Source, Tell

Axes = Literal["columns-frames", "frames-columns"]


@Source.register_subclass("arrays")
@dataclasses.dataclass(frozen=True)
class Arrays(Source):
    """A folder of `CLASS.npy`, each an array of clips, all of as many frames: made by another program.

    Of `cepstra` only `deltas` and `normalise` are then of use. A new clip is told as `bed.npy:17`, the clip
    of this number, from 0 on.

    Attributes:
        axes: what the second and the third axis are.

    Raises:
        ValueError: unknown axes, or a field of `Source` is wrong.

    Example:
        >>> Arrays(path="words").axes
        'columns-frames'
    """

    axes: Axes = "columns-frames"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_choice("axes", self.axes, get_args(Axes))

    def clips(self, cepstra: Cepstra, tell: Tell) -> Clips:
        folder = expanded(self.path, "--data.path=")
        fault = "this is a file" if os.path.isfile(folder) else "there is no such folder"
        require(os.path.isdir(folder), "--data.path", self.path, f"{fault}; give the folder of the arrays")
        files = sorted(folder.glob("*.npy"))
        if not files:
            raise ValueError(f"{folder}: holds no file *.npy; give a folder with one of each class")
        names, labels = [], []
        frames: list[np.ndarray] = []
        for number, file in enumerate(files):
            clips = self._array(file)
            if frames and clips.shape[2] != frames[0].shape[1]:
                raise ValueError(
                    f"{file}: frames have {clips.shape[2]} columns, those of {files[0].name} have "
                    f"{frames[0].shape[1]}; give arrays of one kind, or other --data.axes"
                )
            names += [f"{file.name}:{row}" for row in range(len(clips))]
            frames += list(clips)
            labels += [file.stem] * len(clips)
            tell(number + 1, len(files))
        note = "Frames are given, and of whom is not: the same speakers may be on all sides."
        return Clips(folder.name, tuple(names), frames, tuple(labels), notes=(note,))

    def one(self, line: str, cepstra: Cepstra) -> Float[np.ndarray, "frames static"]:
        file, colon, row = line.rpartition(":")
        if not colon or not row.isdecimal():
            raise ValueError(f"{line!r} names no clip; write the file and the clip's number, as bed.npy:17")
        clips = self._array(expanded(file))
        if int(row) >= len(clips):
            raise ValueError(f"{line}: there are {len(clips):,} clips, from 0 on")
        return clips[int(row)]

    def kind(self, cepstra: Cepstra) -> str:
        return "column"

    def _array(self, path: Path) -> Float[np.ndarray, "clips frames static"]:
        try:
            with path.open("rb") as file:
                shape, dtype = npy_header(file)
                if len(shape) != 3 or 0 in shape[1:] or dtype.kind not in "fiu":
                    raise ValueError(f"it holds {dtype} of shape {list(shape)}; give numbers [clips, …, …]")
                found = np.load(file, allow_pickle=False).astype(np.float64)
        except (OSError, ValueError) as error:
            raise ValueError(f"{path}: cannot be read ({error})") from None
        if not np.isfinite(found).all():
            row = int(np.flatnonzero(~np.isfinite(found).all((1, 2)))[0])
            raise ValueError(f"{path}: clip {row} holds a number that is not finite; leave it out")
        return found.transpose(0, 2, 1) if self.axes == "columns-frames" else found
