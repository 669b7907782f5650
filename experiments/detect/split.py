"""One split of events: what is learnt from, and how unusual the test events are.

Source: none; the parting is the project's own.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

import embedlab
from experiments.data import Splits
from experiments.detect import baselines
from experiments.detect.config import Detect
from experiments.detect.expected import Expected, Held, expected, held, words_of
from experiments.detect.model import Detector, with_expected
from experiments.detect.scores import Scorer, found
from experiments.study.examples import Examples
from experiments.study.learning import Learning
from experiments.study.split import Baseline, Split
from experiments.study.tabular.decisions import decided
from experiments.study.tabular.read import Read
from experiments.study.tabular.rows import Rows
from experiments.study.tabular.words import Words, vocabulary_of
from experiments.study.words import own_numbers, takes_any_word


class EventSplit(Split):
    """One split of events.

    Attributes:
        settings: the config.
        rows: all events; class 1 are the anomalies.
        sides: which are train, valid and test.
        learnt: int, the training rows that are learnt from.
    """

    groups_of = "equal rows"

    def __init__(
        self,
        config: Detect,
        rows: Rows,
        sides: Splits,
        fold: int | None,
        about: tuple[str, ...],
        doubts: tuple[str, ...] = (),
    ) -> None:
        """Takes all events; the sides say which are which.

        Args:
            config: the settings.
            rows: all of them.
            sides: which are train, valid and test.
            fold: number of the fold; None where there is one split.
            about: told at the start.
            doubts: what of that stands below the table too.

        Raises:
            ValueError: no training row is normal, where those alone are learnt from.
        """
        self.config, self.settings, self.fold, self.judge = config, config, fold, config.judge
        self.rows, self.sides = rows, sides
        self.title, self.names, self.about, self.doubts = rows.title, rows.names, about, doubts
        self.targets, self.valid_targets = rows.labels[sides.test], rows.labels[sides.valid]
        self.groups, self.groups_across = rows.groups[sides.test], True
        self.fingerprint = {"rows": len(rows.labels), "digest": rows.digest}
        normal = config.learns == "normal"
        self.learnt, self.watched = (
            side[rows.labels[side] == 0] if normal else side for side in (sides.train, sides.valid)
        )
        for name, side in (("training", self.learnt), ("validation", self.watched)):
            if not len(side):
                raise ValueError(f"no {name} row is normal; give more, or --learns mixed")

    @functools.cached_property
    def words(self) -> Words:
        """The words of columns, as the rows that are learnt from have them."""
        return Words.of(self.rows.frame, self.learnt, self.settings.words)

    @functools.cached_property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """The words that each column may be expected to hold."""
        settings = self.settings
        return words_of(self.words, self.rows.frame, self.learnt, settings.words.min_count, settings.values)

    @functools.cached_property
    def held(self) -> Held:
        """What all rows hold."""
        return held(self.words, self.columns, self.rows.frame)

    def held_by(self, rows: np.ndarray) -> Held:
        """What some rows hold, by their numbers int [m]."""
        return self.held.take(rows)

    def learning(self, spec: embedlab.Embedding, where: str) -> Learning:
        """See `Split.learning`."""
        return EventLearning(self, spec)

    def baselines(self) -> Mapping[str, Baseline]:
        """Rarity, and an isolation forest."""
        return baselines.of(self)

    def decided(self, scores: Float[np.ndarray, " rows"], valid: Float[np.ndarray, " valid"]) -> np.ndarray:
        """Scores [rows] in the form of the judge, decided by the cheapest threshold of validation scores."""
        return decided(scores, self.settings.costs.threshold(valid, self.valid_targets))


class EventLearning(Learning):
    """What one embedding learns of usual events."""

    def __init__(self, split: EventSplit, spec: embedlab.Embedding) -> None:
        settings, words, frame = split.settings, split.words, split.rows.frame
        self._split = split
        counts = words.counts(frame, split.learnt, settings.words.min_count)
        self.vocabulary = vocabulary_of(spec, counts)
        self._read = words.read(frame, spec, self.vocabulary)
        self.learner: Detector = detector(settings, spec, words, split.columns, self.vocabulary)
        self._expected = expected(split.columns, split.held_by(split.learnt), spec, self.vocabulary)
        _, own = own_numbers(spec, self.vocabulary)
        self.buffers = with_expected(own, self._expected)
        self._of_rows = with_expected(self._read.buffers, self._expected)
        learnt = split.held_by(split.learnt)
        arrays = {"rows": self._read.take(split.learnt), "places": learnt.places, "weights": learnt.weights}
        self.train = Examples(arrays, self._of_rows)
        self._kept: dict[str, Any] = {}

    def _found(self, parameters: dict[str, Any], rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        read = Read(self._read.ids[rows], self._read.knots[rows], self._read.weights[rows], {})
        most = self._split.settings.batch_rows
        return found(self.learner, parameters, self._of_rows, read, self._split.held_by(rows), most)

    def _scorer(self, parameters: dict[str, Any]) -> Scorer:
        """Of the training rows, of which surprise needs none."""
        settings, learnt = self._split.settings, self._split.learnt
        few = learnt[np.linspace(0, len(learnt) - 1, min(len(learnt), 4 * settings.kept_rows)).astype(int)]
        rows = few if settings.score in ("neighbours", "gaussian") else learnt[:2]
        return Scorer.of(settings, self._found(parameters, rows)[1])

    def watched(self, parameters: dict[str, Any]) -> tuple[np.ndarray, float]:
        """See `Learning.watched`; the loss is the surprise of validation rows of the kinds learnt from."""
        split = self._split
        surprises, hidden = self._found(parameters, split.sides.valid)
        scores = self._scorer(parameters).scores(surprises, hidden)
        like = np.isin(split.sides.valid, split.watched)
        return split.decided(scores, scores), float(surprises[like].mean(dtype=np.float64))

    def tested(self, parameters: dict[str, Any]) -> np.ndarray:
        """See `Learning.tested`; decided by the threshold of validation."""
        split, scorer = self._split, self._scorer(parameters)
        valid = scorer.scores(*self._found(parameters, split.sides.valid))
        threshold = split.settings.costs.threshold(valid, split.valid_targets)
        self._kept = {"threshold": threshold, **scorer.kept()}
        return split.decided(scorer.scores(*self._found(parameters, split.sides.test)), valid)

    def kept(self) -> dict[str, Any]:
        """Words, frequencies, threshold and what scores need, of the model that was tested last."""
        columns = {name: list(words) for name, words in self._split.columns.items()}
        priors = {"ids": self._expected.ids, "priors": self._expected.priors}
        return {"words": self._split.words.kept(), "columns": columns, **priors, **self._kept}


def detector(
    settings: Detect,
    spec: embedlab.Embedding,
    words: Words,
    columns: Mapping[str, Sequence[str]],
    vocabulary: Any,
) -> Detector:
    """The model of a config.

    Args:
        settings: the config.
        spec: the embedding.
        words: of the columns.
        columns: the words that each column may be expected to hold.
        vocabulary: the embedding's words.
    """
    unknown = () if takes_any_word(spec) else tuple(vocabulary.encode(words.unknown).tolist())
    expected = sum(map(len, columns.values()))
    return Detector(spec, settings.form, len(words.categorical), len(words.knots), expected, unknown)


def restored(kept: Mapping[str, Any]) -> Expected:
    """What the columns of a stored model may hold.

    Args:
        kept: what `EventLearning.kept` gave.
    """
    columns = {name: tuple(words) for name, words in kept["columns"].items()}
    return Expected(columns, kept["ids"], kept["priors"])
