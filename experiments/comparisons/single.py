"""One embedding, one seed: trained, judged, and written into its run directory."""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import jax
import numpy as np

import embedlab
from embedlab import quality
from embedlab.files import write_whole
from embedlab.sparse import Sharding
from embedlab.vectors import Vectors
from embedlab.vectors import save as save_vectors
from experiments.comparisons import leader
from experiments.documents.feed import Labelled
from experiments.documents.material import Material
from experiments.documents.prepare import Encoded, Unread, encode, in_memory
from experiments.errors import placed
from experiments.mesh import sharding
from experiments.process import stopping
from experiments.quality.inspection import Inspector, Look, Watch, majority_classes
from experiments.reports.progress import Progress, RunProgress
from experiments.runs.checkpoints import Checkpoints
from experiments.runs.facts import facts, x64
from experiments.runs.outcome import LABELS, save_predictions, told
from experiments.runs.run import RunDirectory, commit, versions
from experiments.tasks.evaluate import by_band
from experiments.training.lexicon import Lexicon
from experiments.training.model import Model, linked
from experiments.training.placement import Given, placement
from experiments.training.stopwatch import Stopwatch
from experiments.training.taking import alone
from experiments.training.train import Fitted, Fitting, fitting
from experiments.transfer.start import masked_tables, resting_tables
from experiments.transfer.summary import summary_of

_CHURN = "neighbour_overlap"


@dataclasses.dataclass(frozen=True, eq=False)
class Prepared:
    """The material as one embedding reads it.

    Attributes:
        lexicon: the embedding and its words.
        material: what it reads.
        model: what is trained.
        encoded: every document.
        inspector: what watches the embedding's vectors.
        sharding: what lies where on a mesh; None for one device.
        constants: what the task knows of the training targets.
        seconds: what it took.
    """

    lexicon: Lexicon
    material: Material
    model: Model
    encoded: Encoded | Unread
    inspector: Inspector
    sharding: Sharding | None
    constants: dict[str, Any]
    seconds: float

    @property
    def tokens_a_step(self) -> float:
        """Words that a step learns from, on average, n-grams left out."""
        words = sum(self.material.train_counts.values())
        return self.material.config.train.batch * words / len(self.material.splits.train)

    def given(self, seed: int) -> Given | None:
        """The tables that a training with this seed begins with; None where they are drawn."""
        begun = None if self.lexicon.start is None else self.lexicon.start.given(seed)
        return begun if self.lexicon.ratios is None else self.lexicon.ratios.given(seed, begun)

    def labelled(self, rows: np.ndarray) -> Labelled:
        """The documents of some rows, with what is learnt of them."""
        return Labelled(self.encoded.rows(rows), self.model.task.encode(self.targets(rows), self.constants))

    def targets(self, rows: np.ndarray) -> np.ndarray:
        """The targets [rows, …] of some rows."""
        return self.material.dataset.labels[rows]

    def looks(self, step: int) -> bool:
        """Whether an evaluation at this step looks at the embedding as well, by how many there were."""
        config = self.material.config
        number, rest = divmod(step, config.train.evaluate_every)
        # Not where the steps end between two: with more of them it would be no evaluation.
        return config.quality.every > 0 and rest == 0 and number % config.quality.every == 0


def prepare(lexicon: Lexicon, material: Material) -> Prepared:
    """Reads the material for one embedding."""
    config, dataset, task = material.config, material.dataset, material.config.task
    model = Model(
        lexicon.spec,
        config.encoder,
        task.outputs(dataset.classes),
        config.head,
        task,
        bool(len(dataset.seconds)),
        resting_tables(lexicon.spec, config.transfer) if lexicon.start else (),
        masked_tables(lexicon.spec, config.transfer) if lexicon.start else (),
    )
    watch = Stopwatch({"prepare": lexicon.seconds})
    with watch("prepare"):
        unread = encode(lexicon.spec, lexicon.vocabulary, material.corpus, once=config.text.once)
        encoded = unread if config.stream else in_memory(unread)
        rows = material.splits.train
        owners = majority_classes(
            lexicon.vocabulary, material.corpus, rows, task.owners(dataset.labels[rows]), len(dataset.classes)
        )
        meshed = sharding(config.mesh)
        spread = placement(model, config.train, lexicon.buffers, meshed).spread
        inspector = Inspector(model, lexicon.vocabulary, lexicon.buffers, config.quality, owners, spread)
        constants = task.constants(dataset.labels[rows], dataset.classes)
    seconds = watch.seconds["prepare"]
    return Prepared(lexicon, material, model, encoded, inspector, meshed, constants, seconds)


def run_one(
    directory: RunDirectory, prepared: Prepared, name: str, seed: int, progress: Progress
) -> dict[str, Any]:
    """Trains, evaluates on test, and writes everything; returns the summary. Continues where it stopped.

    Args:
        directory: of the run.
        prepared: what is read.
        name: of the embedding, for the progress.
        seed: of the training.
        progress: where it is told of.

    Raises:
        RunFailure: the loss is not a number, or a file can't be read or written, or is damaged.
        Mistake: it would go on with another vocabulary, or with other types, than it was begun with.
    """
    with checkpoints_of(directory, prepared) as checkpoints:
        training = Training(directory, prepared, name, seed, progress, checkpoints)
        leader.announce(prepared.material.config, prepared.material.fold, seed)
        with stopping.patiently():
            fitted = alone(training.fitting())
    return training.finish(fitted)


def checkpoints_of(directory: RunDirectory, prepared: Prepared) -> Checkpoints:
    """Those of a run.

    Args:
        directory: of the run.
        prepared: what is read.
    """
    return Checkpoints(
        directory.path / "checkpoints",
        facts=facts(prepared.lexicon.vocabulary),
        also=(directory.path / "metrics.jsonl",),
    )


class Training:
    """A run on its way: `fitting` trains, `finish` judges."""

    def __init__(
        self,
        directory: RunDirectory,
        prepared: Prepared,
        name: str,
        seed: int,
        progress: Progress,
        checkpoints: Checkpoints,
        at_once: int = 1,
    ) -> None:
        """Tells of its start.

        Args:
            directory: of the run.
            prepared: what is read.
            name: of the embedding, for the progress.
            seed: of the training.
            progress: where it is told of.
            checkpoints: of the run.
            at_once: how many trainings share the time, this one among them.
        """
        self._directory, self._prepared, self._seed = directory, prepared, seed
        self._checkpoints = checkpoints
        self._run = progress.run(
            f"{name} · seed {seed}",
            prepared.material.config.train.steps,
            start=checkpoints.latest or 0,
            at_once=at_once,
        )

    def fitting(self) -> Fitting:
        """Trains, and writes what there is to be told of that; goes on where it stopped."""
        prepared, run, material = self._prepared, self._run, self._prepared.material
        log = _Log(self._directory, prepared, run)
        return fitting(
            prepared.model,
            material.config.train,
            prepared.labelled(material.splits.train),
            prepared.labelled(material.watched),
            seed=self._seed,
            buffers=prepared.lexicon.buffers,
            sharding=prepared.sharding,
            given=prepared.given(self._seed),
            checkpoints=self._checkpoints,
            memory=log.memory,
            on_start=log.begin,
            on_evaluation=log.evaluation,
            on_fault=log.fault,
            on_speed=lambda speed: run.fast(speed.of(prepared.tokens_a_step)),
        )

    def finish(self, fitted: Fitted) -> dict[str, Any]:
        """Evaluates on test, and writes everything; returns the summary."""
        prepared, run = self._prepared, self._run
        run.fast(fitted.speed.of(prepared.tokens_a_step))
        run.trained(fitted.steps)
        summary = _finish(self._directory, prepared, self._seed, fitted)
        run.done(told(summary, prepared.model.task))
        return summary


class _Log:
    """What a run writes while it trains: lines of metrics, and news for the progress."""

    def __init__(self, directory: RunDirectory, prepared: Prepared, run: RunProgress) -> None:
        self._directory, self._prepared, self._run = directory, prepared, run
        self.memory: dict[str, np.ndarray] = {}

    def begin(self, step: int, parameters: dict[str, Any]) -> None:
        """From the step of the last evaluation on, and the parameters that the training goes on with."""
        self._directory.rewind(step)
        self._watch = Watch(self._prepared.inspector, parameters, self.memory)

    def fault(self, step: int, split: str, what: str) -> None:
        """Where something became no number, which JSON has no sign for."""
        metrics = {"loss": None} if split in ("train", "valid") else {}
        self._directory.log(step=step, split=split, **metrics, fault=what)

    def evaluation(self, step: int, loss: float, linked: np.ndarray, parameters: dict[str, Any]) -> None:
        """After each evaluation on the validation documents."""
        found = _judged(self._prepared, linked, self._prepared.material.watched)
        key = self._prepared.model.task.headline.key
        self._directory.log(step=step, split="train", loss=loss)
        self._directory.log(step=step, split="valid", **found)
        if self._prepared.looks(step):
            self._directory.log(step=step, split="embedding", **self._watch.look(parameters))
        self._run.compiled(step)  # by now, at the first evaluation
        news = {"loss": loss, "valid_loss": found["loss"], f"valid_{key}": found[key]}
        self._run.update(step, **news)


def _finish(directory: RunDirectory, prepared: Prepared, seed: int, fitted: Fitted) -> dict[str, Any]:
    """Judges what was trained and writes it all; the summary last, since it says that the run is whole."""
    watch = Stopwatch({"prepare": prepared.seconds, **fitted.seconds})
    with watch("finish"):
        found = read(prepared, fitted)
        scores = _judge(directory, prepared, found)
        directory.log(step=fitted.best_step, split="test", **scores["test"])
        directory.log(step=fitted.best_step, split="final", **scores["embedding"])
        _store(directory, prepared, found.vectors)
    summary = {
        "seed": seed,
        **scores,
        "steps": fitted.steps,
        "best_step": fitted.best_step,
        "stopped_early": fitted.stopped_early,
        "update": fitted.update,
        **_sizes(prepared, fitted),
        "classes": list(prepared.material.dataset.classes),
        "constants": prepared.constants,
        "pairs": prepared.model.pairs,
        **summary_of(prepared.lexicon.start, prepared.material),
        "seconds": watch.seconds,
        "tokens_per_second": fitted.speed.of(prepared.tokens_a_step),
        "x64": x64(),
        "versions": versions(),
        "commit": commit(),
    }
    directory.finish(summary, "metrics.jsonl", "predictions.npz", "vocabulary.json", "vectors")
    return summary


def _judged(prepared: Prepared, linked: np.ndarray, rows: np.ndarray) -> dict[str, float]:
    """The loss that training goes by and the task's metrics, of the linked outputs of some rows."""
    task, targets = prepared.model.task, prepared.targets(rows)
    loss = task.loss(linked, task.encode(targets, prepared.constants))
    return {"loss": loss, **task.metrics(task.decode(linked, prepared.constants), targets)}


class Read(NamedTuple):
    """What is read of the parameters when a training is over.

    Attributes:
        valid: float32 [rows, outputs], the linked outputs on validation.
        test: the same on test.
        look: the vectors that the embedding's metrics are of.
        vectors: float32 [words, dim], those of all words.
    """

    valid: np.ndarray
    test: np.ndarray
    look: Look
    vectors: np.ndarray


def read(prepared: Prepared, fitted: Fitted) -> Read:
    """Reads it; on a mesh every process does, since each holds a part.

    Args:
        prepared: what the training read.
        fitted: what came of it.
    """
    inspector, splits = prepared.inspector, prepared.material.splits
    valid, test = (
        linked(prepared.model, fitted.parameters, prepared.encoded.rows(rows), inspector.spread)
        for rows in (splits.valid, splits.test)
    )
    look = inspector.look(fitted.parameters)
    return Read(valid, test, look, np.asarray(inspector.vectors(fitted.parameters), np.float32))


def _judge(directory: RunDirectory, prepared: Prepared, found: Read) -> dict[str, dict[str, Any]]:
    """The final metrics: on test, on validation, and of the embedding. Writes the predictions."""
    material, inspector, task = prepared.material, prepared.inspector, prepared.model.task
    splits, constants = material.splits, prepared.constants
    predicted = {"valid": task.decode(found.valid, constants), "test": task.decode(found.test, constants)}
    save_predictions(directory, **predicted)
    test, targets = predicted["test"], prepared.targets(splits.test)
    bands = by_band(task.scores(test, targets), *material.test_bands, key=task.headline.key)
    return {
        "test": _judged(prepared, found.test, splits.test) | bands,
        "valid": _judged(prepared, found.valid, splits.valid),
        "by_name": task.by_name(test, targets, material.dataset.classes),
        "embedding": inspector.summary(found.look)
        | _at_rest(directory)
        | inspector.collisions()
        | _coverage(prepared),
    }


def _at_rest(directory: RunDirectory) -> dict[str, float]:
    """How many neighbours the last look had in common with the one before, if there was one."""
    looks = [line for line in directory.metrics() if line["split"] == "embedding"]
    return {name: value for line in looks[-1:] for name, value in line.items() if name == _CHURN}


def _store(directory: RunDirectory, prepared: Prepared, matrix: np.ndarray) -> None:
    """Writes what a finished run is as a model, beside its checkpoint: the words and their vectors."""
    vocabulary = prepared.lexicon.vocabulary
    vectors = Vectors(vocabulary.words[len(vocabulary.SPECIAL) :], matrix)
    with placed(directory.path):
        vocabulary.save(directory.path / "vocabulary.json")
        save_vectors(directory.path / "vectors", vectors)
        labels = prepared.inspector.labels[len(vocabulary.SPECIAL) :].astype(np.int32)
        if (labels >= 0).any():
            write_whole({directory.path / "vectors" / LABELS: lambda file: np.save(file, labels)})


def _sizes(prepared: Prepared, fitted: Fitted) -> dict[str, int]:
    parameters, spread = fitted.parameters, prepared.inspector.spread
    parameters = parameters if spread is None else spread.unpadded(parameters)
    variables = prepared.model.variables(parameters, prepared.lexicon.buffers)
    resting = {name: variables.tables[name] for name in prepared.model.resting}
    at_rest = embedlab.Variables(resting).num_bytes.trainable
    return {
        **({"resting_bytes": at_rest} if resting else {}),
        "parameters": variables.num_parameters,
        "encoder_parameters": sum(
            leaf.size for part in ("encoder", "head") for leaf in jax.tree.leaves(parameters[part])
        ),
        "trainable_bytes": variables.num_bytes.trainable,
        "index_bytes": variables.num_bytes.index,
    }


def _coverage(prepared: Prepared) -> dict[str, float]:
    """How much of the test text the vocabulary knows, by token and by type."""
    counts = prepared.material.test_counts
    known = np.array([word in prepared.lexicon.vocabulary for word in counts], bool)
    found = quality.coverage(np.array(list(counts.values()), np.int64), known)
    return {"coverage_by_token": float(found.by_token), "coverage_by_type": float(found.by_type)}
