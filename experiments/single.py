"""One embedding, one seed: trained, judged, and written into its run directory."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

import jax
import numpy as np

import embedlab
from embedlab import quality
from embedlab.text import Vocabulary
from embedlab.vectors import Vectors
from embedlab.vectors import save as save_vectors
from experiments.checkpoints import Checkpoints
from experiments.config import Config
from experiments.data import Dataset, Splits
from experiments.evaluate import bands, by_band, evaluate
from experiments.inspection import Inspector, majority_classes
from experiments.model import Model, probabilities
from experiments.prepare import Encoded, encode, own_buffers, vocabulary_for
from experiments.progress import RunProgress
from experiments.run import RunDirectory, commit, versions
from experiments.train import Fitted, Labelled, fit


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


@dataclasses.dataclass(frozen=True, eq=False)
class Prepared:
    """The material as one embedding reads it.

    Attributes:
        spec: the embedding.
        vocabulary: of the training documents.
        encoded: every document.
        buffers: those of the vocabulary alone, which the stored model holds.
        seconds: what it took.
    """

    spec: embedlab.Embedding
    vocabulary: Vocabulary
    encoded: Encoded
    buffers: dict[str, np.ndarray]
    seconds: float


def prepare(spec: embedlab.Embedding, material: Material) -> Prepared:
    """Reads the material for one embedding."""
    started = time.perf_counter()
    text = material.config.text
    vocabulary = vocabulary_for(spec, material.side(material.splits.train), text)
    encoded = encode(spec, vocabulary, material.documents, text)
    return Prepared(spec, vocabulary, encoded, own_buffers(spec, vocabulary), time.perf_counter() - started)


def run_one(
    directory: RunDirectory, prepared: Prepared, material: Material, seed: int, progress: RunProgress
) -> dict[str, Any]:
    """Trains, evaluates on test, and writes everything; returns the summary. Continues where it stopped."""
    config = material.config
    model = Model(prepared.spec, config.encoder, len(material.dataset.classes))
    inspector = _inspector(model, prepared, material)
    train = _labelled(prepared, material, material.splits.train)
    valid = _labelled(prepared, material, material.splits.valid)
    checkpoints = Checkpoints(directory.path / "checkpoints")

    def on_evaluation(step: int, loss: float, predicted: np.ndarray, parameters: dict[str, Any]) -> None:
        found = evaluate(predicted, valid.labels)
        directory.log(step=step, split="train", loss=loss)
        directory.log(step=step, split="valid", **found)
        directory.log(step=step, split="embedding", **inspector.summary(parameters))
        progress.update(step, loss=loss, valid_loss=found["log_loss"], valid_accuracy=found["accuracy"])

    fitted = fit(
        model,
        config.train,
        train,
        valid,
        seed=seed,
        buffers=prepared.buffers,
        checkpoints=checkpoints,
        on_start=directory.rewind,
        on_evaluation=on_evaluation,
    )
    checkpoints.close()
    return _finish(directory, prepared, material, seed, model, inspector, fitted)


def _finish(
    directory: RunDirectory,
    prepared: Prepared,
    material: Material,
    seed: int,
    model: Model,
    inspector: Inspector,
    fitted: Fitted,
) -> dict[str, Any]:
    started = time.perf_counter()
    predicted = {
        side: probabilities(model, fitted.parameters, prepared.encoded.rows(rows))
        for side, rows in (("valid", material.splits.valid), ("test", material.splits.test))
    }
    test = _test_metrics(predicted["test"], material)
    valid = evaluate(predicted["valid"], material.dataset.labels[material.splits.valid])
    embedding = inspector.summary(fitted.parameters) | inspector.collisions() | _coverage(prepared, material)
    directory.log(step=fitted.best_step, split="test", **test)
    directory.log(step=fitted.best_step, split="final", **embedding)
    np.savez(directory.path / "predictions.npz", valid=predicted["valid"], test=predicted["test"])
    prepared.vocabulary.save(directory.path / "vocabulary.json")
    matrix = np.asarray(inspector.vectors(fitted.parameters), np.float32)
    save_vectors(directory.path / "vectors", Vectors(prepared.vocabulary.words[2:], matrix))
    variables = model.variables(fitted.parameters, prepared.buffers)
    encoder = sum(leaf.size for leaf in jax.tree.leaves(fitted.parameters["encoder"]))
    summary = {
        "seed": seed,
        "test": test,
        "valid": valid,
        "embedding": embedding,
        "steps": fitted.steps,
        "best_step": fitted.best_step,
        "parameters": variables.num_parameters,
        "encoder_parameters": encoder,
        "trainable_bytes": variables.num_bytes.trainable,
        "index_bytes": variables.num_bytes.index,
        "classes": list(material.dataset.classes),
        "seconds": {
            "prepare": prepared.seconds,
            **fitted.seconds,
            "finish": time.perf_counter() - started,
        },
        "versions": versions(),
        "commit": commit(),
    }
    directory.write("summary.json", summary)
    return summary


def _inspector(model: Model, prepared: Prepared, material: Material) -> Inspector:
    rows = material.splits.train
    labels = majority_classes(
        prepared.vocabulary, material.side(rows), material.dataset.labels[rows], model.classes
    )
    return Inspector(model, prepared.vocabulary, prepared.buffers, material.config.quality, labels)


def _labelled(prepared: Prepared, material: Material, rows: np.ndarray) -> Labelled:
    return Labelled(prepared.encoded.rows(rows), material.dataset.labels[rows])


def _test_metrics(predicted: np.ndarray, material: Material) -> dict[str, float]:
    """The metrics of the test side, by frequency of its words too."""
    rows = material.splits.test
    labels = material.dataset.labels[rows]
    counts = train_counts(material)
    lists = [np.array([counts.get(word, 0) for word in doc], np.int64) for doc in material.side(rows)]
    band, has_oov = bands(lists)
    return evaluate(predicted, labels) | by_band(predicted.argmax(1) == labels, band, has_oov)


def train_counts(material: Material) -> dict[str, int]:
    """How often each word occurs in the training documents."""
    counts: dict[str, int] = {}
    for document in material.side(material.splits.train):
        for word in document:
            counts[word] = counts.get(word, 0) + 1
    return counts


def _coverage(prepared: Prepared, material: Material) -> dict[str, float]:
    """How much of the test text the vocabulary knows, by token and by type."""
    counts: dict[str, int] = {}
    for document in material.side(material.splits.test):
        for word in document:
            counts[word] = counts.get(word, 0) + 1
    known = np.array([word in prepared.vocabulary for word in counts], bool)
    found = quality.coverage(np.array(list(counts.values()), np.int64), known)
    return {"coverage_by_token": float(found.by_token), "coverage_by_type": float(found.by_type)}
