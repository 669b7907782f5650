"""Tracks, split in blocks of time: what is told of them, and what they are measured against."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from experiments.data import Splits
from experiments.study.digests import digest
from experiments.study.frame_learning import direct_fit
from experiments.study.frames import Frames
from experiments.study.logistic import logistic
from experiments.study.split import Baseline, Fit
from experiments.video.blocks import runs
from experiments.video.config import VideoStudy
from experiments.video.forest import forest
from experiments.video.tracks import Tracks
from experiments.video.windows import known_windows, moved_on

#: What the words of codes begin with.
PREFIX = "v"


class VideoSplit(Frames):
    """One split of tracks."""

    def __init__(
        self,
        config: VideoStudy,
        tracks: Tracks,
        labels: np.ndarray,
        names: tuple[str, ...],
        sides: Splits,
        fold: int | None,
    ) -> None:
        """Makes frames and codes of all tracks.

        Args:
            config: the settings.
            tracks: of all sides.
            labels: int32 [rows].
            names: of classes.
            sides: which are train, valid and test.
            fold: number of the fold.
        """
        moved = moved_on(tracks.coordinates)
        least = config.data.gap or 1
        super().__init__(
            config,
            [config.frames(track) for track in tracks.coordinates],
            config.columns(tracks.names),
            labels,
            names,
            runs(labels, tracks.clips, moved, least),
            sides,
            prefix=PREFIX,
            title=tracks.title,
            about=(),
            fingerprint={
                "tracks": digest([tracks.coordinates]),
                "clips": digest(tracks.clips),
                "sides": digest([sides.train, sides.valid, sides.test]),
            },
            fold=fold,
        )
        self.groups_of = "tracks of one clip" if tracks.clips else "tracks that follow each other in time"
        self._flat = tracks.coordinates.reshape(len(labels), -1)
        self.about = (_counted(tracks, names, sides), self.told(), *_leaks(tracks, config, sides, moved))
        self.doubts = (self.about[-1],)

    def baselines(self) -> Mapping[str, Baseline]:
        """The largest class, two models of all coordinates in a row, and the same encoder on frames."""
        task, classes, sides = self.settings.task, len(self.names), self.sides

        def linear() -> Fit:
            found = logistic(self._flat, self.labels, classes, sides)
            what = f"reads all coordinates in a row, C = {found.strength:g}"
            return Fit(found.test, what, found.parameters, found.bytes)

        def trees() -> Fit:
            return forest(self._flat, self.labels, classes, sides)

        beside = self.settings.reads == "codes" and self.settings.frames_beside
        return {
            task.majority: self.largest,
            "flat-logistic": linear,
            "flat-forest": trees,
            **({"frames": lambda: direct_fit(self, self.config.embedding.dim)} if beside else {}),
        }


def _counted(tracks: Tracks, names: tuple[str, ...], sides: Splits) -> str:
    sizes = ", ".join(
        f"{len(rows):,} to {what}"
        for what, rows in (("train", sides.train), ("validate", sides.valid), ("test on", sides.test))
    )
    left = f"; {len(sides.dropped):,} rows between blocks are on no side" if len(sides.dropped) else ""
    return (
        f"{tracks.title}: {len(tracks.labels):,} tracks of {len(names)} classes, of {tracks.frames} frames "
        f"and {len(tracks.names)} coordinates; {sizes}{left}."
    )


def _leaks(tracks: Tracks, config: VideoStudy, sides: Splits, moved: np.ndarray) -> tuple[str, str]:
    """What was looked for, and what was found, in two sentences."""
    equal = tracks.equal
    both = int(np.isin(equal[sides.test], equal[sides.train]).sum())
    first = (
        f"Tracks equal to another one: {len(equal) - len(np.unique(equal)):,} of {len(equal):,}; on both "
        f"sides of the split: {both:,}."
    )
    how = "whole clips" if tracks.clips else f"blocks in the order of the file, {config.data.gap} rows apart"
    known, moving = known_windows(tracks.coordinates, sides)
    return first, (
        f"{moved.mean():.1%} of the rows are the row before, moved on by a frame, so sides are {how}: of "
        f"the {moving:,} test tracks that move, {known:,} have half of their frames in common with one in "
        "training."
    )
