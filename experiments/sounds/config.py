"""The config of sounds."""

from __future__ import annotations

import dataclasses

from embedlab.checks import require
from experiments.sounds import arrays, folders  # noqa: F401  each registers its kind of source
from experiments.sounds.cepstra import Cepstra
from experiments.sounds.clips import Source
from experiments.sounds.files import Table
from experiments.study.frames import FrameStudy


@dataclasses.dataclass(frozen=True)
class SoundStudy(FrameStudy):
    """Recordings as sequences of frames → classes.

    Attributes:
        data: where the recordings come from.
        cepstra: how they become frames.

    Raises:
        ValueError: a field of another type.

    Example:
        >>> import embedlab
        >>> SoundStudy(embedlab.Dense(258, 16), data=Table("sounds.csv", label="word")).cepstra.columns
        39
    """

    data: Source = Table()
    cepstra: Cepstra = Cepstra()

    def __post_init__(self) -> None:
        super().__post_init__()
        for field, kind in {"data": Source, "cepstra": Cepstra}.items():
            value = getattr(self, field)
            require(isinstance(value, kind), field, value, f"give an instance of {kind.__name__}")
