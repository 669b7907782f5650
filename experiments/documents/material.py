"""What all runs of a comparison share: texts, labels, their split, their tokens."""

from __future__ import annotations

import collections
import dataclasses
import functools
import tempfile
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from embedlab.checks import require
from experiments.config import Config
from experiments.data import Dataset, Progress, Splits, fewer, folds, split
from experiments.documents.across import MOST_DOCUMENTS, Near, counting
from experiments.documents.as_read import grouped_as_read
from experiments.documents.corpus import Corpus, gathered, gathered_pairs, is_run, tokenise
from experiments.errors import mistakes
from experiments.sampling import even_sample
from experiments.tasks.evaluate import Bands, bands, frequency
from experiments.transfer.pretrained import Pretrained


@dataclasses.dataclass(frozen=True, eq=False)
class Material:
    """What all runs of a comparison share.

    Attributes:
        config: the settings.
        dataset: texts and labels.
        splits: its rows for training, validation and test.
        corpus: the words of every text, and its n-grams where `text.ngrams` has any.
        fold: number of the fold that is the test side; None where there is one split.
        near: how many test rows have a near-duplicate among the training rows.
        pretrained: the vectors of its words, where the config gives some; read when they are first needed.
    """

    config: Config
    dataset: Dataset
    splits: Splits
    corpus: Corpus
    fold: int | None = None
    near: Near = Near()
    pretrained: Pretrained | None = None

    def side(self, rows: np.ndarray) -> list[list[str]]:
        """The words of some rows' documents, n-grams left out; of pairs those of both."""
        documents = self.corpus.documents(rows)
        if self.config.text.ngrams == 1:
            return documents
        return [[word for word in document if not is_run(word)] for document in documents]

    def parts(self, rows: np.ndarray) -> tuple[list[list[str]], ...]:
        """The words of some rows' documents, as `side`; of pairs those of the first, then of the second."""
        if self.corpus.firsts is None:
            return (self.side(rows),)
        cuts = self.corpus.firsts[rows].tolist()
        documents = list(zip(self.corpus.documents(rows), cuts, strict=True))
        both = ([words[:cut] for words, cut in documents], [words[cut:] for words, cut in documents])
        return tuple([[word for word in part if not is_run(word)] for part in parts] for parts in both)

    @property
    def vectors_read(self) -> dict[str, Any]:
        """What the pretrained vectors are, to be told beside what the data are; empty where none are read.

        Raises:
            Mistake: they can't be read.
        """
        transfer = self.config.transfer
        if self.pretrained is None or not any(transfer.alone(mode).reads for mode in transfer.modes):
            return {}
        with mistakes():
            return {"vectors": self.pretrained.fingerprint}

    @functools.cached_property
    def watched(self) -> np.ndarray:
        """The validation rows that every evaluation looks at."""
        return _watched(self.config, self.splits)

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
        """How frequent the words of each test document are, n-grams left out."""
        counts = self.train_counts  # a Counter counts what it has not seen as 0
        times = np.array([-1 if is_run(word) else counts[word] for word in self.corpus.words], np.int64)
        found = [self._frequency(rows, times) for rows in self.corpus.blocks(self.splits.test)]
        return bands(*(np.concatenate(parts) for parts in zip(*found, strict=True)))

    def _frequency(self, rows: np.ndarray, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """That of some rows' documents, by how often each word of the corpus is learnt; −1 for n-grams."""
        counts = times[self.corpus.tokens[self.corpus.places(rows)]]
        owners = np.repeat(np.arange(len(rows)), self.corpus.lengths_of(rows))
        return frequency(counts[counts >= 0], np.bincount(owners[counts >= 0], minlength=len(rows)))


def read(config: Config, progress: Progress | None = None, folder: Path | None = None) -> Material:
    """The material of a config with one split; see `read_folds`."""
    (material,) = read_folds(config, progress, folder)
    return material


def read_folds(
    config: Config, progress: Progress | None = None, folder: Path | None = None
) -> tuple[Material, ...]:
    """Reads a config's data, parts them into tokens, and splits them, once or once a fold.

    Documents that are alike as they are read, cut after `text.max_length` tokens say, stay on one side.

    Args:
        config: the settings.
        progress: told of the parts of a long reading.
        folder: where texts and tokens lie in files that are gone with the process, if `config.stream` says
            so; None for the place of temporary files.

    Returns:
        One material for each fold that is run; they share texts and tokens. Without folds, one.

    Raises:
        Mistake: a source says what is wrong with the data.
    """
    with mistakes():
        place = (folder or Path(tempfile.gettempdir())) if config.stream else None
        dataset = config.data.load(progress, config.task, place)
        corpus = _corpus(dataset, config, place)
        dataset = grouped_as_read(dataset, corpus)
        splits = _splits(dataset, config)
        for each in splits.values():
            _require_told(config, dataset, each)
    counted = counting(dataset, corpus, most=0 if config.stream else MOST_DOCUMENTS)
    pretrained = Pretrained(config.transfer, corpus.words) if config.transfer.vectors else None
    return tuple(
        Material(config, dataset, each, corpus, fold, counted(each.train, each.test), pretrained)
        for fold, each in splits.items()
    )


def _corpus(dataset: Dataset, config: Config, folder: Path | None) -> Corpus:
    """The words of all documents, or pairs of them."""
    cut, others = array("b"), array("b")
    texts = tokenise(dataset.texts, config.text, cut)
    if len(dataset.seconds):
        corpus = gathered_pairs(texts, tokenise(dataset.seconds, config.text, others), folder)
        return dataclasses.replace(corpus, cut=np.array(cut, bool) | np.array(others, bool))
    return dataclasses.replace(gathered(texts, folder), cut=np.array(cut, bool))


def _splits(dataset: Dataset, config: Config) -> dict[int | None, Splits]:
    most, seed = config.train.rows, config.split_seed
    found: dict[int | None, Splits] = {}
    if config.folds < 2:
        found[None] = split(dataset, seed=seed)
    else:
        made = folds(dataset, count=config.folds, seed=seed)
        found |= {fold: made[fold] for fold in config.folds_run}
    if most is None:
        return found
    return {fold: fewer(dataset, each, most, seed=seed) for fold, each in found.items()}


def _watched(config: Config, splits: Splits) -> np.ndarray:
    most = config.train.evaluate_rows
    return splits.valid if most is None else splits.valid[even_sample(len(splits.valid), most)]


def _require_told(config: Config, dataset: Dataset, splits: Splits) -> None:
    """Refuses so few validation rows in an evaluation that the task's metrics tell nothing of them."""
    rows, field = _watched(config, splits), "train.evaluate_rows"
    try:
        config.task.require_told(dataset.labels[rows], "looked at in an evaluation")
    except ValueError as error:
        remedy = f"{error}; look at more of the {len(splits.valid):,} validation rows, or at all: none"
        require(False, field, config.train.evaluate_rows, remedy)


def whole(materials: Sequence[Material]) -> Material:
    """What all folds are together: each of their test rows, and all that one of them was trained on."""
    first = materials[0]
    if len(materials) == 1:
        return first
    train = np.unique(np.concatenate([each.splits.train for each in materials]))
    test = np.concatenate([each.splits.test for each in materials])
    splits = Splits(train=train, valid=np.zeros(0, train.dtype), test=test)
    near = functools.reduce(Near.__add__, [each.near for each in materials])
    return dataclasses.replace(first, splits=splits, fold=None, near=near)


def _by_word(corpus: Corpus, rows: np.ndarray) -> dict[str, int]:
    counts = corpus.counts(rows)
    found = np.flatnonzero(counts)
    return {corpus.words[number]: int(counts[number]) for number in found.tolist()}


def _words(counts: dict[str, int]) -> collections.Counter[str]:
    return collections.Counter({word: count for word, count in counts.items() if not is_run(word)})
