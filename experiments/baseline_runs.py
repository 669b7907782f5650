"""Runs the baselines of a comparison: the majority class, and TF-IDF with logistic regression."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from experiments.baselines import majority, strongest, tfidf_logistic
from experiments.errors import Mistake
from experiments.evaluate import evaluate
from experiments.material import Material
from experiments.outcome import Outcome, save_predictions, scores, told
from experiments.progress import Progress
from experiments.run import RunDirectory, versions

_SHOWN = 10  # strongest features that a summary keeps


def directories(workdir: Path) -> dict[str, RunDirectory]:
    """Where each baseline lies, by its name."""
    return {name: RunDirectory(workdir / "baselines" / name) for name in _FITS}


def run_baselines(workdir: Path, material: Material, progress: Progress) -> list[Outcome]:
    """Fits the baselines that are not finished; reads the others back."""
    labels = material.dataset.labels[material.splits.test]
    outcomes = []
    for name, directory in directories(workdir).items():
        summary = directory.summary
        if summary is None:
            run = progress.run(name, 1)
            summary = _run(name, directory, material)
            run.done(told(summary))
        else:
            progress.skip(name, told(summary))
        outcomes.append(Outcome(name, scores(directory, labels)[None], [summary]))
    return outcomes


def _run(name: str, directory: RunDirectory, material: Material) -> dict[str, Any]:
    directory.path.mkdir(parents=True, exist_ok=True)
    try:
        predicted, facts = _FITS[name](material)
    except ValueError as error:  # of texts without a word, say
        advice = "run without baselines, in another --workdir: --baselines false"
        raise Mistake(f"{name}: {error}; {advice}") from error
    test = evaluate(predicted, material.dataset.labels[material.splits.test])
    summary = {"test": test, **facts, "versions": versions()}
    save_predictions(directory, test=predicted)
    directory.write("summary.json", summary)
    return summary


def _majority(material: Material) -> tuple[np.ndarray, dict[str, Any]]:
    labels, splits = material.dataset.labels, material.splits
    predicted = majority(labels[splits.train], len(material.dataset.classes), len(splits.test))
    return predicted, {"parameters": 0, "trainable_bytes": 0, "seconds": 0.0}


def _linear(material: Material) -> tuple[np.ndarray, dict[str, Any]]:
    labels, splits = material.dataset.labels, material.splits
    result = tfidf_logistic(
        material.side(splits.train),
        labels[splits.train],
        material.side(splits.valid),
        labels[splits.valid],
        material.side(splits.test),
        classes=material.dataset.classes,
    )
    facts = {
        "parameters": result.parameters,
        "trainable_bytes": result.bytes,
        "seconds": result.seconds,
        "C": result.C,
        "C_at_edge": result.at_edge,
        "strongest": [list(feature) for feature in strongest(result, _SHOWN)],
    }
    return result.test, facts


_FITS = {"majority": _majority, "tfidf-logistic": _linear}
