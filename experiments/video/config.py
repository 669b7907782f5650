"""The config of video."""

from __future__ import annotations

import dataclasses
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float

from embedlab.checks import require
from experiments.checks import require_choice
from experiments.study.frames import FrameStudy
from experiments.video.tracks import TrackFile

Features = Literal["positions", "velocities", "both"]


@dataclasses.dataclass(frozen=True)
class VideoStudy(FrameStudy):
    """Tracks of landmarks as sequences of frames → classes.

    Attributes:
        data: where the tracks come from.
        features: what a frame holds of its landmarks: where they are, how they moved since the frame before
            (nothing in the first), or both.

    Raises:
        ValueError: a field of another type.

    Example:
        >>> import embedlab
        >>> VideoStudy(embedlab.Dense(258, 16), data=TrackFile("tracks.csv")).frames(np.ones((2, 1)))
        array([[1., 0.],
               [1., 0.]])
    """

    data: TrackFile = TrackFile()
    features: Features = "both"

    def __post_init__(self) -> None:
        super().__post_init__()
        given = isinstance(self.data, TrackFile)
        require(given, "data", self.data, f"give an instance of {TrackFile.__name__}")
        require_choice("features", self.features, get_args(Features))

    def frames(
        self, coordinates: Float[np.ndarray, "frames coordinates"]
    ) -> Float[np.ndarray, "frames columns"]:
        """What the frames of a track hold.

        Args:
            coordinates: float [frames, coordinates].
        """
        moved = np.diff(coordinates, axis=0, prepend=coordinates[:1])
        parts = {"positions": [coordinates], "velocities": [moved], "both": [coordinates, moved]}
        return np.concatenate(parts[self.features], 1)

    def columns(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """What the columns of a frame are called.

        Args:
            names: of the coordinates.
        """
        moved = tuple(f"d_{name}" for name in names)
        return {"positions": names, "velocities": moved, "both": (*names, *moved)}[self.features]
