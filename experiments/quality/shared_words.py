"""The embeddings of a comparison on the words that all of them have, so that their metrics are of the same.

A table cut to the most frequent words has good neighbours for want of rare words. So the vectors of
every run are read back, and measured on the words of the smallest vocabulary alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import numpy as np

import embedlab
from embedlab.text import Vocabulary
from embedlab.vectors import Vectors
from experiments.config import Quality
from experiments.documents.material import Material
from experiments.errors import RunFailure
from experiments.quality.inspection import majority_classes, measured, overlap
from experiments.quality.plurals import plural_pairs
from experiments.runs.layout import Run
from experiments.runs.run import RunDirectory
from experiments.sampling import even_sample


@dataclasses.dataclass(frozen=True, eq=False)
class SharedWords:
    """The words that all embeddings have, and each run's metrics on them.

    Attributes:
        words: how many there are, the most frequent of all.
        sample: how many of them were measured, evenly taken.
        metrics: of each run: those of `embedlab.quality.summary`, `alignment`, and `neighbour_overlap_seeds`,
            the share of nearest neighbours that it has in common with a run of another seed, on average.
    """

    words: int
    sample: int
    metrics: dict[Run, dict[str, float]]

    def mean(self, name: str, seed: int | None = None) -> dict[str, float]:
        """An embedding's metrics, means over its seeds, or those of one seed; and over folds."""
        runs = [found for run, found in self.metrics.items() if run.name == name and seed in (None, run.seed)]
        known = [key for key in runs[0] if all(key in found for found in runs)]
        return {key: float(np.mean([found[key] for found in runs])) for key in known}


def on_shared_words(runs: Mapping[Run, RunDirectory], material: Material) -> SharedWords:
    """Measures the vectors that finished runs left.

    Args:
        runs: their directories.
        material: what they were trained on.

    Raises:
        RunFailure: vectors are missing or damaged.
    """

    def classes(words: Sequence[str]) -> np.ndarray:
        return _classes(words, material)

    return measured_on_shared(runs, material.config.quality, material.learnt_counts, classes)


def measured_on_shared(
    runs: Mapping[Run, RunDirectory],
    settings: Quality,
    learnt: Mapping[str, int],
    classes: Callable[[Sequence[str]], np.ndarray],
) -> SharedWords:
    """Measures the vectors that finished runs left, whatever their words stand for.

    Args:
        runs: their directories.
        settings: how many rows and neighbours.
        learnt: how often each word occurs in training, of those that do.
        classes: the class of each of some words, int [words], for the silhouette; −1 for none.

    Raises:
        RunFailure: vectors are missing or damaged.
    """
    words = _common([_read(directory).words for directory in runs.values()])
    sample = even_sample(len(words), settings.rows)
    taken = [words[place] for place in sample]
    pairs = plural_pairs(words)
    pairs = pairs[even_sample(len(pairs), settings.rows)]
    sides = [[words[place] for place in side] for side in pairs.T]
    counts = np.array([learnt.get(word, 0) for word in taken], np.int64)
    labels = classes(taken)
    tables, metrics = {}, {}
    for run, directory in runs.items():
        found = _read(directory)  # one at a time: those of many folds are large together
        tables[run] = _rows(found, taken)
        metrics[run] = measured(
            tables[run],
            [_rows(found, side) for side in sides],
            counts=counts,
            labels=labels,
            neighbours=settings.neighbours,
        )
    seeds = {run: _seeds(run, tables, settings.neighbours) for run in runs}
    return SharedWords(len(words), len(taken), {run: metrics[run] | seeds[run] for run in runs})


def _common(vocabularies: Sequence[Sequence[str]]) -> list[str]:
    """The words that are in all of them, in the order of the smallest."""
    sets = [set(words) for words in vocabularies]
    return [word for word in min(vocabularies, key=len) if all(word in each for each in sets)]


def _read(directory: RunDirectory) -> Vectors:
    try:
        return embedlab.load(directory.path)
    except (OSError, ValueError) as error:
        raise RunFailure(
            f"{directory.path}: the vectors of a finished run can't be read ({error}). Remove summary.json "
            "there and run again: what is trained stays, and its vectors are written anew."
        ) from None


def _rows(vectors: Vectors, words: Sequence[str]) -> np.ndarray:
    return vectors.matrix[[vectors.row(word) for word in words]]


def _classes(words: Sequence[str], material: Material) -> np.ndarray:
    """The class that each word occurs in most, int [words]."""
    rows = material.splits.train
    vocabulary = Vocabulary((*Vocabulary.SPECIAL, *words), (0,) * (len(Vocabulary.SPECIAL) + len(words)))
    classes = len(material.dataset.classes)
    owners = material.config.task.owners(material.dataset.labels[rows])
    found = majority_classes(vocabulary, material.corpus, rows, owners, classes)
    return found[len(Vocabulary.SPECIAL) :]


def _seeds(run: Run, tables: Mapping[Run, np.ndarray], neighbours: int) -> dict[str, float]:
    """How much of a run's neighbourhoods another seed finds as well; nothing where there is no other."""
    name = "neighbour_overlap_seeds"
    others = [other for other in tables if (other.name, other.fold) == (run.name, run.fold) and other != run]
    found = [overlap(name, tables[run], tables[other], neighbours).get(name) for other in others]
    known = [value for value in found if value is not None]
    return {name: float(np.mean(known))} if known else {}
