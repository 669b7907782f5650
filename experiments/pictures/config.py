"""The config of pictures."""

from __future__ import annotations

import dataclasses

from embedlab.checks import require
from experiments.pictures import files as files  # registers its sources, as the next does
from experiments.pictures.emoji import Emoji as Emoji
from experiments.pictures.source import Digits, Source
from experiments.pictures.tokens import Tokens
from experiments.study.sequences import SequenceStudy


@dataclasses.dataclass(frozen=True)
class PictureStudy(SequenceStudy):
    """Pictures as words of a codebook of patches → classes.

    Attributes:
        data: where the pictures come from: digits, emoji, table or folders.
        tokens: how pictures become words.

    Raises:
        ValueError: a field of another type.

    Example:
        >>> import embedlab
        >>> PictureStudy(embedlab.Dense(5000, 16), data=files.Folders(path="signs")).tokens.grid
        4
    """

    data: Source = Digits()
    tokens: Tokens = Tokens()

    def __post_init__(self) -> None:
        super().__post_init__()
        for field, kind in {"data": Source, "tokens": Tokens}.items():
            value = getattr(self, field)
            require(isinstance(value, kind), field, value, f"give an instance of {kind.__name__}")
