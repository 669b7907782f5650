"""Pictures, split: the codebook of the training side, the words of all, a linear model of pixels beside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import embedlab
from experiments.data import Splits
from experiments.pictures.alike import alike_groups
from experiments.pictures.config import PictureStudy
from experiments.pictures.source import Pictures
from experiments.pictures.tokens import Visual
from experiments.study.digests import digest
from experiments.study.learning import Learning
from experiments.study.logistic import logistic
from experiments.study.sequences import SequenceLearning, Sequences
from experiments.study.sides import counts, known
from experiments.study.split import Baseline, Fit

_ALIKE = 0.95  # correlation of pictures that are told of, where equal ones alone are kept together
_STRENGTHS = (0.0001, 0.001, 0.01, 0.1, 1.0)


class PictureSplit(Sequences):
    """One split of pictures.

    Attributes:
        visual: the codebook that the training side gave.
    """

    def __init__(self, config: PictureStudy, pictures: Pictures, sides: Splits, fold: int | None) -> None:
        """Makes a codebook of the training pictures, and words of all.

        Args:
            config: the settings.
            pictures: of all sides.
            sides: which are train, valid and test.
            fold: number of the fold.
        """
        dataset = pictures.dataset
        self._pixels = pictures.pixels
        self.visual = Visual.fit(config.tokens, pictures.pixels[sides.train])
        doubts = _leak(config, pictures, sides)
        super().__init__(
            config,
            self.visual.words(pictures.pixels),
            dataset.labels,
            dataset.classes,
            dataset.groups,
            sides,
            title=dataset.name,
            about=(counts(dataset, sides), *dataset.notes, _grouped(config, dataset.groups), *doubts),
            doubts=doubts,
            fingerprint={
                "pixels": digest([pictures.pixels]),
                "sides": digest([sides.train, sides.valid, sides.test]),
            },
            fold=fold,
        )
        self.groups_of = "alike pictures" if dataset.near else "equal pictures"

    def learning(self, spec: embedlab.Embedding, where: str) -> Learning:
        """See `Split.learning`."""
        return PictureLearning(self, spec, self.vocabulary(spec, where), self.visual)

    def baselines(self) -> Mapping[str, Baseline]:
        """The largest class, and a linear model of the pixels."""
        task, classes = self.settings.task, len(self.names)

        def linear() -> Fit:
            rows = self._pixels.reshape(len(self._pixels), -1)
            tried = {
                scale: logistic(rows, self.labels, classes, self.sides, _STRENGTHS, scale=scale)
                for scale in (False, True)
            }
            scale = tried[True].right > tried[False].right
            found = tried[scale]
            how = ", each brought to variance 1" if scale else ""
            what = f"reads {rows.shape[1]:,} pixels{how}, C = {found.strength:g}"
            facts = {"C": found.strength, "scaled": scale, "valid_score": found.right}
            return Fit(found.test, what, found.parameters, found.bytes, facts)

        return {task.majority: self.largest, "pixel-logistic": linear}


class PictureLearning(SequenceLearning):
    """What one embedding learns of pictures; a stored model keeps the codebook as well."""

    def __init__(self, split: Sequences, spec: Any, vocabulary: Any, visual: Visual) -> None:
        """As `SequenceLearning`.

        Args:
            split: of the data.
            spec: the embedding.
            vocabulary: its words.
            visual: what made words of the pictures.
        """
        super().__init__(split, spec, vocabulary)
        self._visual = visual

    def kept(self) -> dict[str, Any]:
        """The codebook, beside what the task knew."""
        return {**super().kept(), **self._visual.kept()}


def _grouped(config: PictureStudy, groups: np.ndarray) -> str:
    sizes = np.bincount(groups)
    near = config.data.correlation < 1
    alike = (
        f"pictures whose pixels correlate by {config.data.correlation:g} or more"
        if near
        else "equal pictures"
    )
    return (
        f"{len(sizes):,} groups of {alike}, each on one side; {int(sizes[sizes > 1].sum()):,} pictures are "
        "in a group with another."
    )


def _leak(config: PictureStudy, pictures: Pictures, sides: Splits) -> tuple[str, ...]:
    """What is known of alike pictures on both sides, where equal ones alone are kept together."""
    if config.data.correlation < 1:
        return ()
    near = known(alike_groups(pictures.pixels, _ALIKE), sides)
    if not near:
        return ()
    return (
        f"Of {near:,} of the {len(sides.test):,} test pictures ({near / len(sides.test):.0%}) one whose "
        f"pixels correlate by {_ALIKE:g} or more is among those learnt from: --data.alike {_ALIKE:g} keeps "
        "them on one side.",
    )
