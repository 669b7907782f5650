"""The embeddings of a study on the words that all of them have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from embedlab.text import Vocabulary
from experiments.config import Quality
from experiments.quality.shared_words import SharedWords, measured_on_shared
from experiments.runs.layout import Run
from experiments.runs.outcome import LABELS
from experiments.runs.run import RunDirectory
from experiments.study.learning import kinds_of


def on_shared_words(runs: Mapping[Run, RunDirectory], settings: Quality) -> SharedWords:
    """Measures the vectors that finished runs left.

    Args:
        runs: their directories.
        settings: how many rows and neighbours.

    Raises:
        RunFailure: vectors are missing or damaged.
    """
    counts: dict[str, int] = {}
    kinds: dict[str, int] = {}
    for directory in runs.values():
        vocabulary = Vocabulary.load(directory.path / "vocabulary.json")
        counts |= dict(zip(vocabulary.words, vocabulary.counts, strict=True))
        kinds = _kinds(directory, vocabulary) | kinds  # of folds the first that knows a word

    def classes(words: Sequence[str]) -> np.ndarray:
        return np.array([kinds.get(word, -1) for word in words], int)

    return measured_on_shared(runs, settings, counts, classes)


def _kinds(directory: RunDirectory, vocabulary: Vocabulary) -> dict[str, int]:
    """What kind each word of a run is of, as its learning says: a class, or what the word stands for."""
    words = vocabulary.words[len(vocabulary.SPECIAL) :]
    try:
        labels = np.load(directory.path / "vectors" / LABELS, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        labels = np.zeros(0)
    if labels.shape != (len(words),):
        labels = kinds_of(words)
    return dict(zip(words, labels.tolist(), strict=True))
