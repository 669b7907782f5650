"""Sequences of frames → classes: sounds and tracks, by the words of a codebook or as they are."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Float, Int

import embedlab
from embedlab.checks import require
from embedlab.text import Vocabulary
from experiments.checks import require_bool, require_choice
from experiments.data import Splits
from experiments.study import codebook
from experiments.study.codebook import Codebook, Codes
from experiments.study.learning import Learning
from experiments.study.sequences import Sequences, SequenceStudy
from experiments.training import model

Reads = Literal["codes", "frames"]


@dataclasses.dataclass(frozen=True)
class FrameStudy(SequenceStudy):
    """A study of sequences of frames; an application's config adds where they come from.

    With several codebooks a frame has a word of each. An encoder then reads the sum of their vectors.

    Attributes:
        reads: what the embedding reads: codes, words of a codebook that is made of the training frames; or
            frames, whose numbers are then weights of the columns' own vectors: a linear projection.
        codes: how the codebook is made.
        bigrams: whether pairs of codes in a row are words too, for an encoder that reads no order.
        repeats: whether codes that follow on themselves stay; else only the first of a row does.
        frames_beside: whether the baselines have the same encoder on frames as well, with the first seed,
            where the embedding reads codes.

    Raises:
        ValueError: as `SequenceStudy`; pairs of codes for an encoder that reads order or for several books,
            or rows without repeats of several books.
    """

    reads: Reads = "codes"
    codes: Codes = Codes()
    bigrams: bool = False
    repeats: bool = True
    frames_beside: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        require_choice("reads", self.reads, get_args(Reads))
        given = isinstance(self.codes, Codes)
        require(given, "codes", self.codes, f"give an instance of {Codes.__name__}")
        for field in ("bigrams", "repeats", "frames_beside"):
            require_bool(field, getattr(self, field))
        ordered = self.bigrams and self.encoder.reads_order
        remedy = "the encoder reads the order of words itself; take --encoder.type bag or dan"
        require(not ordered, "bigrams", self.bigrams, remedy)
        several = self.codes.books > 1
        remedy = f"a frame has a word of each of the {self.codes.books} codebooks; take --codes.books 1"
        require(not (several and self.bigrams), "bigrams", self.bigrams, remedy)
        require(not several or self.repeats, "repeats", self.repeats, remedy)

    def words(self, book: Codebook, frames: Float[np.ndarray, "frames columns"], prefix: str) -> list[str]:
        """The words of a sequence, cut to `max_length` frames.

        Args:
            book: the codebook.
            frames: float [frames, columns].
            prefix: what the words begin with.
        """
        found = book.words(frames[: self.max_length], prefix)
        found = found if self.repeats else codebook.without_repeats(found)
        return codebook.bigrams(found) if self.bigrams else found


class Frames(Sequences):
    """Labelled sequences of frames, split. An application subclasses it for its baselines.

    Attributes:
        frames: of every row, float [frames, columns], cut to `max_length`.
        columns: what the columns are called.
        book: the codebook, of the training frames alone.
        prefix: what its words begin with.
    """

    settings: FrameStudy

    def __init__(
        self,
        config: FrameStudy,
        frames: Sequence[np.ndarray],
        columns: tuple[str, ...],
        labels: np.ndarray,
        names: tuple[str, ...],
        groups: Int[np.ndarray, " rows"],
        sides: Splits,
        *,
        prefix: str,
        title: str,
        about: tuple[str, ...],
        fingerprint: Mapping[str, Any],
        doubts: tuple[str, ...] = (),
        fold: int | None = None,
    ) -> None:
        """Takes all rows; the sides say which are which.

        Args:
            config: the settings.
            frames: of every row, float [frames, columns], one frame at least.
            columns: what the columns are called.
            labels: see `Sequences`, as those below.
            names: of classes.
            groups: int [rows], which rows are right or wrong together.
            sides: which rows are train, valid and test.
            prefix: what the words of codes begin with.
            title: of the data.
            about: told at the start.
            fingerprint: counts and digests.
            doubts: told below the table.
            fold: number of the fold.
        """
        super().__init__(
            config, (), labels, names, groups, sides,
            title=title, about=about, fingerprint=fingerprint, doubts=doubts, fold=fold,
        )  # fmt: skip
        self.settings, self.columns, self.prefix = config, columns, prefix
        self.frames = [found[: config.max_length] for found in frames]
        self.book = codebook.fit(config.codes, np.concatenate([self.frames[row] for row in sides.train]))
        reads = config.reads == "codes"
        self.documents = [config.words(self.book, found, prefix) if reads else [] for found in self.frames]

    def learning(self, spec: embedlab.Embedding, where: str) -> Learning:
        """See `Split.learning`."""
        from experiments.study.frame_learning import CodedLearning, DirectLearning, OneBook

        model.check(self.settings.encoder, spec.dim)
        if self.settings.reads == "frames":
            return DirectLearning(self, spec, self.columns_for(spec))
        kind = OneBook if self.settings.codes.books == 1 else CodedLearning
        return kind(self, spec, self.vocabulary(spec, where))

    def columns_for(self, spec: Any) -> Vocabulary:
        """The columns as words, for an embedding that reads frames.

        Args:
            spec: the embedding.

        Raises:
            ValueError: it has fewer ids.
        """
        words = (*Vocabulary.SPECIAL, *self.columns)
        limit = getattr(spec, "vocabulary", None)
        remedy = f"frames have {len(self.columns)} columns, and two ids are none; give {len(words)}"
        require(limit is None or limit >= len(words), "vocabulary", limit, remedy)
        seen = sum(len(self.frames[row]) for row in self.sides.train)
        return Vocabulary(words, (0, 0, *[seen] * len(self.columns)))

    @functools.cached_property
    def scaled(self) -> list[Float[np.ndarray, "frames columns"]]:
        """The frames, with mean and variance of the training ones taken out: float32."""
        return [scaled(self.book, found) for found in self.frames]

    def told(self) -> str:
        """What the frames are, and what the codebook came to, in sentences."""
        sizes = [len(centres) for centres in self.book.centres]
        books = f"{len(sizes)} codebooks of" if len(sizes) > 1 else "a codebook of"
        rows = sum(len(self.frames[row]) for row in self.sides.train)
        lengths = np.array([len(found) for found in self.frames])
        cut = (lengths == self.settings.max_length).sum()
        return (
            f"A row has {np.median(lengths):.0f} frames of {len(self.columns)} columns as a median, "
            f"{lengths.max():,} at most{f', to which {cut:,} rows may be cut' if cut else ''}. Of the "
            f"{rows:,} frames in training alone {books} {' and '.join(map(str, dict.fromkeys(sizes)))} codes "
            "is made."
        )


def scaled(
    book: Codebook, frames: Float[np.ndarray, "frames columns"]
) -> Float[np.ndarray, "frames columns"]:
    """Frames less the mean of training, over its standard deviation, float32.

    Args:
        book: which has both.
        frames: float [frames, columns].
    """
    codebook.require_columns(frames, len(book.mean))
    return ((frames - book.mean) / book.scale).astype(np.float32)


def padded(
    rows: Sequence[np.ndarray], width: int | None = None
) -> tuple[np.ndarray, Int[np.ndarray, " rows"]]:
    """Sequences of one length, with zeros after each; and how long each is.

    Args:
        rows: of each, [length, …].
        width: to which they are padded; None for the longest.

    Example:
        >>> found, lengths = padded([np.ones((1, 2), np.int32), np.ones((2, 2), np.int32)])
        >>> found[0].tolist(), lengths.tolist()
        ([[1, 1], [0, 0]], [1, 2])
    """
    lengths = np.array([len(row) for row in rows], np.int32)
    first = rows[0]
    found = np.zeros((len(rows), width or max(1, lengths.max()), *first.shape[1:]), first.dtype)
    for place, row in enumerate(rows):
        found[place, : len(row)] = row
    return found, lengths
