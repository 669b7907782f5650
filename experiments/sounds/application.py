"""Sounds as an application: its default config, its data, and the model of a finished run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

import embedlab
from experiments.config import Train
from experiments.encoders import Cnn
from experiments.head import Head
from experiments.sounds.cepstra import finished
from experiments.sounds.config import SoundStudy
from experiments.sounds.sides import by_recording, by_speaker, dataset
from experiments.sounds.split import PREFIX, SoundSplit
from experiments.study.application import Answering, Application, Stored, Tell
from experiments.study.codebook import Codes
from experiments.study.frame_learning import FrameAnswering
from experiments.study.split import Split
from experiments.tasks import Judge

_CODES = 512
_DIM = 32


class SoundAnswering(FrameAnswering):
    """A stored model of sounds: each line is the path of a recording."""

    about, prefix = "the path of a recording", PREFIX

    def frames(self, line: str, header: str) -> Float[np.ndarray, "frames columns"]:
        """See `FrameAnswering.frames`."""
        cepstra = self.config.cepstra
        return finished(self.config.data.one(line.strip(), cepstra), cepstra.deltas, cepstra.normalise)


class SoundApplication(Application):
    """Recordings → classes."""

    name, kind, summary = (
        "sounds",
        SoundStudy,
        "recordings as sequences of codes or frames, and their classes",
    )

    def default(self) -> SoundStudy:
        """Convolutions over the codes of frames, beside a hashed table of the same bytes."""
        return SoundStudy(
            embedlab.Dense(2**20, _DIM),
            train=Train(rate=0.003, batch=32, steps=1000, evaluate_every=50),
            rivals={"hashed": embedlab.Hashed(None, _DIM, buckets=2**20)},
            fitted=True,
            encoder=Cnn(widths=(3, 5, 7), maps=64),
            head=Head(dropout=0.3),
            codes=Codes(codes=_CODES),
        )

    def judge(self, config: Any) -> Judge:
        """See `Application.judge`."""
        judge: Judge = config.task
        return judge

    def read(self, config: SoundStudy, tell: Tell) -> Sequence[Split]:
        """See `Application.read`."""
        clips = config.data.clips(config.cepstra, tell)
        data = dataset(clips)
        if config.data.by == "speaker":
            parts = by_speaker(data, clips.speakers, config.folds, config.split_seed)
        else:
            parts = by_recording(data, config.folds, config.split_seed)
        wanted = config.folds_run or (None,)
        return [SoundSplit(config, clips, data, parts[fold or 0], fold) for fold in wanted]

    def answering(self, stored: Stored) -> Answering:
        """See `Application.answering`."""
        return SoundAnswering(stored)


APPLICATION = SoundApplication()
