"""The table of an application: its embeddings beside its baselines, on the same test rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from experiments.reports.described import described
from experiments.reports.rows import baseline_row, embedding_row, updates
from experiments.reports.table import Table
from experiments.runs import layout
from experiments.runs.outcome import Outcome, groups_together
from experiments.study.split import Split
from experiments.tasks import folds


def table(splits: Sequence[Split], baselines: Sequence[Outcome], outcomes: Sequence[Outcome]) -> Table:
    """The table; the first embedding is the reference.

    Args:
        splits: of the data, in the order of the outcomes' rows.
        baselines: what came of the baselines.
        outcomes: what came of the embeddings.
    """
    first: Any = splits[0]
    config = first.config
    specs = {name: own.embedding for name, own in layout.names(config).items()}
    everything = [*baselines, *outcomes]
    reference = outcomes[0].name if len(everything) > 1 else None
    groups = groups_together([split.groups for split in splits], across=first.groups_across)
    telling = first.judge.telling(folds.together([split.targets for split in splits]), groups)
    rows = [
        embedding_row(each, everything, first.judge, groups, reference, specs[each.name].dim, telling=telling)
        for each in outcomes
    ]
    beside = [
        baseline_row(each, first.judge, groups, rows[0], config.embedding.dim, telling=telling)
        for each in baselines
    ]
    return Table(
        rows=(*beside, *rows),
        reference=reference,
        classes=len(first.names),
        task=first.judge,
        test_rows=len(groups),
        data=first.title,
        test_groups=len(np.unique(groups)),
        groups_of=first.groups_of,
        telling=None if telling is None else len(np.unique(groups[telling])),
        folds=config.folds if config.folds_run else None,
        notes=(
            *updates(outcomes, config.train),
            *(described(each, outcomes[0].name, first.judge) for each in baselines),
        ),
        doubts=of_folds([split.doubts for split in splits], first.fold),
    )


def of_folds(told: Sequence[Sequence[str]], first: int | None) -> tuple[str, ...]:
    """Sentences of the first fold, where they are not of all of them said to be of that one.

    Args:
        told: of each fold, its sentences.
        first: number of the first.

    Example:
        >>> of_folds([("100 rows.", "7 are known."), ("100 rows.", "9 are known.")], 0)
        ('100 rows.', 'Of fold 0: 7 are known.')
    """
    return tuple(
        sentence if all(sentence in others for others in told) else f"Of fold {first}: {sentence}"
        for sentence in told[0]
    )
