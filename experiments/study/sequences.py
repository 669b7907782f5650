"""Sequences of words → classes, with any encoder: what sounds, genes, tracks and pictures become."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import numpy as np
from jaxtyping import Int

import embedlab
from embedlab import quality
from embedlab.checks import require, require_count
from embedlab.text import Vocabulary
from experiments.checks import MOST, require_counts
from experiments.config import Study, Text
from experiments.data import Splits
from experiments.documents.corpus import Corpus, gathered
from experiments.documents.feed import Labelled
from experiments.documents.prepare import Encoded, Unread, in_memory, vocabulary_for
from experiments.encoders import Bag, Encoder
from experiments.head import Head
from experiments.quality.inspection import majority_classes
from experiments.study.learning import Learning
from experiments.study.split import Fit, Split
from experiments.study.words import numbered, own_numbers
from experiments.tasks import Classes, Task
from experiments.training import model
from experiments.training.model import Model, linked

_FEWEST = 2  # words; the distance of a word to its nearest neighbour takes two


@dataclasses.dataclass(frozen=True)
class SequenceStudy(Study):
    """A study of sequences of words; an application's config adds where they come from.

    Attributes:
        task: what is learnt of a sequence.
        encoder: from a sequence's vectors to its features.
        head: from features to outputs.
        min_count: times that a word occurs in the training sequences, at least, to have an id.
        max_length: words kept of a sequence; those after them are cut off.

    Raises:
        ValueError: as `Study`; a field of another type, or more words than the encoder reads.
    """

    task: Task = Classes()
    encoder: Encoder = Bag()
    head: Head = Head()
    min_count: int = 1
    max_length: int = 1024

    def __post_init__(self) -> None:
        super().__post_init__()
        for field, kind in {"task": Task, "encoder": Encoder, "head": Head}.items():
            value = getattr(self, field)
            require(isinstance(value, kind), field, value, f"give an instance of {kind.__name__}")
        require_count("min_count", self.min_count)
        require_counts(self, MOST, "max_length")
        longest = self.encoder.longest
        remedy = (
            f"the encoder reads {longest} words at most; give so many, or a larger vocabulary of positions"
        )
        require(longest is None or self.max_length <= longest, "max_length", self.max_length, remedy)


class Sequences(Split):
    """Labelled sequences of words, split. An application subclasses it for its baselines.

    Attributes:
        documents: the words of every row.
        labels: [rows, …], the targets of the task.
        sides: which rows are train, valid and test.
        corpus: the same words, as numbers.
    """

    def __init__(
        self,
        config: SequenceStudy,
        documents: Sequence[Sequence[str]],
        labels: np.ndarray,
        names: tuple[str, ...],
        groups: Int[np.ndarray, " rows"],
        sides: Splits,
        *,
        title: str,
        about: tuple[str, ...],
        fingerprint: Mapping[str, Any],
        doubts: tuple[str, ...] = (),
        fold: int | None = None,
    ) -> None:
        """Takes all rows; the sides say which are which.

        Args:
            config: the settings.
            documents: the words of every row; cut to `max_length` here.
            labels: [rows, …], the targets of the task: of classes int32 [rows].
            names: of classes.
            groups: int [rows], which rows are duplicates of each other, or else of one source.
            sides: which rows are train, valid and test.
            title: see `Split`, as those below.
            about: told at the start.
            fingerprint: counts and digests.
            doubts: told below the table.
            fold: number of the fold.
        """
        self.config, self.judge, self.names, self.fold = config, config.task, names, fold
        self.settings = config
        self.documents = [words[: config.max_length] for words in documents]
        self.labels, self.sides = labels, sides
        self.title, self.about, self.doubts, self.fingerprint = title, about, doubts, fingerprint
        self.targets, self.valid_targets = labels[sides.test], labels[sides.valid]
        self.groups, self.groups_across = groups[sides.test], True

    def largest(self) -> Fit:
        """The baseline of every application: what the training targets alone say, whatever the row."""
        task = self.settings.task
        return Fit(task.constant(self.labels[self.sides.train], self.names, len(self.targets)), task.guess)

    @functools.cached_property
    def corpus(self) -> Corpus:
        """All rows' words, as numbers."""
        return gathered(self.documents)

    def learning(self, spec: embedlab.Embedding, where: str) -> Learning:
        """See `Split.learning`."""
        return SequenceLearning(self, spec, self.vocabulary(spec, where))

    def vocabulary(self, spec: embedlab.Embedding, where: str) -> Vocabulary:
        """The words that an embedding knows: those of the training rows, as far as it has rows for them.

        Args:
            spec: the embedding.
            where: its place in the config, for error messages.

        Raises:
            ValueError: fewer than two words would have an id, or the encoder can't read its vectors.
        """
        model.check(self.settings.encoder, spec.dim)
        counts = self.corpus.counts(self.sides.train)
        learnt = {word: int(n) for word, n in zip(self.corpus.words, counts, strict=True) if n}
        found = vocabulary_for(spec, learnt, Text(min_count=self.settings.min_count))
        known = len(found) - len(Vocabulary.SPECIAL)
        if known < _FEWEST:
            limit = getattr(spec, "vocabulary", None)
            room = f", or raise {where}.vocabulary (it is {limit})" if limit is not None else ""
            raise ValueError(
                f"of the words of the training sequences {known or 'none'} would have an id, and {_FEWEST} "
                f"are the least; lower min_count (it is {self.settings.min_count}){room}"
            )
        return found


class SequenceLearning(Learning):
    """What one embedding learns of labelled sequences."""

    def __init__(self, split: Sequences, spec: embedlab.Embedding, vocabulary: Vocabulary) -> None:
        settings = split.settings
        self._split, self.vocabulary = split, vocabulary
        self._task = settings.task
        outputs = self._task.outputs(split.names)
        self.learner: Model = Model(spec, settings.encoder, outputs, settings.head, self._task)
        _, self.buffers = own_numbers(spec, vocabulary)
        jax.eval_shape(lambda: spec.init(jax.random.key(0), self.buffers).tables)  # files, shapes, types
        self._constants = self._task.constants(split.labels[split.sides.train], split.names)
        self._encoded = encoded(spec, vocabulary, split.corpus)
        self.train, self._valid = (self._labelled(rows) for rows in (split.sides.train, split.sides.valid))

    @property
    def valid(self) -> Labelled:
        """The validation rows."""
        return self._valid

    def _labelled(self, rows: np.ndarray) -> Labelled:
        return Labelled(
            self._encoded.rows(rows), self._task.encode(self._split.labels[rows], self._constants)
        )

    def watched(self, parameters: dict[str, Any]) -> tuple[np.ndarray, float]:
        """See `Learning.watched`; linked outputs, which `decoded` takes."""
        return self.learner.watched(parameters, self._valid, None)

    def decoded(self, predicted: np.ndarray) -> np.ndarray:
        """In the unit of the targets."""
        return self._task.decode(predicted, self._constants)

    def tested(self, parameters: dict[str, Any]) -> np.ndarray:
        """See `Learning.tested`."""
        return self.decoded(linked(self.learner, parameters, self._encoded.rows(self._split.sides.test)))

    @functools.cached_property
    def kinds(self) -> Int[np.ndarray, " words"]:
        """The class in whose training rows each word occurs most."""
        split = self._split
        rows = split.sides.train
        owners = self._task.owners(split.labels[rows])
        return majority_classes(self.vocabulary, split.corpus, rows, owners, len(split.names))

    @property
    def kind_names(self) -> tuple[str, ...]:
        """The classes."""
        return self._split.names

    def kept(self) -> dict[str, Any]:
        """What the task knew of the training targets."""
        return {"constants": self._constants}

    def covered(self) -> dict[str, float]:
        """How much of the test sequences the vocabulary knows, by token and by type."""
        corpus = self._split.corpus
        counts = corpus.counts(self._split.sides.test)
        present = np.flatnonzero(counts)
        known = np.array([corpus.words[place] in self.vocabulary for place in present.tolist()], bool)
        if not len(present):
            return {}
        found = quality.coverage(counts[present], known)
        return {"coverage_by_token": float(found.by_token), "coverage_by_type": float(found.by_type)}


def encoded(
    spec: embedlab.Embedding, vocabulary: Vocabulary, corpus: Corpus, length: int | None = None
) -> Encoded:
    """Sequences as an embedding reads them, padded to one length.

    Args:
        spec: the embedding.
        vocabulary: its words.
        corpus: the sequences.
        length: to which they are padded; None for that of the longest.
    """
    numbers, buffers = numbered(spec, vocabulary, corpus.words)
    width = max(1, int(corpus.longest.max(initial=0))) if length is None else length
    return in_memory(Unread(corpus, numbers, np.arange(len(corpus)), buffers, width))


def answers(
    learner: Model, parameters: dict[str, Any], stored: Any, documents: Sequence[Sequence[str]]
) -> list[tuple[str, ...]]:
    """What a stored model of sequences answers.

    Args:
        learner: its functions.
        parameters: its arrays.
        stored: see `experiments.study.application.Stored`.
        documents: the words of each new row.
    """
    cut = [words[: stored.config.max_length] for words in documents]
    width = 1 << max(0, max(map(len, cut), default=1) - 1).bit_length()  # of few lengths: each is compiled
    documents_ = encoded(learner.spec, stored.vocabulary, gathered(cut), width)
    found = learner.task.decode(linked(learner, parameters, documents_), stored.kept["constants"])
    return [learner.task.fields(answer) for answer in learner.task.answers(found, stored.names)]


def stored_model(stored: Any) -> tuple[Model, Mapping[str, Any]]:
    """The model of a finished run of sequences, and its embedding's buffers.

    Args:
        stored: see `experiments.study.application.Stored`.
    """
    config = stored.config
    outputs = config.task.outputs(stored.names)
    learner = Model(config.embedding, config.encoder, outputs, config.head, config.task)
    return learner, own_numbers(config.embedding, stored.vocabulary)[1]
