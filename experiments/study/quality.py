"""The embeddings of a study on the words that all of them have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from embedlab.text import Vocabulary
from experiments.config import Quality
from experiments.quality.shared_words import SharedWords, measured_on_shared
from experiments.runs.layout import Run
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
    for directory in runs.values():
        vocabulary = Vocabulary.load(directory.path / "vocabulary.json")
        counts |= dict(zip(vocabulary.words, vocabulary.counts, strict=True))

    def classes(words: Sequence[str]) -> np.ndarray:
        return kinds_of(tuple(words))

    return measured_on_shared(runs, settings, counts, classes)
