"""Video as an application: its default config, its data, and the model of a finished run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

import embedlab
from experiments.config import Train
from experiments.data.csv_records import DELIMITERS, fields_of
from experiments.encoders import Cnn
from experiments.head import Head
from experiments.study.application import Answering, Application, Stored, Tell
from experiments.study.codebook import Codes
from experiments.study.frame_learning import FrameAnswering
from experiments.study.split import Split
from experiments.tasks import CLASSES, Judge
from experiments.video.blocks import block_splits
from experiments.video.config import VideoStudy
from experiments.video.split import PREFIX, VideoSplit

_CODES = 256
_DIM = 32
_BLOCKS = 5  # of which one is tested where no folds are asked for


class VideoAnswering(FrameAnswering):
    """A stored model of tracks: each line is a row of a table."""

    prefix = PREFIX

    def __init__(self, stored: Stored) -> None:
        """Takes what a run left.

        Args:
            stored: what it left.
        """
        super().__init__(stored)
        self.has_header = not self.config.data.header
        self.about = "a row of a table with the same coordinate columns"

    def frames(self, line: str, header: str) -> Float[np.ndarray, "frames columns"]:
        """See `FrameAnswering.frames`."""
        data = self.config.data
        mark = data.delimiter or max(DELIMITERS, key=line.count)
        plain = data.plain(mark)
        values = fields_of(line, mark, plain=plain)
        names = fields_of(header, mark, plain=plain) if self.has_header else list(data.full_header)
        if data.header and len(values) == len(names) - 1:  # the class is what is asked for
            names.remove(data.label)
        return self.config.frames(data.one(values, names))


class VideoApplication(Application):
    """Tracks of landmarks → classes."""

    name, kind, summary = "video", VideoStudy, "tracks of landmarks as sequences of codes, and their classes"

    def default(self) -> VideoStudy:
        """Convolutions over the codes of frames, beside a hashed table of the same bytes."""
        return VideoStudy(
            embedlab.Dense(2**20, _DIM),
            train=Train(rate=0.003, batch=64, steps=1000, evaluate_every=50),
            rivals={"hashed": embedlab.Hashed(None, _DIM, buckets=2**20)},
            fitted=True,
            encoder=Cnn(widths=(3, 5), maps=64),
            head=Head(dropout=0.3),
            codes=Codes(codes=_CODES),
        )

    def judge(self, config: Any) -> Judge:
        """See `Application.judge`."""
        judge: Judge = config.task
        return judge

    def read(self, config: VideoStudy, tell: Tell) -> Sequence[Split]:
        """See `Application.read`."""
        tracks = config.data.tracks()
        reader = CLASSES.reader()
        for label in tracks.labels:
            reader.add(label)
        labels, names = reader.finish()
        CLASSES.require_several(labels, names)
        CLASSES.require_shared(labels, names)
        parts = block_splits(labels, tracks.clips, config.folds or _BLOCKS, config.data.gap, names)
        alone = config.split_seed % len(parts)
        if not config.folds_run:
            return [VideoSplit(config, tracks, labels, names, parts[alone], None)]
        return [VideoSplit(config, tracks, labels, names, parts[fold], fold) for fold in config.folds_run]

    def answering(self, stored: Stored) -> Answering:
        """See `Application.answering`."""
        return VideoAnswering(stored)


APPLICATION = VideoApplication()
