"""What all runs of a comparison share: texts, labels, their split, their tokens."""

from __future__ import annotations

import collections
import dataclasses
import functools

import numpy as np

from experiments.config import Config
from experiments.corpus import Corpus, gathered, is_run, tokenise
from experiments.data import Dataset, Progress, Splits, grouped_as_read, split
from experiments.errors import mistakes
from experiments.evaluate import Bands, bands


@dataclasses.dataclass(frozen=True, eq=False)
class Material:
    """What all runs of a comparison share.

    Attributes:
        config: the settings.
        dataset: texts and labels.
        splits: its rows for training, validation and test.
        corpus: the words of every text, and its n-grams where `text.ngrams` has any.
    """

    config: Config
    dataset: Dataset
    splits: Splits
    corpus: Corpus

    def side(self, rows: np.ndarray) -> list[list[str]]:
        """The words of some rows' documents, n-grams left out."""
        documents = self.corpus.documents(rows)
        if self.config.text.ngrams == 1:
            return documents
        return [[word for word in document if not is_run(word)] for document in documents]

    @functools.cached_property
    def learnt_counts(self) -> dict[str, int]:
        """How often each word and n-gram occurs in the training documents, of those that do."""
        return _by_word(self.corpus, self.splits.train)

    @functools.cached_property
    def train_counts(self) -> collections.Counter[str]:
        """How often each word occurs in the training documents, n-grams left out."""
        return _words(self.learnt_counts)

    @functools.cached_property
    def test_counts(self) -> collections.Counter[str]:
        """How often each word occurs in the test documents, n-grams left out."""
        return _words(_by_word(self.corpus, self.splits.test))

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
        corpus = gathered(tokenise(dataset.texts, config.text))
        dataset = grouped_as_read(dataset, corpus)
        splits = split(dataset, seed=config.split_seed)
    return Material(config, dataset, splits, corpus)


def _by_word(corpus: Corpus, rows: np.ndarray) -> dict[str, int]:
    counts = corpus.counts(rows)
    found = np.flatnonzero(counts)
    return {corpus.words[number]: int(counts[number]) for number in found.tolist()}


def _words(counts: dict[str, int]) -> collections.Counter[str]:
    return collections.Counter({word: count for word, count in counts.items() if not is_run(word)})
