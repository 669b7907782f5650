"""Pictures as an application: its default config, its data, and the model of a finished run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

import embedlab
from embedlab.checks import require
from experiments.config import Train
from experiments.encoders import Bag
from experiments.paths import expanded
from experiments.pictures.config import PictureStudy
from experiments.pictures.image import opened, pixels
from experiments.pictures.patches import Patches
from experiments.pictures.split import PictureSplit
from experiments.pictures.tokens import Tokens, Visual
from experiments.study.application import Answering, Application, Stored, Tell
from experiments.study.codebook import Codes
from experiments.study.sequences import answers, stored_model
from experiments.study.sides import sides
from experiments.study.split import Split
from experiments.tasks import Judge


class PictureAnswering(Answering):
    """A stored model of pictures: each line is the path of one."""

    about = "the path of a picture"

    def __init__(self, stored: Stored) -> None:
        """Takes what a run left.

        Args:
            stored: what it left.
        """
        self._stored = stored
        self.learner, self.buffers = stored_model(stored)
        arrays = {name: value for name, value in stored.kept.items() if isinstance(value, np.ndarray)}
        self._visual = Visual.of(stored.config.tokens, arrays)

    def answers(
        self, parameters: dict[str, Any], lines: Sequence[str], header: str = ""
    ) -> Iterable[tuple[str, ...]]:
        """See `Answering.answers`."""
        data, found = self._stored.config.data, []
        for number, line in enumerate(lines, 1):
            try:
                require(bool(line.strip()), "line", line, "give the path of a picture")
                found.append(pixels(opened(expanded(line.strip())), data.side, data.grey))
            except ValueError as error:
                raise ValueError(f"line {number}: {error}") from None
        words = self._visual.words(np.stack(found)) if found else []
        return answers(self.learner, parameters, self._stored, words)  # type: ignore[arg-type]


class PictureApplication(Application):
    """Pictures → classes."""

    name, kind, summary = "pictures", PictureStudy, "pictures as words of a codebook, and their classes"

    def default(self) -> PictureStudy:
        """A bag of 512 codes at 16 places, beside a hashed table of the same bytes."""
        return PictureStudy(
            embedlab.Dense(2**20, 16),
            train=Train(rate=0.005, batch=64, steps=1000, evaluate_every=50),
            rivals={"hashed": embedlab.Hashed(None, 16, buckets=2**20)},
            fitted=True,
            encoder=Bag("mean"),
            tokens=Tokens(Patches(size=6, stride=2), Codes(codes=512, standardise=False)),
            max_length=4096,
        )

    def judge(self, config: Any) -> Judge:
        """See `Application.judge`."""
        judge: Judge = config.task
        return judge

    def read(self, config: PictureStudy, tell: Tell) -> Sequence[Split]:
        """See `Application.read`."""
        pictures = config.data.load(config.task, tell)
        return [
            PictureSplit(config, pictures, found, fold) for fold, found in sides(pictures.dataset, config)
        ]

    def answering(self, stored: Stored) -> Answering:
        """See `Application.answering`."""
        return PictureAnswering(stored)


APPLICATION = PictureApplication()
