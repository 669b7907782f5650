"""The application: its config, its rows, and the model of a finished run for new rows.

Source: none; the parting is the project's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

import embedlab
from experiments.columns.config import Columns
from experiments.columns.model import ColumnModel, predicted
from experiments.columns.split import ColumnSplit, column_model
from experiments.config import Train
from experiments.study.application import Answering, Application, Stored, Tell
from experiments.study.split import Split
from experiments.study.tabular.decisions import decided
from experiments.study.tabular.leaks import leaks
from experiments.study.tabular.new_rows import new_rows, strange
from experiments.study.tabular.rows import Rows, read_rows
from experiments.study.tabular.words import Words
from experiments.study.words import own_numbers
from experiments.tasks import Judge


class ColumnsApplication(Application):
    """Tells one column of a table from the others."""

    name, kind = "columns", Columns
    summary = "One column of a table, told from the others by embeddings of their values."

    def default(self) -> Columns:
        """A vector a word, and hashed ones without a vocabulary of as many bytes."""
        return Columns(
            embedlab.Dense(2**20, 16, initialiser=embedlab.Normal(0.05)),
            rivals={"hashed": embedlab.Hashed(None, 16, buckets=2**20, initialiser=embedlab.Normal(0.05))},
            fitted=True,
            train=Train(rate=0.003, steps=2000, evaluate_every=100, dropout=embedlab.Dropout(words=0.05)),
        )

    def judge(self, config: Columns) -> Judge:
        """See `Application.judge`."""
        return config.judge

    def read(self, config: Columns, tell: Tell) -> Sequence[Split]:
        """See `Application.read`."""
        rows = read_rows(config.data)
        if config.metric != "accuracy" and len(rows.names) != 2:
            raise ValueError(
                f"metric={config.metric!r}: this is of two classes, and the target {config.data.target!r} "
                f"has {len(rows.names):,}; give --metric accuracy, or check which column the target is"
            )
        Words.of(rows.frame, np.arange(len(rows.labels)), config.words)  # refuses crosses of other columns
        found = leaks(rows)
        told = (*_told(rows), *found.told)
        sides = rows.splits(config)
        folds = config.folds_run or (None,)
        return [
            ColumnSplit(config, rows, side, fold, told, found.doubts)
            for fold, side in zip(folds, sides, strict=True)
        ]

    def answering(self, stored: Stored) -> Answering:
        """See `Application.answering`."""
        return ColumnAnswers(stored)


class ColumnAnswers(Answering):
    """A stored model of a table: a class a row, and how probable it is."""

    learner: ColumnModel

    def __init__(self, stored: Stored) -> None:
        self._stored = stored
        self._words = Words.restored(stored.kept["words"])
        config = stored.config
        self.learner = column_model(
            config, config.embedding, self._words, stored.vocabulary, len(stored.names)
        )
        _, self.buffers = own_numbers(config.embedding, stored.vocabulary)
        self.has_header = not config.data.header
        self.about = f"a row of values; the columns {', '.join(self._words.columns_read)} are read"

    def answers(
        self, parameters: dict[str, Any], lines: Sequence[str], header: str = ""
    ) -> Iterable[tuple[str, ...]]:
        """See `Answering.answers`; of two classes the one called, and the positive one's probability."""
        config, names = self._stored.config, self._stored.names
        frame = new_rows(config.data, self._words, lines, header)
        read = self._words.read(frame, config.embedding, self._stored.vocabulary)
        found = predicted(self.learner, parameters, read.buffers, read.arrays, config.batch_rows)
        if config.metric == "accuracy":
            return [config.task.fields(answer) for answer in config.task.answers(found, names)]
        called = decided(found[:, 1], self._stored.kept["threshold"])
        return [(names[int(yes)], f"{p:.4f}") for p, yes in called.tolist()]

    def strange(self, lines: Sequence[str], header: str = "") -> list[tuple[str, ...]]:
        """See `Answering.strange`: values of categories."""
        stored = self._stored
        return strange(stored.config.data, self._words, stored.vocabulary, lines, header)


def _told(rows: Rows) -> tuple[str, ...]:
    """What the rows are, in sentences."""
    counts = np.bincount(rows.labels, minlength=len(rows.names))
    shown = ", ".join(f"{count:,} {name!r}" for name, count in zip(rows.names[:10], counts, strict=False))
    frame = rows.frame
    kinds = f"{len(frame.categorical)} columns of categories, {len(frame.numeric)} of numbers"
    if frame.numeric:
        kinds += f" ({', '.join(list(frame.numeric)[:10])}{', …' if len(frame.numeric) > 10 else ''})"
    return (f"{rows.title}: {len(rows.labels):,} rows ({shown}), {kinds}.", *rows.left_out)


APPLICATION = ColumnsApplication()
