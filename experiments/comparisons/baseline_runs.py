"""Runs the baselines of a comparison: one that knows no text, a linear one on TF-IDF, a plain bag."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from experiments.comparisons import bag_baseline
from experiments.config import BAG, Config
from experiments.documents.material import Material
from experiments.errors import Mistake, RunFailure
from experiments.reports.progress import Progress
from experiments.runs import layout
from experiments.runs.outcome import Outcome, save_predictions, scores, told
from experiments.runs.run import RunDirectory, versions
from experiments.sampling import even_sample
from experiments.training.baselines import strongest, tfidf_linear
from experiments.training.lexicon import Lexicon

_MOST_READ = 50_000  # texts of a set that does not fit in memory
_SHOWN = 10  # strongest features that a summary keeps
_FOLDER = "baselines"
_WITHOUT = "go on without baselines, in the same --workdir: --baselines false"


def directories(folder: Path, config: Config) -> dict[str, tuple[RunDirectory, ...]]:
    """Where the runs of each baseline lie, by its name; none where baselines are not asked for.

    Args:
        folder: the workdir, or a fold's.
        config: the settings.
    """
    if not config.baselines:
        return {}
    names = (config.task.majority, config.task.linear)
    found = {name: (RunDirectory(folder / _FOLDER / name),) for name in names}
    bags = tuple(bag_baseline.directories(folder / _FOLDER, config).values())
    return found | ({BAG: bags} if bags else {})


def run_baselines(
    folder: Path, material: Material, lexicon: Callable[[], Lexicon], progress: Progress
) -> list[Outcome]:
    """Fits the baselines that are not finished; reads the others back.

    Args:
        folder: the workdir, or the fold's.
        material: what all runs share.
        lexicon: that of the embedding that the config is about; called where a bag of it is to be trained.
        progress: where they are told of.

    Raises:
        Mistake: a baseline can't be fitted to the data.
        RunFailure: a run fails, for want of memory say, or what a finished one left can't be read.
    """
    if not material.config.baselines:
        return []
    names = (material.config.task.majority, material.config.task.linear)
    fitted = [_fitted(name, folder / _FOLDER / name, material, progress) for name in names]
    return fitted + bag_baseline.run_bag(folder / _FOLDER, material, lexicon, progress)


def _fitted(name: str, path: Path, material: Material, progress: Progress) -> Outcome:
    directory, shown, task = RunDirectory(path), layout.told(material.fold, name), material.config.task
    summary = directory.summary
    if summary is None:
        run = progress.run(shown, 1)
        summary = _run(name, directory, material)
        run.done(told(summary, task))
    else:
        directory.verify()
        progress.skip(shown, told(summary, task))
    found = scores(directory, task, material.dataset.labels[material.splits.test])
    return Outcome(name, found[None], [summary], (directory,), material.fold)


def _run(name: str, directory: RunDirectory, material: Material) -> dict[str, Any]:
    directory.path.mkdir(parents=True, exist_ok=True)
    try:
        fit = _constant if name == material.config.task.majority else _linear
        predicted, facts = fit(material)
    except ValueError as error:  # of texts without a word, say
        raise Mistake(f"{name}: {error}; {_WITHOUT}") from error
    except MemoryError as error:
        raise RunFailure(f"{name}: out of memory ({error or 'no more to be had'}); {_WITHOUT}.") from error
    test = material.config.task.metrics(predicted, material.dataset.labels[material.splits.test])
    summary = {"test": test, **facts, "versions": versions()}
    save_predictions(directory, test=predicted)
    directory.finish(summary, "predictions.npz")
    return summary


def _constant(material: Material) -> tuple[np.ndarray, dict[str, Any]]:
    data, splits = material.dataset, material.splits
    predicted = material.config.task.constant(data.labels[splits.train], data.classes, len(splits.test))
    return predicted, {"parameters": 0, "trainable_bytes": 0, "index_bytes": 0, "seconds": 0.0}


class _Documents(Sequence[Any]):
    """The words of each document, of pairs both lists of them: made when they are asked for."""

    def __init__(self, material: Material, rows: np.ndarray) -> None:
        self._material, self._rows = material, rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return _Documents(self._material, self._rows[place])
        return next(iter(_Documents(self._material, self._rows[[place]])))

    def __iter__(self) -> Iterator[Any]:
        for rows in self._material.corpus.blocks(self._rows):
            first, *second = self._material.parts(rows)
            yield from zip(first, *second, strict=True) if second else first


def _linear(material: Material) -> tuple[np.ndarray, dict[str, Any]]:
    labels, splits = material.dataset.labels, material.splits
    train, valid = splits.train, splits.valid
    if material.config.stream:  # it holds all that it reads in memory, and every pair of words with it
        train, valid = (rows[even_sample(len(rows), _MOST_READ)] for rows in (train, valid))
    result = tfidf_linear(
        _Documents(material, train),
        labels[train],
        _Documents(material, valid),
        labels[valid],
        _Documents(material, splits.test),
        names=material.dataset.classes,
        task=material.config.task,
    )
    facts = {
        "parameters": result.parameters,
        "trainable_bytes": result.bytes,
        "index_bytes": 0,
        "seconds": result.seconds,
        "C": result.C,
        "C_at_edge": result.at_edge,
        "passes": result.passes,
        "settled": result.settled,
        "read": len(train),
        "of": len(splits.train),
        "strongest": [list(feature) for feature in strongest(result, _SHOWN)],
    }
    return result.test, facts
