"""A finished run as a model, whatever program made it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.runs.run import RunDirectory

if TYPE_CHECKING:
    from experiments.classifier import Classifier
    from experiments.study.stored import Model


def load(folder: str | os.PathLike[str]) -> Classifier | Model:
    """The model of a finished run: a classifier of texts, or the model of an application.

    Args:
        folder: the --workdir of a finished run, or of a comparison, of which the run that did best on
            validation is taken.

    Returns:
        `experiments.classifier.Classifier` or `experiments.study.stored.Model`, each with `predict`.

    Raises:
        Mistake: the folder holds no finished run, or its summary names none.
        RunFailure: a file of the run is damaged.
    """
    from experiments import classifier

    config = RunDirectory(Path(folder)).read("config.json") or {}
    if "application" not in config:
        return classifier.load(folder)
    from experiments.study import stored

    return stored.load(folder)
