"""A finished run as a model: new lines in, labels out."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

import embedlab
from embedlab.text import Vocabulary
from experiments import codec
from experiments.checkpoints import Checkpoints
from experiments.config import Config
from experiments.errors import Mistake
from experiments.model import Model, probabilities
from experiments.prepare import encode, own_buffers, tokenise
from experiments.run import RunDirectory
from experiments.train import start


@dataclasses.dataclass(frozen=True, eq=False)
class Classifier:
    """A trained classifier.

    Attributes:
        config: what it was trained with.
        classes: the names of the labels.
        vocabulary: the words it knows.
        model: its functions.
        parameters: its arrays, those of the best validation loss.
    """

    config: Config
    classes: tuple[str, ...]
    vocabulary: Vocabulary
    model: Model
    parameters: dict[str, Any]

    @property
    def variables(self) -> embedlab.Variables:
        """The embedding's arrays, for `embedlab.embed` and `embedlab.bag`."""
        return self.model.variables(self.parameters, own_buffers(self.model.spec, self.vocabulary))

    def probabilities(self, texts: Sequence[str]) -> Float[np.ndarray, "texts classes"]:
        """Class probabilities, float32 [texts, classes].

        An embedding that reads spellings makes vectors of words it has never seen.
        """
        if not texts:
            return np.zeros((0, len(self.classes)), np.float32)
        documents = tokenise(texts, self.config.text)
        encoded = encode(self.model.spec, self.vocabulary, documents, self.config.text)
        return probabilities(self.model, self.parameters, encoded)

    def predict(self, texts: Sequence[str]) -> list[tuple[str, float]]:
        """The most probable label of each text, and its probability."""
        found = self.probabilities(texts)
        return [(self.classes[row.argmax()], float(row.max())) for row in found]


def load(folder: str | os.PathLike[str]) -> Classifier:
    """The classifier of a finished run; of a comparison, the run that did best on validation.

    Args:
        folder: the --workdir of a finished run, or of a comparison.

    Returns:
        The classifier.

    Raises:
        Mistake: the folder holds no finished run.
    """
    directory = RunDirectory(Path(folder))
    summary = directory.summary
    if summary is None:
        raise Mistake(f"{folder}: no finished run here; give the --workdir of one")
    if "best" in summary:
        directory = RunDirectory(directory.path / summary["best"])
        summary = directory.summary or {}
    stored = directory.read("config.json")
    if stored is None or "classes" not in summary:
        raise Mistake(f"{directory.path}: the run's config or summary is missing; train again")
    config = codec.decode(stored)
    classes = tuple(summary["classes"])
    vocabulary = Vocabulary.load(directory.path / "vocabulary.json")
    model = Model(config.embedding, config.encoder, len(classes))
    buffers = own_buffers(config.embedding, vocabulary)
    like = jax.eval_shape(lambda: start(model, config.train, 0, buffers))
    state = Checkpoints(directory.path / "checkpoints").restore(like)
    if state is None:
        raise Mistake(f"{directory.path}/checkpoints: no checkpoint here; train again")
    return Classifier(config, classes, vocabulary, model, state["best"])
