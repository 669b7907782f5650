"""Makes the table of a comparison from what its runs and baselines got right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from experiments.bootstrap import Interval, mean_interval, paired_difference
from experiments.material import Material
from experiments.outcome import Outcome
from experiments.table import Row, Table


def table(material: Material, baselines: Sequence[Outcome], outcomes: Sequence[Outcome]) -> Table:
    """The table of a comparison; the first embedding is the reference, the last baseline the one to beat."""
    config, test = material.config, material.splits.test
    groups = material.dataset.groups[test]
    reference = outcomes[0].name if len(outcomes) > 1 else None
    linear = baselines[-1] if baselines else None
    rows = [_baseline_row(outcome, groups) for outcome in baselines]
    for outcome in outcomes:
        dim = config.rivals.get(outcome.name, config.embedding).dim
        rows.append(_row(outcome, outcomes, reference, linear, groups, dim))
    return Table(
        rows=tuple(rows),
        reference=reference,
        baseline=linear.name if linear else None,
        classes=len(material.dataset.classes),
        test_rows=len(test),
        data=material.dataset.name,
        test_groups=len(np.unique(groups)),
        words=sum(count >= config.text.min_count for count in material.train_counts.values()),
        max_length=config.text.max_length,
    )


def _row(
    outcome: Outcome,
    outcomes: Sequence[Outcome],
    reference: str | None,
    baseline: Outcome | None,
    groups: np.ndarray,
    dim: int,
) -> Row:
    def less(other: Outcome) -> Interval:
        return paired_difference(outcome.scores, other.scores, groups)

    over = {other.name: less(other) for other in outcomes if other is not outcome}
    seconds = [sum(summary["seconds"].values()) for summary in outcome.summaries]
    parameters = int(outcome.mean("parameters"))
    return Row(
        name=outcome.name,
        kind="embedding",
        **_scores(outcome, groups),
        difference=over.get(reference) if reference else None,
        parameters=parameters,
        trainable_bytes=int(outcome.mean("trainable_bytes")),
        index_bytes=int(outcome.mean("index_bytes")),
        seconds=float(np.mean(seconds)),
        seeds=len(outcome.summaries),
        over_baseline=less(baseline) if baseline else None,
        over=over,
        vectors=parameters // dim,
        improving=sum(summary["best_step"] == summary["steps"] for summary in outcome.summaries),
    )


def _baseline_row(outcome: Outcome, groups: np.ndarray) -> Row:
    summary = outcome.summaries[0]
    return Row(
        name=outcome.name,
        kind="baseline",
        **_scores(outcome, groups),
        difference=None,
        parameters=int(summary["parameters"]),
        trainable_bytes=int(summary["trainable_bytes"]),
        index_bytes=0,
        seconds=float(summary["seconds"]),
        seeds=None,
    )


def _scores(outcome: Outcome, groups: np.ndarray) -> dict[str, Any]:
    """The fields of a row that embeddings and baselines have alike."""
    metrics = {name: outcome.mean("test", name) for name in ("macro_f1", "log_loss", "ece")}
    return {"accuracy": mean_interval(outcome.scores, groups), **metrics}
