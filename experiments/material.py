"""What all runs of a comparison share: texts, labels, their split, their tokens."""

from __future__ import annotations

import collections
import dataclasses
import functools

import numpy as np

from experiments.config import Config
from experiments.data import Dataset, Progress, Splits, grouped_as_read, split
from experiments.errors import mistakes
from experiments.evaluate import Bands, bands
from experiments.prepare import tokenise


@dataclasses.dataclass(frozen=True, eq=False)
class Material:
    """What all runs of a comparison share.

    Attributes:
        config: the settings.
        dataset: texts and labels.
        splits: its rows for training, validation and test.
        documents: the tokens of every text.
    """

    config: Config
    dataset: Dataset
    splits: Splits
    documents: list[list[str]]

    def side(self, rows: np.ndarray) -> list[list[str]]:
        """The documents of some rows."""
        return [self.documents[row] for row in rows]

    @functools.cached_property
    def train_counts(self) -> collections.Counter[str]:
        """How often each word occurs in the training documents."""
        return _counts(self.side(self.splits.train))

    @functools.cached_property
    def test_counts(self) -> collections.Counter[str]:
        """How often each word occurs in the test documents."""
        return _counts(self.side(self.splits.test))

    @functools.cached_property
    def test_bands(self) -> Bands:
        """How frequent the words of each test document are."""
        counts = self.train_counts  # a Counter counts what it has not seen as 0
        return bands([np.array([counts[word] for word in x], np.int64) for x in self.side(self.splits.test)])


def read(config: Config, progress: Progress | None = None) -> Material:
    """Reads a config's data, parts them into tokens, and splits them.

    Documents that are alike as they are read, cut after `text.max_length` tokens say, stay on one side.

    Args:
        config: the settings.
        progress: told of the parts of a long reading.

    Raises:
        Mistake: a source says what is wrong with the data.
    """
    with mistakes():
        dataset = config.data.load(progress)
        documents = tokenise(dataset.texts, config.text)
        dataset = grouped_as_read(dataset, documents)
        splits = split(dataset, seed=config.split_seed)
    return Material(config, dataset, splits, documents)


def _counts(documents: list[list[str]]) -> collections.Counter[str]:
    return collections.Counter(word for document in documents for word in document)
