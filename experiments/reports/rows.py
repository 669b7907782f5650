"""Makes the table of a comparison from the scores of its runs and baselines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import embedlab
from experiments.config import Train
from experiments.documents.material import Material
from experiments.reports import trained
from experiments.reports.bootstrap import Interval, mean_interval, paired_difference
from experiments.reports.described import described
from experiments.reports.doubts import doubts
from experiments.reports.mcnemar import Discordant, mcnemar
from experiments.reports.row import Row
from experiments.reports.table import Table
from experiments.runs.outcome import Outcome
from experiments.tasks import Task
from experiments.transfer.summary import told


def table(material: Material, baselines: Sequence[Outcome], outcomes: Sequence[Outcome]) -> Table:
    """The table of a comparison; the first embedding is the reference.

    Args:
        material: what all runs share; its test rows are those of the outcomes, in their order.
        baselines: what came of the baselines.
        outcomes: what came of the embeddings.
    """
    config, test = material.config, material.splits.test
    task = config.task
    groups = material.dataset.groups[test]
    everything = [*baselines, *outcomes]
    reference = outcomes[0].name if len(everything) > 1 else None

    def spec(outcome: Outcome) -> embedlab.Embedding:
        return config.rivals.get(outcome.name, config.embedding)

    rows = [
        embedding_row(outcome, everything, task, groups, reference, spec(outcome).dim) for outcome in outcomes
    ]
    beside = [baseline_row(outcome, task, groups, rows[0], config.embedding.dim) for outcome in baselines]
    doubtful = doubts(material)
    return Table(
        rows=(*beside, *rows),
        reference=reference,
        classes=len(material.dataset.classes),
        task=task,
        test_rows=len(test),
        data=material.dataset.name,
        test_groups=len(np.unique(groups)),
        words=sum(count >= config.text.min_count for count in material.learnt_counts.values()),
        ngrams=config.text.ngrams,
        max_length=config.text.max_length,
        cut=doubtful.cut,
        folds=config.folds if config.folds_run else None,
        notes=(
            *updates(outcomes, config.train),
            *_vectors(outcomes),
            *(described(each, outcomes[0].name, task) for each in baselines),
        ),
        doubts=doubtful.sentences,
        facts=doubtful.facts,
    )


def updates(outcomes: Sequence[Outcome], settings: Train) -> list[str]:
    """How tables were trained, in a clause; none where runs of earlier versions do not say it.

    Args:
        outcomes: what came of the embeddings.
        settings: of the training.
    """
    runs = {outcome.name: outcome.of_each_run for outcome in outcomes}
    said = trained.told(runs, auto=settings.update == "auto")
    return [said] if said else []


def _vectors(outcomes: Sequence[Outcome]) -> list[str]:
    """What vectors tables began with: the same of every mode; of folds those of the first."""
    said = [told(outcome.of_each_run[0]) for outcome in outcomes]
    return [text for text in dict.fromkeys(said) if text]


def embedding_row(
    outcome: Outcome,
    everything: Sequence[Outcome],
    task: Task,
    groups: np.ndarray,
    reference: str | None,
    dim: int,
    *,
    telling: np.ndarray | None = None,
) -> Row:
    """An embedding's line.

    Args:
        outcome: what came of it.
        everything: of all embeddings and baselines, it among them.
        task: how they are judged.
        groups: int [rows], which test rows are drawn together.
        reference: name of the one that differences are to; None if there is none.
        dim: width of its vectors.
        telling: bool [rows], those that the headline rests on; None for all of them.
    """
    headline = task.headline

    def less(other: Outcome) -> Interval:
        return paired_difference(
            *(outcome.scores, other.scores, groups),
            telling=telling,
            least=headline.least,
            most=headline.most,
        )

    others = [other for other in everything if other is not outcome]
    over = {other.name: less(other) for other in others}
    return Row(
        name=outcome.name,
        kind="embedding",
        difference=over.get(reference) if reference else None,
        over=over,
        mcnemar=_discordant(outcome, others, groups),
        **_trained(outcome, dim),
        **_scores(outcome, task, groups, telling),
    )


def baseline_row(
    outcome: Outcome,
    task: Task,
    groups: np.ndarray,
    reference: Row,
    dim: int,
    *,
    telling: np.ndarray | None = None,
) -> Row:
    """A baseline's line; one that is trained as embeddings are has their columns too.

    Args:
        outcome: what came of it.
        task: how it is judged.
        groups: int [rows], which test rows are drawn together.
        reference: the line that differences are to, which has this baseline among its `over`.
        dim: width of the embedding's vectors.
        telling: bool [rows], those that the headline rests on; None for all of them.
    """
    ahead = reference.over[outcome.name]
    trained = {"seeds": None, **_sizes(outcome)} if "best_step" not in outcome.summaries[0] else {}
    return Row(
        name=outcome.name,
        kind="baseline",
        difference=ahead.negated,
        **(trained or _trained(outcome, dim)),
        **_scores(outcome, task, groups, telling),
    )


def _trained(outcome: Outcome, dim: int) -> dict[str, Any]:
    """The fields of what was trained, with one seed or several."""
    sizes = _sizes(outcome)
    ends = [(summary["best_step"], summary["steps"]) for summary in outcome.of_each_run]
    return {
        "seeds": len(outcome.summaries),
        "vectors": sizes["parameters"] // dim,
        "improving": sum(best == last for best, last in ends),
        **sizes,
    }


def _sizes(outcome: Outcome) -> dict[str, Any]:
    phases = [summary["seconds"] for summary in outcome.summaries]
    # Of what a model costs, not of how it was looked at.
    counted = [
        sum(took for phase, took in each.items() if phase not in ("inspect", "finish"))
        if isinstance(each, dict)
        else each
        for each in phases
    ]
    bytes_ = {name: int(outcome.mean(name)) for name in ("parameters", "trainable_bytes", "index_bytes")}
    return {**bytes_, "seconds": float(np.mean(counted))}


def _scores(
    outcome: Outcome, task: Task, groups: np.ndarray, telling: np.ndarray | None = None
) -> dict[str, Any]:
    """The fields of a row that embeddings and baselines have alike."""
    least, most = task.headline.bounds(outcome.scores)
    return {
        "score": mean_interval(outcome.scores, groups, telling=telling, least=least, most=most),
        "metrics": {
            metric.key: outcome.mean("test", metric.key)
            for metric in task.columns
            if all(metric.key in summary["test"] for summary in outcome.summaries)
        },
        "by_fold": outcome.by_fold,
    }


def _discordant(outcome: Outcome, others: Sequence[Outcome], groups: np.ndarray) -> dict[str, Discordant]:
    """McNemar's test against the others, where both have one seed and rows are right or wrong."""

    def fits(each: Outcome) -> bool:
        return len(each.scores) == 1 and bool(np.isin(each.scores, (0, 1)).all())

    pairs = [other for other in others if fits(outcome) and fits(other)]
    return {other.name: mcnemar(outcome.scores[0], other.scores[0], groups) for other in pairs}
