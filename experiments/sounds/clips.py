"""What a source of sounds gives: recordings as frames, with what is known of each."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from typing import Literal, get_args

import draccus
import numpy as np
from jaxtyping import Float, Int32

from experiments.checks import require_choice
from experiments.data.equal import equal_groups
from experiments.reports.telling import Tell
from experiments.sounds.cepstra import Cepstra

#: What a split goes by: single recordings, or whole speakers.
By = Literal["recording", "speaker"]


@dataclasses.dataclass(frozen=True, eq=False)
class Clips:
    """Recordings, one or more.

    Attributes:
        title: what they are called in tables.
        names: where each lies.
        frames: of each, float [frames, static]; nothing is taken out of them yet, and no slopes are beside.
        labels: the class of each.
        speakers: who speaks in each; none where that is not known.
        sides: train, valid or test, as the data have it; empty strings, or none, where they do not say.
        notes: what was passed over or changed, in sentences.

    Raises:
        ValueError: there are none.

    Example:
        >>> clips = Clips("two", ("a", "b"), [np.ones((3, 2))] * 2, ("yes", "no"))
        >>> clips.groups
        array([0, 0], dtype=int32)
    """

    title: str
    names: tuple[str, ...]
    frames: list[Float[np.ndarray, "frames static"]]
    labels: tuple[str, ...]
    speakers: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.names:
            raise ValueError(f"{self.title}: holds no recording; give one or more of two classes at least")

    @property
    def groups(self) -> Int32[np.ndarray, " clips"]:
        """int32 [clips], of which those are equal whose frames are, to the bit."""
        return equal_groups(np.ascontiguousarray(found).tobytes() for found in self.frames)


@dataclasses.dataclass(frozen=True)
class Source(draccus.ChoiceRegistry, ABC):
    """Where sounds come from: a frozen dataclass, chosen in a config by its registered name.

    Attributes:
        path: of the data.
        by: what a split goes by: recording keeps the sides that the data have, else draws them; speaker puts
            all that one speaker said on one side, and needs `--folds`: with as many folds as speakers, each
            in turn is one that was never heard.

    Raises:
        ValueError: an unknown way to split.
    """

    path: str = ""
    by: By = "recording"

    def __post_init__(self) -> None:
        require_choice("by", self.by, get_args(By))

    @classmethod
    def default_choice_name(cls) -> str:
        """The source that is meant where a config names none."""
        return "table"

    @abstractmethod
    def clips(self, cepstra: Cepstra, tell: Tell) -> Clips:
        """Reads all recordings.

        Args:
            cepstra: how frames are made of samples.
            tell: told of the parts of a long reading.

        Raises:
            ValueError: data are missing or malformed: says what, where, and how to mend it.
        """

    @abstractmethod
    def one(self, line: str, cepstra: Cepstra) -> Float[np.ndarray, "frames static"]:
        """The frames of a new recording.

        Args:
            line: its path, as the source has them.
            cepstra: how frames are made of samples.

        Raises:
            ValueError: there is none that can be read.
        """

    def kind(self, cepstra: Cepstra) -> str:
        """What the columns of frames are called, before their numbers.

        Args:
            cepstra: how frames are made of samples.
        """
        return cepstra.form
