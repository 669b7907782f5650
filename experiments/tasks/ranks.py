"""Queries with one answer each, judged by the rank that it has among all candidates."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from experiments.tasks.judge import Headline, Judge, Metric

_HITS = (1, 3, 10)


@dataclasses.dataclass(frozen=True)
class Ranks(Judge):
    """Judged by the mean reciprocal rank, `MRR = Σ_i 1 / rank_i / n`.

    A row is a query: the tail of a triple, or its head, say. Predictions are float [rows, 1], the rank of the
    row's answer from 1, as `ranked` counts it; targets [rows] are not looked at.

    Example:
        >>> judge = Ranks()
        >>> found = judge.metrics(np.array([[1.0], [2.0], [20.0]]), np.zeros(3))
        >>> round(found["mrr"], 3), round(found["hits_3"], 3), round(found["mean_rank"], 3)
        (0.517, 0.667, 7.667)

    Reference: Bordes et al., "Translating embeddings for modeling multi-relational data", 2013 (filtered
        ranks).
    """

    headline = Headline(
        key="mrr",
        name="MRR",
        title=("MRR",),
        sentence="has an MRR of {score} on the {rows}",
        short="has an MRR of {score}",
        factor=1,
        unit="",
        digits=3,
    )
    columns = (
        *(Metric(f"hits_{k}", ("hits", f"@{k} %")) for k in _HITS),
        Metric("mean_rank", ("mean", "rank"), 1, ",.0f"),
    )

    def counted(self, names: int) -> str:
        return "a rank a row"

    def metrics(self, predicted: Float[np.ndarray, "rows outputs"], targets: np.ndarray) -> dict[str, float]:
        rank = self._rank(predicted)
        found = {"mrr": float((1 / rank).mean()), "mean_rank": float(rank.mean())}
        return found | {f"hits_{k}": float((rank <= k).mean()) for k in _HITS}

    def scores(
        self, predicted: Float[np.ndarray, "rows outputs"], targets: np.ndarray
    ) -> Float[np.ndarray, " rows"]:
        return 1 / self._rank(predicted)

    def answers(self, predicted: Float[np.ndarray, "rows outputs"], names: Sequence[str]) -> list[Any]:
        return self._rank(predicted).tolist()

    def fields(self, answer: Any) -> tuple[str, ...]:
        return (f"{answer:g}",)

    @staticmethod
    def _rank(predicted: np.ndarray) -> np.ndarray:
        rank = predicted[:, 0].astype(np.float64)
        if not (rank >= 1).all():
            raise ValueError(f"a rank of {rank.min():g}: ranks are counted from 1")
        return rank


def ranked(
    scores: Float[np.ndarray, "queries candidates"],
    answers: Int[np.ndarray, " queries"],
    known: Bool[np.ndarray, "queries candidates"] | None = None,
) -> Float[np.ndarray, " queries"]:
    """The filtered rank of each query's answer among the candidates: the mean of the places that ties share.

    `rank = 1 + |{c : s_c > s_a}| + |{c ≠ a : s_c = s_a}| / 2`. So a model that scores all alike has the
    middle rank, where the best place of a tie would be the first.

    Args:
        scores: float [queries, candidates], the greater the better; what is no number counts as the least.
        answers: int [queries], the candidate that is right.
        known: bool [queries, candidates], other right answers, which are passed over; None for none.

    Returns:
        float64 [queries], from 1.

    Example:
        >>> scores, answers = np.array([[0.9, 0.5, 0.5, 0.1]]), np.array([1])
        >>> ranked(scores, answers).tolist()
        [2.5]
        >>> ranked(scores, answers, known=np.array([[True, True, False, False]])).tolist()
        [1.5]

    Reference: Bordes et al. 2013 (filtered); Sun et al., "A re-evaluation of knowledge graph completion
        methods", 2020 (why ties must not be the model's gain).
    """
    scores = np.where(np.isnan(scores), -np.inf, scores)
    rows = np.arange(len(scores))
    own = scores[rows, answers][:, None]
    others = np.ones(scores.shape, bool) if known is None else ~known
    others[rows, answers] = False
    above, level = ((compare(scores, own) & others).sum(1) for compare in (np.greater, np.equal))
    return 1 + above + level / 2
