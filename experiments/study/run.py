"""One embedding, one seed: trained, judged, and written into its run directory."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from embedlab.files import write_whole
from embedlab.text import Vocabulary
from embedlab.vectors import Vectors
from embedlab.vectors import save as save_vectors
from experiments.config import Train
from experiments.errors import placed
from experiments.process import stopping
from experiments.quality.inspection import Inspector, Watch
from experiments.reports.progress import Progress, RunProgress
from experiments.runs.checkpoints import Checkpoints
from experiments.runs.facts import facts, x64
from experiments.runs.outcome import LABELS, save_predictions, told
from experiments.runs.run import RunDirectory, commit, versions
from experiments.study import kept
from experiments.study.fitting import SIZES
from experiments.study.learning import Learning
from experiments.study.learnings import Ready
from experiments.study.split import Split
from experiments.study.words import in_one_line, own_numbers
from experiments.training.stopwatch import Stopwatch
from experiments.training.taking import alone
from experiments.training.train import Fitted, fitting

_SPECIAL = len(Vocabulary.SPECIAL)


def run_one(
    directory: RunDirectory,
    split: Split,
    settings: Train,
    ready: Ready,
    name: str,
    seed: int,
    progress: Progress,
) -> dict[str, Any]:
    """Trains, evaluates on test, and writes everything; returns the summary. Continues where it stopped.

    Args:
        directory: of the run.
        split: of the data.
        settings: how it is trained.
        ready: what one embedding learns of it.
        name: of the embedding, for the progress.
        seed: of the training.
        progress: where it is told of.

    Raises:
        RunFailure: the loss is not a number, or a file can't be read or written, or is damaged.
        Mistake: it would go on with another vocabulary, or with other types, than it was begun with.
    """
    learning, steps = ready.learning, settings.steps
    with Checkpoints(
        directory.path / "checkpoints",
        facts=facts(learning.vocabulary),
        also=(directory.path / "metrics.jsonl",),
    ) as checkpoints:
        run = progress.run(f"{name} · seed {seed}", steps, start=checkpoints.latest or 0)
        log = _Log(directory, split, learning, run)
        with stopping.patiently():
            training = fitting(
                learning.learner,
                settings,
                learning.train,
                learning.valid,
                seed=seed,
                buffers=learning.buffers,
                given=learning.given(seed),
                checkpoints=checkpoints,
                memory=log.memory,
                on_start=log.begin,
                on_evaluation=log.evaluation,
                on_fault=log.fault,
            )
            fitted = alone(training)
    run.trained(fitted.steps)
    summary = _finish(directory, split, ready, log.inspector, seed, fitted)
    run.done(told(summary, split.judge))
    return summary


class _Log:
    """What a run writes while it trains: lines of metrics, and news for the progress."""

    def __init__(self, directory: RunDirectory, split: Split, learning: Learning, run: RunProgress) -> None:
        self._directory, self._split, self._learning, self._run = directory, split, learning, run
        self.memory: dict[str, np.ndarray] = {}

    @functools.cached_property
    def inspector(self) -> Inspector:
        """What watches the vectors of the vocabulary's words."""
        learning = self._learning
        numbers, _ = own_numbers(learning.learner.spec, learning.vocabulary)
        return Inspector(
            learning.learner,
            learning.vocabulary,
            learning.buffers,
            self._split.config.quality,
            learning.kinds,
            numbers=numbers,
        )

    def begin(self, step: int, parameters: dict[str, Any]) -> None:
        """From the step of the last evaluation on, and the parameters that the training goes on with."""
        self._directory.rewind(step)
        self._watch = Watch(self.inspector, parameters, self.memory)

    def fault(self, step: int, split: str, what: str) -> None:
        """Where something became no number, which JSON has no sign for."""
        metrics = {"loss": None} if split in ("train", "valid") else {}
        self._directory.log(step=step, split=split, **metrics, fault=what)

    def evaluation(self, step: int, loss: float, predicted: np.ndarray, parameters: dict[str, Any]) -> None:
        """After each evaluation on the validation rows."""
        judge = self._split.judge
        found = judge.metrics(self._learning.decoded(predicted), self._split.valid_targets)
        key = judge.headline.key
        self._directory.log(step=step, split="train", loss=loss)
        self._directory.log(step=step, split="valid", **found)
        if self._looks(step):
            self._directory.log(step=step, split="embedding", **self._watch.look(parameters))
        self._run.compiled(step)
        self._run.update(step, **{"loss": loss, f"valid_{key}": found[key]})

    def _looks(self, step: int) -> bool:
        """Whether an evaluation at this step looks at the embedding as well, by how many there were."""
        config = self._split.config
        number, rest = divmod(step, config.train.evaluate_every)
        return config.quality.every > 0 and rest == 0 and number % config.quality.every == 0


def _finish(
    directory: RunDirectory,
    split: Split,
    ready: Ready,
    inspector: Inspector,
    seed: int,
    fitted: Fitted,
) -> dict[str, Any]:
    """Judges what was trained and writes it all; the summary last, since it says that the run is whole."""
    watch = Stopwatch({"prepare": ready.seconds, **fitted.seconds})
    learning, parameters, judge = ready.learning, fitted.parameters, split.judge
    with watch("finish"):
        predicted, loss = learning.learner.watched(parameters, learning.valid, None)
        valid, test = learning.decoded(predicted), learning.tested(parameters)
        save_predictions(directory, valid=valid, test=test)
        scores: dict[str, dict[str, Any]] = {
            "test": judge.metrics(test, split.targets),
            "valid": {"loss": loss, **judge.metrics(valid, split.valid_targets)},
            "by_name": split.by_name(test),
            "embedding": inspector.summary(inspector.look(parameters))
            | inspector.collisions()
            | learning.covered(),
        }
        directory.log(step=fitted.best_step, split="test", **scores["test"])
        directory.log(step=fitted.best_step, split="final", **scores["embedding"])
        names = _store(directory, learning, inspector, parameters)
    summary = {
        "seed": seed,
        **scores,
        "steps": fitted.steps,
        "best_step": fitted.best_step,
        "stopped_early": fitted.stopped_early,
        "update": fitted.update,
        **_sizes(learning, parameters),
        SIZES: dict(ready.sizes),
        "classes": list(split.names),
        "kinds": list(learning.kind_names),
        "seconds": watch.seconds,
        "x64": x64(),
        "versions": versions(),
        "commit": commit(),
    }
    directory.finish(summary, "metrics.jsonl", "predictions.npz", *names)
    return summary


def _store(
    directory: RunDirectory, learning: Learning, inspector: Inspector, parameters: dict[str, Any]
) -> list[str]:
    """Writes what a finished run is as a model, beside its checkpoint; returns the names of the files."""
    vocabulary, folder = learning.vocabulary, directory.path
    matrix = np.asarray(inspector.vectors(parameters), np.float32)
    labels = np.asarray(learning.kinds)[_SPECIAL:].astype(np.int32)
    with placed(folder):
        vocabulary.save(folder / "vocabulary.json")
        words = tuple(map(in_one_line, vocabulary.words[_SPECIAL:]))
        save_vectors(folder / "vectors", Vectors(words, matrix))
        if (labels >= 0).any():
            write_whole({folder / "vectors" / LABELS: lambda file: np.save(file, labels)})
        names = kept.save(folder, learning.kept())
    return ["vocabulary.json", "vectors", *names]


def _sizes(learning: Learning, parameters: Mapping[str, Any]) -> dict[str, int]:
    variables = learning.learner.variables(dict(parameters), learning.buffers)
    layers = [
        leaf
        for name, part in parameters.items()
        if name not in ("tables", "dense")
        for leaf in jax.tree.leaves(part)
    ]
    return {
        "parameters": variables.num_parameters,
        "encoder_parameters": sum(leaf.size for leaf in layers),
        "trainable_bytes": variables.num_bytes.trainable,
        "index_bytes": variables.num_bytes.index,
    }
