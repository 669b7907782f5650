"""What a comparison ends in: its tables, for the terminal and as files, and the summary over its runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from rich.console import Console

from experiments.bootstrap import mean_interval, paired_difference
from experiments.material import Material
from experiments.outcome import Outcome
from experiments.quality_table import QualityTable, quality_table
from experiments.run import RunDirectory, commit, versions
from experiments.table import Row, Table


def about(material: Material, seconds: float) -> str:
    """What the data are."""
    data, splits = material.dataset, material.splits
    return (
        f"{data.name}: {len(data.texts):,} documents, {len(data.classes)} classes; "
        f"train {len(splits.train):,}, valid {len(splits.valid):,}, test {len(splits.test):,} "
        f"(read in {seconds:.1f} s)"
    )


def strongest(baselines: list[Outcome]) -> str:
    """The features that the linear baseline leans on; where a leak would show. Empty without baselines."""
    features = baselines[-1].summaries[0]["strongest"] if baselines else []
    shown = ", ".join(f"{feature!r} → {label}" for label, feature, _ in features)
    return f"Strongest features of the linear baseline (a leak would show here): {shown}" if shown else ""


def table(material: Material, baselines: list[Outcome], outcomes: list[Outcome]) -> Table:
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


def show(console: Console, made: Table, outcomes: list[Outcome]) -> None:
    """Prints both tables and the closing sentence."""
    for part in (made.rich(console.width), quality(outcomes).rich()):
        console.print(part)
        console.print()
    console.print(made.verdict(), highlight=False, markup=False)


def best(outcomes: list[Outcome]) -> tuple[str, int]:
    """The name and the seed of the run with the least validation loss."""
    losses = {
        (outcome.name, summary["seed"]): summary["valid"]["log_loss"]
        for outcome in outcomes
        for summary in outcome.summaries
    }
    return min(losses, key=lambda key: losses[key])


def write(
    directory: RunDirectory,
    runs: Mapping[tuple[str, int], RunDirectory],
    made: Table,
    outcomes: list[Outcome],
    seconds: dict[str, float],
) -> None:
    """Writes the tables; and, where there are several runs, the summary and metrics over all of them.

    Args:
        directory: of the comparison.
        runs: those of its runs, by name and seed.
        made: the table.
        outcomes: what it was made of.
        seconds: what all took.
    """
    chosen = runs[best(outcomes)]
    if chosen.path != directory.path:
        directory.write_text("metrics.jsonl", _metrics(runs))
    directory.write_text("table.csv", made.csv())
    parts = (made.markdown(), quality(outcomes).markdown(), made.verdict())
    directory.write_text("table.md", "\n\n".join(parts) + "\n")
    if chosen.path != directory.path:
        directory.write("summary.json", _summary(directory, chosen, made, outcomes, seconds))


def _metrics(runs: Mapping[tuple[str, int], RunDirectory]) -> str:
    """The lines of every run, each with the run's name and seed."""
    lines = [
        {"run": name, "seed": seed, **line} for (name, seed), run in runs.items() for line in run.metrics()
    ]
    return "".join(json.dumps(line, allow_nan=False) + "\n" for line in lines)


def _summary(
    directory: RunDirectory,
    chosen: RunDirectory,
    made: Table,
    outcomes: list[Outcome],
    seconds: dict[str, float],
) -> dict[str, Any]:
    return {
        "best": chosen.path.relative_to(directory.path).as_posix(),
        "verdict": made.verdict(),
        "test": {outcome.name: outcome.mean("test", "accuracy") for outcome in outcomes},
        "seeds": list(dict.fromkeys(summary["seed"] for o in outcomes for summary in o.summaries)),
        "seconds": seconds,
        "versions": versions(),
        "commit": commit(),
    }


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
