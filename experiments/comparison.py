"""Several embeddings, several seeds and the baselines on one split: runs them all, makes the table."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

import embedlab
from experiments import codec
from experiments.baselines import majority, strongest, tfidf_logistic
from experiments.bootstrap import mean_interval, paired_difference
from experiments.config import Config
from experiments.errors import mistakes
from experiments.evaluate import evaluate
from experiments.prepare import tokenise
from experiments.progress import Progress
from experiments.quality_table import QualityTable, quality_table
from experiments.run import RunDirectory, commit, versions
from experiments.single import Material, prepare, run_one
from experiments.table import Row, Table


@dataclasses.dataclass(frozen=True, eq=False)
class Outcome:
    """What a trained classifier or a baseline did on the test side.

    Attributes:
        name: its name in the table.
        correct: bool [seeds, rows].
        summaries: one a seed.
    """

    name: str
    correct: np.ndarray
    summaries: list[dict[str, Any]]

    def mean(self, *keys: str) -> float:
        """The mean over seeds of a number that lies at these keys of the summaries."""
        values = []
        for summary in self.summaries:
            value: Any = summary
            for key in keys:
                value = value[key]
            values.append(float(value))
        return float(np.mean(values))


def names(config: Config) -> dict[str, embedlab.Embedding]:
    """Every embedding of a config by its name; the reference is named after its kind."""
    kind = codec.kind_name(config.embedding)
    taken = kind in config.rivals
    return {f"{kind}-reference" if taken else kind: config.embedding, **config.rivals}


def run_directory(workdir: Path, config: Config, name: str, seed: int) -> Path:
    """Where a run lies: the workdir itself if it is the only one."""
    alone = not config.rivals and len(config.seeds) == 1
    return workdir if alone else workdir / name / f"seed-{seed}"


def run_all(workdir: Path, config: Config, material: Material, progress: Progress) -> list[Outcome]:
    """Trains every embedding with every seed; finished runs are read back, not repeated."""
    outcomes = []
    for name, spec in names(config).items():
        own = dataclasses.replace(config, embedding=spec, rivals={})
        summaries, correct, prepared = [], [], None
        for seed in config.seeds:
            directory = RunDirectory(run_directory(workdir, config, name, seed))
            run = progress.run(f"{name} · seed {seed}", config.train.steps)
            if directory.path != workdir:
                directory.claim(codec.encode(dataclasses.replace(own, seeds=(seed,))))
            summary = directory.summary
            if summary is None:
                with mistakes():  # a spec may refuse the data, or a file it names
                    prepared = prepared or prepare(spec, material)
                summary = run_one(directory, prepared, material, seed, run)
            summaries.append(summary)
            predicted = np.load(directory.path / "predictions.npz")["test"]
            correct.append(predicted.argmax(1) == material.dataset.labels[material.splits.test])
            run.done(f"test accuracy {100 * summary['test']['accuracy']:.1f} %")
        outcomes.append(Outcome(name, np.stack(correct), summaries))
    return outcomes


def run_baselines(workdir: Path, material: Material, progress: Progress) -> list[Outcome]:
    """The majority class and TF-IDF with logistic regression; prints the latter's strongest features."""
    labels = material.dataset.labels
    train, valid, test = material.splits.train, material.splits.valid, material.splits.test
    outcomes = []
    for name in ("majority", "tfidf-logistic"):
        directory = RunDirectory(workdir / "baselines" / name)
        directory.path.mkdir(parents=True, exist_ok=True)
        run = progress.run(name, 1)
        summary = directory.summary
        if summary is None:
            if name == "majority":
                predicted = majority(labels[train], len(material.dataset.classes), len(test))
                facts: dict[str, Any] = {"parameters": 0, "trainable_bytes": 0, "seconds": 0.0}
            else:
                result = tfidf_logistic(
                    material.side(train),
                    labels[train],
                    material.side(valid),
                    labels[valid],
                    material.side(test),
                    classes=material.dataset.classes,
                )
                predicted = result.test
                facts = {
                    "parameters": result.parameters,
                    "trainable_bytes": result.bytes,
                    "seconds": result.seconds,
                    "C": result.C,
                    "strongest": [list(feature) for feature in strongest(result, 10)],
                }
            summary = {"test": evaluate(predicted, labels[test]), **facts, "versions": versions()}
            np.savez(directory.path / "predictions.npz", test=predicted.astype(np.float32))
            directory.write("summary.json", summary)
        correct = np.load(directory.path / "predictions.npz")["test"].argmax(1) == labels[test]
        run.done(f"test accuracy {100 * summary['test']['accuracy']:.1f} %")
        outcomes.append(Outcome(name, correct[None], [summary]))
    return outcomes


def material_for(config: Config, dataset: Any, splits: Any) -> Material:
    """Tokenises the data once for all runs."""
    return Material(config, dataset, splits, tokenise(dataset.texts, config.text))


def table(config: Config, material: Material, baselines: list[Outcome], outcomes: list[Outcome]) -> Table:
    """The table of a comparison; the first embedding is the reference."""
    reference = outcomes[0]
    linear = baselines[-1] if baselines else None
    rows = [_baseline_row(outcome) for outcome in baselines]
    rows += [_row(outcome, reference if len(outcomes) > 1 else None, linear) for outcome in outcomes]
    return Table(
        rows=tuple(rows),
        reference=reference.name if len(outcomes) > 1 else None,
        baseline=linear.name if linear else None,
        classes=len(material.dataset.classes),
        test_rows=len(material.splits.test),
        data=material.dataset.name,
    )


def quality(outcomes: list[Outcome]) -> QualityTable:
    """What the embeddings are like."""
    return quality_table({outcome.name: outcome.summaries for outcome in outcomes})


def best(outcomes: list[Outcome]) -> tuple[str, int]:
    """The embedding and the place of its seed with the least validation loss."""
    losses = {
        (outcome.name, place): summary["valid"]["log_loss"]
        for outcome in outcomes
        for place, summary in enumerate(outcome.summaries)
    }
    return min(losses, key=lambda key: losses[key])


def write(
    directory: RunDirectory, config: Config, made: Table, outcomes: list[Outcome], seconds: dict[str, float]
) -> None:
    """Writes the tables; and, where there are several runs, the summary and metrics over all of them."""
    directory.write_text("table.csv", made.csv())
    parts = (made.markdown(), quality(outcomes).markdown(), made.verdict())
    directory.write_text("table.md", "\n\n".join(parts) + "\n")
    name, place = best(outcomes)
    chosen = run_directory(directory.path, config, name, config.seeds[place])
    if chosen == directory.path:
        return
    directory.write_text("metrics.jsonl", "")
    for name in names(config):
        for seed in config.seeds:
            for line in RunDirectory(run_directory(directory.path, config, name, seed)).metrics():
                directory.log(run=name, seed=seed, **line)
    directory.write(
        "summary.json",
        {
            "best": chosen.relative_to(directory.path).as_posix(),
            "verdict": made.verdict(),
            "test": {outcome.name: outcome.mean("test", "accuracy") for outcome in outcomes},
            "seeds": list(config.seeds),
            "seconds": seconds,
            "versions": versions(),
            "commit": commit(),
        },
    )


def _row(outcome: Outcome, reference: Outcome | None, baseline: Outcome | None) -> Row:
    seconds = float(np.mean([sum(summary["seconds"].values()) for summary in outcome.summaries]))
    other = reference is not None and reference is not outcome
    return Row(
        name=outcome.name,
        kind="embedding",
        accuracy=mean_interval(outcome.correct),
        macro_f1=outcome.mean("test", "macro_f1"),
        log_loss=outcome.mean("test", "log_loss"),
        ece=outcome.mean("test", "ece"),
        difference=paired_difference(outcome.correct, reference.correct) if other and reference else None,
        parameters=int(outcome.mean("parameters")),
        trainable_bytes=int(outcome.mean("trainable_bytes")),
        index_bytes=int(outcome.mean("index_bytes")),
        seconds=seconds,
        seeds=len(outcome.summaries),
        over_baseline=paired_difference(outcome.correct, baseline.correct) if baseline else None,
    )


def _baseline_row(outcome: Outcome) -> Row:
    summary = outcome.summaries[0]
    return Row(
        name=outcome.name,
        kind="baseline",
        accuracy=mean_interval(outcome.correct),
        macro_f1=outcome.mean("test", "macro_f1"),
        log_loss=outcome.mean("test", "log_loss"),
        ece=outcome.mean("test", "ece"),
        difference=None,
        parameters=int(summary["parameters"]),
        trainable_bytes=int(summary["trainable_bytes"]),
        index_bytes=0,
        seconds=float(summary["seconds"]),
        seeds=None,
    )
