"""Where labelled pictures come from, and what every source gives."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import draccus
import numpy as np
from jaxtyping import Float32, Int

from embedlab.checks import require, require_count
from experiments.checks import finite, require_bool
from experiments.data import Dataset
from experiments.pictures.alike import MOST, alike_groups
from experiments.reports.telling import Tell
from experiments.tasks import CLASSES, Task

_LARGEST = 512  # pixels


@dataclasses.dataclass(frozen=True, eq=False)
class Pictures:
    """Labelled pictures.

    Attributes:
        dataset: their names as texts, labels, groups and sides.
        pixels: float32 [pictures, side, side, channels], in [0, 1].
    """

    dataset: Dataset
    pixels: Float32[np.ndarray, "pictures side side channels"]


@dataclasses.dataclass(frozen=True)
class Source(draccus.ChoiceRegistry, ABC):
    """Where labelled pictures come from: chosen in a config by its registered name.

    Attributes:
        side: pixels of the square that each picture is brought to.
        grey: whether colours become one channel.
        usual: the correlation that `alike` is where it is none.
        alike: correlation of two pictures' pixels from which on they stay on one side of a split; 1 to keep
            equal ones alone together; none for what suits the source.

    Raises:
        ValueError: a correlation that is none.
    """

    side: ClassVar[int]
    grey: ClassVar[bool]
    usual: ClassVar[float] = 0.95

    # Of a type that is switched to, fields of the same name keep their values: this one has none to keep.
    alike: float | None = None

    def __post_init__(self) -> None:
        fits = self.alike is None or (finite(self.alike) and 0 < self.alike <= 1)
        require(fits, "alike", self.alike, "give a correlation above 0 and at most 1, or none")

    @property
    def correlation(self) -> float:
        """That from which on pictures stay on one side."""
        return self.usual if self.alike is None else self.alike

    @abstractmethod
    def load(self, task: Task = CLASSES, tell: Tell | None = None) -> Pictures:
        """Reads the pictures.

        Args:
            task: what is learnt of the labels.
            tell: told of the parts of a long reading.

        Raises:
            ValueError: pictures or labels are missing or malformed; says which, and where.
        """

    @classmethod
    def default_choice_name(cls) -> str:
        """The source that is meant where a config names none."""
        return "digits"

    def gathered(
        self,
        name: str,
        names: Sequence[str],
        pixels: Float32[np.ndarray, "pictures side side channels"],
        labels: np.ndarray,
        classes: tuple[str, ...],
        task: Task,
        *,
        joined: Int[np.ndarray, " pictures"] | None = None,
        notes: Sequence[str] = (),
        sides: Sequence[str] = (),
    ) -> Pictures:
        """What was read, with groups of pictures that are alike.

        Args:
            name: of the data, in tables.
            names: of the pictures.
            pixels: float32 [pictures, side, side, channels].
            labels: [pictures, …], the targets.
            classes: their names.
            task: what is learnt.
            joined: int [pictures], groups that are known already.
            notes: what was passed over, in sentences.
            sides: train, valid or test, for each picture; none where nothing says.

        Example:
            >>> one = np.zeros((2, 4, 4, 1), np.float32)
            >>> labels, task = np.int32([0, 1]), CLASSES
            >>> found = Digits().gathered("two", "ab", one, labels, ("x", "y"), task)
            >>> found.dataset.groups
            array([0, 0], dtype=int32)
        """
        told = list(notes)
        if self.correlation < 1 and len(pixels) > MOST:
            told.append(f"Of so many pictures ({len(pixels):,}) equal ones alone were kept together.")
        valid, test = (np.flatnonzero(np.array(sides) == side).astype(np.int32) for side in ("valid", "test"))
        dataset = Dataset(
            name=name,
            texts=tuple(names),
            labels=labels,
            classes=classes,
            groups=alike_groups(pixels, self.correlation, joined),
            test_rows=test,
            valid_rows=valid,
            near=self.correlation < 1,
            task=task,
            notes=tuple(told),
        )
        return Pictures(dataset, pixels)


@dataclasses.dataclass(frozen=True)
class Scaled(Source):
    """A source whose pictures may have any size.

    Attributes:
        side: pixels of the square that each picture is brought to.
        grey: whether colours become one channel.

    Raises:
        ValueError: a side that is none or above 512 pixels, a switch that is no bool, or a field of `Source`
            is wrong.
    """

    side: int = 32  # type: ignore[misc]
    grey: bool = False  # type: ignore[misc]

    def __post_init__(self) -> None:
        super().__post_init__()
        require_count("side", self.side)
        require(self.side <= _LARGEST, "side", self.side, f"give at most {_LARGEST} pixels")
        require_bool("grey", self.grey)


@Source.register_subclass("digits")
@dataclasses.dataclass(frozen=True)
class Digits(Source):
    """The handwritten digits that come with scikit-learn: 1,797 of 8 × 8 pixels in 17 shades.

    Who wrote which is not told, so that digits of one hand lie on both sides of a split.

    Attributes:
        side: 8.
        grey: they are.

    Example:
        >>> found = Digits().load()
        >>> found.pixels.shape, found.dataset.classes[:3]
        ((1797, 8, 8, 1), ('0', '1', '2'))

    Reference: Kaynak 1995, "Methods of combining multiple classifiers and their applications to handwritten
    digit recognition" (UCI's test set of optical digits).
    """

    side: ClassVar[int] = 8
    grey: ClassVar[bool] = True
    usual: ClassVar[float] = 1.0

    def load(self, task: Task = CLASSES, tell: Tell | None = None) -> Pictures:
        """See `Source.load`."""
        from sklearn.datasets import load_digits  # here: 2 s that a mistake need not wait for

        found = load_digits()
        pixels = (found.images[..., None] / 16).astype(np.float32)
        reader = task.reader()
        for label in found.target.tolist():
            reader.add(str(label))
        labels, classes = reader.finish()
        names = [f"digit {place}" for place in range(len(pixels))]
        note = "Who wrote which digit is not told: digits of one hand are on both sides."
        return self.gathered("digits", names, pixels, labels, classes, task, notes=(note,))
