"""What one embedding learns of sequences of frames, and what a stored model answers for new ones."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

import embedlab
from embedlab.text import Vocabulary
from experiments.documents.prepare import Encoded
from experiments.process import stopping
from experiments.study.application import Answering, Stored
from experiments.study.codebook import Codebook
from experiments.study.frame_model import FrameModel
from experiments.study.frames import Frames, FrameStudy, padded, scaled
from experiments.study.sequences import SequenceLearning, answers, stored_model
from experiments.study.split import Fit
from experiments.study.words import numbered, own_numbers
from experiments.training.model import Model, linked
from experiments.training.train import fit

_SPECIAL = len(Vocabulary.SPECIAL)


class OneBook(SequenceLearning):
    """One word a frame: sequences of words as any others; kept is the codebook as well."""

    def __init__(self, split: Frames, spec: embedlab.Embedding, vocabulary: Vocabulary) -> None:
        super().__init__(split, spec, vocabulary)
        self._book = split.book

    def kept(self) -> dict[str, Any]:
        """What the task knew of the training targets, and the codebook."""
        return {**super().kept(), **self._book.kept()}


class _Framed(OneBook):
    """Rows of a model of frames, in place of words in a row."""

    def __init__(
        self,
        split: Frames,
        spec: embedlab.Embedding,
        vocabulary: Vocabulary,
        learner: FrameModel,
        rows: Encoded,
    ) -> None:
        super().__init__(split, spec, vocabulary)
        self.learner, self._encoded = learner, rows
        self.train, self._valid = (self._labelled(each) for each in (split.sides.train, split.sides.valid))


class CodedLearning(_Framed):
    """A word of each codebook a frame; the encoder reads the sum of their vectors."""

    def __init__(self, split: Frames, spec: embedlab.Embedding, vocabulary: Vocabulary) -> None:
        rows = coded(spec, vocabulary, split.documents, split.settings.codes.books)
        super().__init__(split, spec, vocabulary, _model(spec, split.settings, split.names), rows)


class DirectLearning(_Framed):
    """Frames as they are, whose columns have vectors."""

    def __init__(self, split: Frames, spec: embedlab.Embedding, vocabulary: Vocabulary) -> None:
        ids, buffers = own_numbers(spec, vocabulary)
        learner = _model(spec, split.settings, split.names, ids)
        rows = Encoded(*padded(split.scaled), buffers)
        super().__init__(split, spec, vocabulary, learner, rows)


def coded(
    spec: embedlab.Embedding,
    vocabulary: Vocabulary,
    documents: Sequence[Sequence[str]],
    books: int,
    width: int | None = None,
) -> Encoded:
    """Sequences of so many words a frame as an embedding reads them: int32 [rows, frames, books].

    Args:
        spec: the embedding.
        vocabulary: its words.
        documents: the words of each row, frame after frame.
        books: words of a frame.
        width: frames to which rows are padded; None for those of the longest.
    """
    words = sorted({word for document in documents for word in document})
    numbers, buffers = numbered(spec, vocabulary, words)
    number = dict(zip(words, numbers.tolist(), strict=True))
    rows = [np.array([number[word] for word in each], np.int32).reshape(-1, books) for each in documents]
    return Encoded(*padded(rows, width), buffers)


def direct_fit(split: Frames, dim: int) -> Fit:
    """The same encoder on frames as they are, trained with the first seed: what a codebook costs.

    Args:
        split: whose settings it is trained with.
        dim: width of the vectors.
    """
    spec = embedlab.Dense(_SPECIAL + len(split.columns), dim)
    learning = DirectLearning(split, spec, split.columns_for(spec))
    config = split.settings
    with stopping.patiently():
        fitted = fit(
            learning.learner,
            config.train,
            learning.train,
            learning.valid,
            seed=config.seeds[0],
            buffers=learning.buffers,
        )
    leaves = jax.tree.leaves(fitted.parameters)
    return Fit(
        learning.tested(fitted.parameters),
        f"reads frames through the same encoder, seed {config.seeds[0]}",
        sum(leaf.size for leaf in leaves),
        sum(leaf.nbytes for leaf in leaves),
        {"steps": fitted.steps, "best_step_of_frames": fitted.best_step},
    )


class FrameAnswering(Answering):
    """A stored model of frames; an application says how a line is read."""

    def __init__(self, stored: Stored) -> None:
        """Takes what a finished run left.

        Args:
            stored: of the run.
        """
        self._stored, self.config = stored, stored.config
        self._book = Codebook.of({k: v for k, v in stored.kept.items() if k != "constants"})
        self._model, self.buffers = _stored_model(stored)
        self.learner = self._model

    @abstractmethod
    def frames(self, line: str, header: str) -> Float[np.ndarray, "frames columns"]:
        """The frames of a new row.

        Args:
            line: as the user gives it.
            header: the first line of the file, where it names columns.

        Raises:
            ValueError: it can't be read.
        """

    #: What the words of codes begin with.
    prefix: str

    def answers(
        self, parameters: dict[str, Any], lines: Sequence[str], header: str = ""
    ) -> Iterable[tuple[str, ...]]:
        """The class of each line, and its probability."""
        frames = []
        for number, line in enumerate(lines, 1):
            try:
                frames.append(self.frames(line, header)[: self.config.max_length])
            except ValueError as error:
                raise ValueError(f"line {number}: {error}") from None
        if not frames:
            return []
        config, learner, vocabulary = self.config, self._model, self._stored.vocabulary
        if not isinstance(learner, FrameModel):
            words = [config.words(self._book, found, self.prefix) for found in frames]
            return answers(learner, parameters, self._stored, words)
        width = 1 << (max(map(len, frames)) - 1).bit_length()  # of few lengths: each is compiled
        if learner.columns:
            rows = Encoded(
                *padded([scaled(self._book, found) for found in frames], width), dict(self.buffers)
            )
        else:
            documents = [config.words(self._book, found, self.prefix) for found in frames]
            rows = coded(learner.spec, vocabulary, documents, config.codes.books, width)
        task = learner.task
        found = task.decode(linked(learner, parameters, rows), self._stored.kept["constants"])
        return [task.fields(answer) for answer in task.answers(found, self._stored.names)]


def _model(
    spec: embedlab.Embedding, config: FrameStudy, names: tuple[str, ...], ids: Any = None
) -> FrameModel:
    """The model of frames; of columns where their ids are given, those of a vocabulary."""
    columns = () if ids is None else tuple(int(number) for number in ids[_SPECIAL:])
    outputs = config.task.outputs(names)
    return FrameModel(spec, config.encoder, outputs, config.head, config.task, columns=columns)


def _stored_model(stored: Stored) -> tuple[Model, Mapping[str, Any]]:
    config = stored.config
    if config.reads == "codes" and config.codes.books == 1:
        return stored_model(stored)
    ids, buffers = own_numbers(config.embedding, stored.vocabulary)
    return _model(config.embedding, config, stored.names, ids if config.reads == "frames" else None), buffers
