"""One split of a table: what is tested, and what an embedding learns of it.

Source: none; the parting is the project's own.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

import embedlab
from experiments.columns import baselines
from experiments.columns.config import Columns
from experiments.columns.model import ColumnModel, predicted
from experiments.data import Splits
from experiments.study.examples import Examples
from experiments.study.learning import Learning
from experiments.study.split import Baseline, Split
from experiments.study.tabular.decisions import decided
from experiments.study.tabular.leaks import all_new
from experiments.study.tabular.rows import Rows
from experiments.study.tabular.words import Words, vocabulary_of
from experiments.study.words import own_numbers, takes_any_word
from experiments.tasks.areas import auc_parts


class ColumnSplit(Split):
    """One split of a table's rows.

    Attributes:
        settings: the config.
        rows: all rows.
        sides: which are train, valid and test.
    """

    groups_of = "equal rows"

    def __init__(
        self,
        config: Columns,
        rows: Rows,
        sides: Splits,
        fold: int | None,
        about: tuple[str, ...],
        doubts: tuple[str, ...] = (),
    ) -> None:
        """Takes all rows; the sides say which are which.

        Args:
            config: the settings.
            rows: all rows.
            sides: which of them are train, valid and test.
            fold: number of the fold; None where there is one split.
            about: told at the start.
            doubts: what of that stands below the table too.
        """
        self.config, self.settings, self.fold, self.judge = config, config, fold, config.judge
        self.rows, self.sides = rows, sides
        self.title, self.names = rows.title, rows.names
        self.targets, self.valid_targets = rows.labels[sides.test], rows.labels[sides.valid]
        self.groups, self.groups_across = rows.groups[sides.test], True
        self.fingerprint = {
            "rows": len(rows.labels),
            "columns": list(rows.frame.names),
            "digest": rows.digest,
        }
        new = all_new(tuple(rows.frame.categorical), self.unseen)
        self.about, self.doubts = (*about, *new), (*doubts, *new)

    @functools.cached_property
    def words(self) -> Words:
        """The words of columns, as the training rows have them."""
        return Words.of(self.rows.frame, self.sides.train, self.settings.words)

    @functools.cached_property
    def counts(self) -> dict[str, int]:
        """How often each word occurs in training."""
        return self.words.counts(self.rows.frame, self.sides.train, self.settings.words.min_count)

    @functools.cached_property
    def unseen(self) -> np.ndarray:
        """bool [test rows, columns], which values of categories no training row has."""
        columns = self.rows.frame.categorical.values()
        seen = [column.counts(self.sides.train) > 0 for column in columns]
        found = [~own[c.codes[self.sides.test]] for own, c in zip(seen, columns, strict=True)]
        return np.stack(found, axis=1) if found else np.zeros((len(self.sides.test), 0), bool)

    def learning(self, spec: embedlab.Embedding, where: str) -> Learning:
        """See `Split.learning`."""
        return ColumnLearning(self, spec)

    def baselines(self) -> Mapping[str, Baseline]:
        """The majority, one-hot logistic regression and gradient boosting."""
        return baselines.of(self)

    def decided(self, probabilities: np.ndarray, threshold: float) -> Float[np.ndarray, "rows outputs"]:
        """Probabilities [rows, classes] in the form of the judge: of two, the positive one's and a decision.

        Args:
            probabilities: of classes.
            threshold: from which on a row is called positive.
        """
        if self.settings.metric == "accuracy":
            return probabilities
        return decided(probabilities[:, 1], threshold)

    def threshold(self, probabilities: np.ndarray) -> float:
        """The threshold that is cheapest on validation; 1 above all where there are no two classes.

        Args:
            probabilities: [validation rows, classes].
        """
        if self.settings.metric == "accuracy":
            return 1.0
        return self.settings.costs.threshold(probabilities[:, 1], self.valid_targets)


class ColumnLearning(Learning):
    """What one embedding learns of a table."""

    def __init__(self, split: ColumnSplit, spec: embedlab.Embedding) -> None:
        settings, rows, sides = split.settings, split.rows, split.sides
        self._split, self._task = split, settings.task
        self.vocabulary = vocabulary_of(spec, split.counts)
        _, self.buffers = own_numbers(spec, self.vocabulary)
        read = split.words.read(rows.frame, spec, self.vocabulary)
        self.learner: ColumnModel = column_model(
            settings, spec, split.words, self.vocabulary, len(rows.names)
        )
        self._constants = self._task.constants(rows.labels[sides.train], rows.names)
        learnt = {
            side: self._task.encode(rows.labels[getattr(sides, side)], self._constants)
            for side in ("train", "valid")
        }
        self._read, self._learnt_valid = read, learnt["valid"]
        self.train = Examples({"rows": read.take(sides.train), "learnt": learnt["train"]}, read.buffers)
        self._threshold, self._of_unseen = 1.0, dict[str, float]()

    def _predicted(self, parameters: dict[str, Any], rows: np.ndarray) -> np.ndarray:
        most = self._split.settings.batch_rows
        return predicted(self.learner, parameters, self._read.buffers, self._read.take(rows), most)

    def watched(self, parameters: dict[str, Any]) -> tuple[np.ndarray, float]:
        """See `Learning.watched`; the threshold is chosen on these rows."""
        found = self._predicted(parameters, self._split.sides.valid)
        decided = self._split.decided(found, self._split.threshold(found))
        return decided, self._task.loss(found, self._learnt_valid)

    def tested(self, parameters: dict[str, Any]) -> np.ndarray:
        """See `Learning.tested`; decided by the threshold of validation."""
        split = self._split
        self._threshold = split.threshold(self._predicted(parameters, split.sides.valid))
        found = self._predicted(parameters, split.sides.test)
        self._of_unseen = _of_unseen(split, found)
        return split.decided(found, self._threshold)

    def kept(self) -> dict[str, Any]:
        """Knots and columns, and the threshold of the model that was tested last."""
        return {"words": self._split.words.kept(), "threshold": self._threshold}

    def covered(self) -> dict[str, float]:
        """How many of the test rows' values training has, and how rows are told that have others."""
        unseen = self._split.unseen
        if not unseen.size:
            return {}
        shares = {
            "coverage_by_token": 1 - float(unseen.mean()),
            "rows_with_unseen": float(unseen.any(1).mean()),
        }
        return shares | self._of_unseen


def column_model(
    settings: Columns, spec: embedlab.Embedding, words: Words, vocabulary: Any, classes: int
) -> ColumnModel:
    """The model of a config.

    Args:
        settings: the config.
        spec: the embedding.
        words: of the columns.
        vocabulary: the embedding's words.
        classes: how many there are.
    """
    unknown = () if takes_any_word(spec) else tuple(vocabulary.encode(words.unknown).tolist())
    columns, crosses, numbers = len(words.categorical), len(words.crosses), len(words.knots)
    return ColumnModel(spec, settings.form, columns, unknown, crosses, numbers, classes, settings.task)


def _of_unseen(split: ColumnSplit, probabilities: np.ndarray) -> dict[str, float]:
    """The area under the ROC curve of the test rows with a value that training does not have."""
    rows = split.unseen.any(1)
    positive = split.targets[rows] == 1
    if split.settings.metric == "accuracy" or not positive.any() or positive.all():
        return {}
    return {"auc_of_unseen": float(auc_parts(probabilities[rows, 1], positive).mean())}
