"""Recordings, split: what is told of them, and what they are measured against."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from experiments.data import Dataset, Splits
from experiments.sounds.baselines import means, nearest_centroid, summaries
from experiments.sounds.cepstra import column_names, finished
from experiments.sounds.clips import Clips
from experiments.sounds.config import SoundStudy
from experiments.sounds.sides import leaks
from experiments.study.digests import digest
from experiments.study.frame_learning import direct_fit
from experiments.study.frames import Frames
from experiments.study.logistic import logistic
from experiments.study.split import Baseline, Fit

#: What the words of codes begin with.
PREFIX = "s"


class SoundSplit(Frames):
    """One split of recordings."""

    def __init__(
        self, config: SoundStudy, clips: Clips, data: Dataset, sides: Splits, fold: int | None
    ) -> None:
        """Makes frames and codes of all recordings.

        Args:
            config: the settings.
            clips: the recordings.
            data: the same, as a data set.
            sides: which are train, valid and test.
            fold: number of the fold.
        """
        self._clips = clips
        cepstra = config.cepstra
        looked_for = leaks(clips, sides)
        super().__init__(
            config,
            [finished(found, cepstra.deltas, cepstra.normalise) for found in clips.frames],
            column_names(config.data.kind(cepstra), clips.frames[0].shape[1], cepstra.deltas),
            data.labels,
            data.classes,
            data.groups,
            sides,
            prefix=PREFIX,
            title=clips.title,
            about=(),
            doubts=looked_for[1:],
            fingerprint={
                "recordings": len(clips.names),
                "frames": digest(clips.frames),
                "sides": digest([sides.train, sides.valid, sides.test]),
            },
            fold=fold,
        )
        self.groups_of = "equal recordings"
        if config.data.by == "speaker":  # which of a voice's recordings are told is no matter of each alone
            voices = np.unique(clips.speakers, return_inverse=True)[1]
            self.groups, self.groups_of = voices[sides.test], "recordings of one voice"
        sizes = ", ".join(
            f"{len(rows):,} to {what}"
            for what, rows in (("train", sides.train), ("validate", sides.valid), ("test on", sides.test))
        )
        counted = f"{clips.title}: {len(clips.names):,} recordings of {len(data.classes)} classes; {sizes}."
        self.about = (counted, self.told(), *clips.notes, *looked_for)

    def baselines(self) -> Mapping[str, Baseline]:
        """The largest class, two models that know no order, and the same encoder on frames."""
        task, classes, sides = self.settings.task, len(self.names), self.sides

        def nearest() -> Fit:
            features = means(self._clips.frames)
            found = nearest_centroid(features, self.labels, classes, sides)
            size = (classes + 2) * features.shape[1]
            return Fit(
                found, "compares the mean frame of a recording with that of each class", size, 8 * size
            )

        def linear() -> Fit:
            found = logistic(summaries(self._clips.frames), self.labels, classes, sides)
            what = f"reads mean and deviation of the frames of a recording, C = {found.strength:g}"
            return Fit(found.test, what, found.parameters, found.bytes)

        beside = self.settings.reads == "codes" and self.settings.frames_beside
        return {
            task.majority: self.largest,
            "nearest-centroid": nearest,
            "mean-logistic": linear,
            **({"frames": lambda: direct_fit(self, self.config.embedding.dim)} if beside else {}),
        }
