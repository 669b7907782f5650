"""What a comparison ends in: its tables, for the terminal and as files, and the summary over its runs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console

from experiments.documents.material import Material, whole
from experiments.quality.quality_table import QualityTable, quality_table
from experiments.quality.shared_words import SharedWords
from experiments.reports.doubts import doubts
from experiments.reports.paired import compared
from experiments.reports.table import Table
from experiments.runs.layout import Run
from experiments.runs.outcome import Outcome
from experiments.runs.run import RunDirectory, commit, versions
from experiments.training.baselines import Feature

_MUCH = 0.1  # share of test documents that are cut, from which on it is told at the start


def about(materials: Sequence[Material], seconds: float) -> str:
    """What the data are; what was passed over and what is doubtful in them, in lines of their own."""
    data, splits = materials[0].dataset, materials[0].splits
    each = f" in fold {materials[0].fold}, the first of {len(materials)}" if len(materials) > 1 else ""
    own = "test or validation" if len(data.valid_rows) else "test"
    known = f" without {len(splits.dropped):,} whose text the {own} set holds" if len(splits.dropped) else ""
    what = "pairs of documents" if len(data.seconds) else "documents"
    lines = (
        f"{data.name}: {len(data.texts):,} {what}, {data.task.counted(len(data.classes))}; "
        f"train {len(splits.train):,}{known}, valid {len(splits.valid):,}, test {len(splits.test):,}{each} "
        f"(read in {seconds:.1f} s)",
        *data.notes,
        *_doubtful(whole(materials)),
    )
    return "\n".join(lines)


def _doubtful(material: Material) -> Iterator[str]:
    found, test = doubts(material), len(material.splits.test)
    if found.cut and found.cut >= _MUCH * test:
        longest = material.config.text.max_length
        yield (
            f"{found.cut:,} of the {test:,} test documents are longer than text.max_length={longest} tokens; "
            "what comes after them is read by no model and no baseline."
        )
    yield from found.sentences


def strongest(baselines: Sequence[Outcome]) -> str:
    """The features that the linear baseline leans on; where a leak would show. Empty without baselines."""
    linear = next((each.summaries[0] for each in baselines if "strongest" in each.summaries[0]), None)
    if linear is None:
        return ""
    shown = ", ".join(str(Feature(*feature)) for feature in linear["strongest"])
    edge = f". Its C, {linear['C']:g}, is the largest tried" if linear["C_at_edge"] else ""
    return f"Strongest features of the linear baseline (a leak would show here): {shown}{edge}"


def quality(outcomes: Sequence[Outcome], shared: SharedWords) -> QualityTable:
    """What the embeddings are like; their vectors, on the words that all have."""
    summaries = {
        outcome.name: [
            {**summary, "embedding": summary["embedding"] | shared.mean(outcome.name, summary["seed"])}
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


def _best(outcomes: Sequence[Outcome]) -> RunDirectory:
    """Where the run lies that has the least validation loss."""
    runs = [run for outcome in outcomes for run in outcome.runs()]
    return min(runs, key=lambda run: run[1]["valid"]["loss"])[2]


def write(
    directory: RunDirectory,
    made: Table,
    baselines: Sequence[Outcome],
    outcomes: Sequence[Outcome],
    shared: SharedWords,
    seconds: dict[str, float],
) -> None:
    """Writes the tables; and, where there are several runs, the summary and metrics over all of them.

    Args:
        directory: of the comparison.
        made: the table.
        baselines: what came of the baselines.
        outcomes: what the table was made of.
        shared: the metrics of the vectors on the words that all have.
        seconds: what all took.
    """
    chosen = _best(outcomes)
    parts = (made.markdown(), quality(outcomes, shared).markdown(), made.verdict())
    table = "\n\n".join(parts) + "\n"
    directory.write_text("table.csv", made.csv())
    if chosen.path == directory.path:  # the only run
        directory.amend(**compared(made, baselines, outcomes))
        directory.write_text("table.md", table)  # last: the run had its summary before
    else:
        directory.write_text("metrics.jsonl", _metrics(outcomes, shared))
        directory.write_text("table.md", table)
        best = chosen.path.relative_to(directory.path).as_posix()
        summary = {"best": best, **_summary(made, baselines, outcomes, shared, seconds)}
        directory.finish(summary, "metrics.jsonl", "table.csv", "table.md")


def _metrics(outcomes: Sequence[Outcome], shared: SharedWords) -> str:
    """The lines of every run, each with the run's name and seed, and its metrics on the shared words."""
    lines = []
    for outcome in outcomes:
        for fold, summary, directory in outcome.runs():
            seed = summary["seed"]
            which = {"run": outcome.name, "seed": seed, **({} if fold is None else {"fold": fold})}
            found = shared.metrics[Run(outcome.name, seed, fold)]
            last = {"step": summary["best_step"], "split": "shared", **found}
            lines += [{**which, **line} for line in [*directory.metrics(), last]]
    return "".join(json.dumps(line, allow_nan=False) + "\n" for line in lines)


def _summary(
    made: Table,
    baselines: Sequence[Outcome],
    outcomes: Sequence[Outcome],
    shared: SharedWords,
    seconds: dict[str, float],
) -> dict[str, Any]:
    return {
        "test": {outcome.name: outcome.mean("test", made.task.headline.key) for outcome in outcomes},
        **compared(made, baselines, outcomes),
        "quality": {outcome.name: shared.mean(outcome.name) for outcome in outcomes},
        "quality_words": shared.words,
        "seeds": list(dict.fromkeys(summary["seed"] for o in outcomes for summary in o.summaries)),
        "seconds": seconds,
        "versions": versions(),
        "commit": commit(),
    }
