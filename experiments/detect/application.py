"""The application: its config, its events, and the model of a finished run for new ones.

Source: none; the parting is the project's own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

import embedlab
from experiments.config import Train
from experiments.detect.config import Detect, EventData
from experiments.detect.expected import held
from experiments.detect.model import Detector, with_expected
from experiments.detect.scores import Scorer, found
from experiments.detect.split import EventSplit, detector, restored
from experiments.nearest import nearest_first
from experiments.study.application import Answering, Application, Stored, Tell
from experiments.study.split import Split
from experiments.study.tabular.decisions import decided
from experiments.study.tabular.leaks import leaks
from experiments.study.tabular.new_rows import new_rows, strange
from experiments.study.tabular.rows import Rows, read_rows
from experiments.study.tabular.words import Words
from experiments.study.words import own_numbers
from experiments.tasks import Judge


class DetectApplication(Application):
    """Tells unusual events from usual ones."""

    name, kind = "detect", Detect
    summary = "Unusual events, told by what embeddings of their columns expect."

    def default(self) -> Detect:
        """A vector a word, and hashed ones of as many bytes."""
        small = embedlab.Normal(0.1)
        return Detect(
            embedlab.Dense(2**20, 8, initialiser=small),
            rivals={"hashed": embedlab.Hashed(None, 8, buckets=2**20, initialiser=small)},
            fitted=True,
            train=Train(rate=0.003, steps=2000, evaluate_every=100, dropout=embedlab.Dropout(words=0.01)),
        )

    def judge(self, config: Detect) -> Judge:
        """See `Application.judge`."""
        return config.judge

    def read(self, config: Detect, tell: Tell) -> Sequence[Split]:
        """See `Application.read`."""
        rows = events(config.data)
        found = leaks(rows)
        told = (*_told(rows, config), *found.told)
        folds = config.folds_run or (None,)
        return [
            EventSplit(config, rows, sides, fold, told, found.doubts)
            for fold, sides in zip(folds, rows.splits(config), strict=True)
        ]

    def answering(self, stored: Stored) -> Answering:
        """See `Application.answering`."""
        return EventAnswers(stored)


class EventAnswers(Answering):
    """A stored detector: whether an event is unusual, how much, and the column that surprises most."""

    learner: Detector

    def __init__(self, stored: Stored) -> None:
        self._stored = stored
        self._words = Words.restored(stored.kept["words"])
        self._expected = restored(stored.kept)
        config = stored.config
        self.learner = detector(
            config, config.embedding, self._words, self._expected.words, stored.vocabulary
        )
        _, own = own_numbers(config.embedding, stored.vocabulary)
        self.buffers = with_expected(own, self._expected)
        self.has_header = not config.data.header
        self.about = f"an event; the columns {', '.join(self._words.columns_read)} are read"

    def answers(
        self, parameters: dict[str, Any], lines: Sequence[str], header: str = ""
    ) -> Iterable[tuple[str, ...]]:
        """See `Answering.answers`; normal or anomaly, its score, and the column that surprises most."""
        config, kept = self._stored.config, self._stored.kept
        frame = new_rows(config.data, self._words, lines, header)
        read = self._words.read(frame, config.embedding, self._stored.vocabulary)
        own = held(self._words, self._expected.words, frame)
        buffers = with_expected(read.buffers, self._expected)
        surprises, hidden = found(self.learner, parameters, buffers, read, own, config.batch_rows)
        scores = Scorer.restored(config, kept).scores(surprises, hidden)
        names, columns = self._stored.names, list(self._expected.words)
        called = decided(scores, kept["threshold"])[:, 1] > 0
        most = surprises.argmax(1)
        return [
            (names[int(yes)], f"{score:.4f}", columns[place])
            for yes, score, place in zip(called.tolist(), scores.tolist(), most.tolist(), strict=True)
        ]

    def strange(self, lines: Sequence[str], header: str = "") -> list[tuple[str, ...]]:
        """See `Answering.strange`: values of categories."""
        stored = self._stored
        return strange(stored.config.data, self._words, stored.vocabulary, lines, header)


def events(data: EventData) -> Rows:
    """The events, their classes normal and anomaly.

    Args:
        data: where they are.

    Raises:
        ValueError: a file is missing or malformed, a column is not there, a value that should be normal does
            not occur, all events are of one kind, or all of the test file are copies.
    """
    rows = read_rows(data)
    normal = data.normal or (rows.names[int(np.bincount(rows.labels).argmax())],)
    lacking = [name for name in normal if name not in rows.names]
    if lacking:
        raise ValueError(
            f"--data.normal={lacking[0]!r}: the target {data.target!r} has the values "
            f"{nearest_first(lacking[0], rows.names)}; name some of them with --data.normal"
        )
    usual = np.array([name in normal for name in rows.names])
    if usual.all():
        raise ValueError(f"--data.normal={list(normal)}: no event has another value; leave one out")
    before, kept = len(rows.labels), np.arange(len(rows.labels))
    if data.distinct:
        both = rows.groups.astype(np.int64) * len(rows.names) + rows.labels
        kept = np.sort(np.unique(both, return_index=True)[1])
    if rows.given.any() and not rows.given[kept].any():
        raise ValueError(
            f"--data.test_path={data.test_path!r}: each of its events is equal to an earlier one, which "
            "--data.distinct leaves out; give events of which some are new, or --data.distinct false"
        )
    labels = np.where(usual[rows.labels], 0, 1).astype(np.int32)
    told = f"{before - len(kept):,} of {before:,} rows are equal to an earlier one, target and all: left out."
    found = dataclasses.replace(rows, labels=labels, names=("normal", "anomaly"))
    return found.take(kept, told) if len(kept) < before else found


def _told(rows: Rows, config: Detect) -> tuple[str, ...]:
    """What the events are, in sentences."""
    n, unusual, frame = len(rows.labels), int(rows.labels.sum()), rows.frame
    learnt = "normal training rows alone" if config.learns == "normal" else "training rows of both kinds"
    return (
        f"{rows.title}: {n:,} events, {unusual:,} of them anomalies, {len(frame.categorical)} columns of "
        f"categories and {len(frame.numeric)} of numbers; it is learnt from {learnt}.",
        *rows.left_out,
    )


APPLICATION = DetectApplication()
