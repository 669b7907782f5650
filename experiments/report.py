"""What a comparison ends in: its tables, for the terminal and as files, and the summary over its runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rich.console import Console

from experiments.baselines import Feature
from experiments.material import Material
from experiments.outcome import Outcome
from experiments.quality_table import QualityTable, quality_table
from experiments.run import RunDirectory, commit, versions
from experiments.shared_words import SharedWords
from experiments.table import Table


def about(material: Material, seconds: float) -> str:
    """What the data are."""
    data, splits = material.dataset, material.splits
    own = "test or validation" if len(data.valid_rows) else "test"
    known = f" without {len(splits.dropped):,} whose text the {own} set holds" if len(splits.dropped) else ""
    return (
        f"{data.name}: {len(data.texts):,} documents, {len(data.classes)} classes; "
        f"train {len(splits.train):,}{known}, valid {len(splits.valid):,}, test {len(splits.test):,} "
        f"(read in {seconds:.1f} s)"
    )


def strongest(baselines: list[Outcome]) -> str:
    """The features that the linear baseline leans on; where a leak would show. Empty without baselines."""
    linear = baselines[-1].summaries[0] if baselines else {}
    if not linear:
        return ""
    shown = ", ".join(str(Feature(*feature)) for feature in linear["strongest"])
    edge = f". Its C, {linear['C']:g}, is the largest tried" if linear["C_at_edge"] else ""
    return f"Strongest features of the linear baseline (a leak would show here): {shown}{edge}"


def quality(outcomes: list[Outcome], shared: SharedWords) -> QualityTable:
    """What the embeddings are like; their vectors, on the words that all have."""
    summaries = {
        outcome.name: [
            {**summary, "embedding": summary["embedding"] | shared.metrics[outcome.name, summary["seed"]]}
            for summary in outcome.summaries
        ]
        for outcome in outcomes
    }
    return quality_table(summaries, shared.words, shared.sample)


def show(console: Console, made: Table, qualities: QualityTable) -> None:
    """Prints both tables and the closing sentences."""
    for part in (made.rich(console.width), qualities.rich()):
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
    shared: SharedWords,
    seconds: dict[str, float],
) -> None:
    """Writes the tables; and, where there are several runs, the summary and metrics over all of them.

    Args:
        directory: of the comparison.
        runs: those of its runs, by name and seed.
        made: the table.
        outcomes: what it was made of.
        shared: the metrics of the vectors on the words that all have.
        seconds: what all took.
    """
    chosen = runs[best(outcomes)]
    if chosen.path != directory.path:
        directory.write_text("metrics.jsonl", _metrics(runs, outcomes, shared))
    directory.write_text("table.csv", made.csv())
    parts = (made.markdown(), quality(outcomes, shared).markdown(), made.verdict())
    directory.write_text("table.md", "\n\n".join(parts) + "\n")
    if chosen.path != directory.path:
        directory.write("summary.json", _summary(directory, chosen, made, outcomes, shared, seconds))


def _metrics(
    runs: Mapping[tuple[str, int], RunDirectory], outcomes: list[Outcome], shared: SharedWords
) -> str:
    """The lines of every run, each with the run's name and seed, and its metrics on the shared words."""
    step = {(o.name, summary["seed"]): summary["best_step"] for o in outcomes for summary in o.summaries}
    lines = []
    for (name, seed), run in runs.items():
        last = {"step": step[name, seed], "split": "shared", **shared.metrics[name, seed]}
        lines += [{"run": name, "seed": seed, **line} for line in [*run.metrics(), last]]
    return "".join(json.dumps(line, allow_nan=False) + "\n" for line in lines)


def _summary(
    directory: RunDirectory,
    chosen: RunDirectory,
    made: Table,
    outcomes: list[Outcome],
    shared: SharedWords,
    seconds: dict[str, float],
) -> dict[str, Any]:
    return {
        "best": chosen.path.relative_to(directory.path).as_posix(),
        "verdict": made.verdict(),
        "test": {outcome.name: outcome.mean("test", "accuracy") for outcome in outcomes},
        "quality": {outcome.name: shared.mean(outcome.name) for outcome in outcomes},
        "quality_words": shared.words,
        "seeds": list(dict.fromkeys(summary["seed"] for o in outcomes for summary in o.summaries)),
        "seconds": seconds,
        "versions": versions(),
        "commit": commit(),
    }
