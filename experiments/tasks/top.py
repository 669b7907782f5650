"""Recommendations: a list of items for each user, judged by where those that the user took stand in it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from experiments.tasks.judge import Headline, Judge, Metric

_K = 10
_AT_ONCE = 2**24  # comparisons


@dataclasses.dataclass(frozen=True)
class TopK(Judge):
    """Judged by NDCG@10 with binary gains, over all items that a user may be recommended.

    A row is a user. Predictions are [rows, K], the numbers of the recommended items, the best first, −1 where
    there are fewer; they are float32, which tells numbers up to 16,777,216 apart. Targets are int [rows, M],
    the items that the user took, −1 beyond them; one at least. With `h_r` 1 where the item at place r is
    among the m that were taken,

    - ndcg_10: `Σ_{r ≤ 10} h_r / log₂(r + 1)`, over `Σ_{r ≤ min(m, 10)} 1 / log₂(r + 1)`, the best order's;
    - recall_k: `Σ_{r ≤ k} h_r / m`; hit_10: whether any of the first 10 is;
    - mrr: 1 over the place of the first that is, 0 where none of the K is;
    - map_10: `Σ_{r ≤ 10} h_r · (Σ_{s ≤ r} h_s / r) / min(m, 10)`;
    - items: how many are among somebody's first 10.

    All are means over users, and of the whole list of items: among a sample of them a poor order of items may
    seem the better one.

    Example:
        >>> judge = TopK()
        >>> found = judge.metrics(np.array([[3, 1, 2], [0, 4, 2]]), np.array([[1, 4], [0, -1]]))
        >>> [round(found[name], 3) for name in ("ndcg_10", "recall_10", "mrr", "map_10", "items")]
        [0.693, 0.75, 0.75, 0.625, 5.0]

    Reference: Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", 2002; Krichene and
        Rendle, "On sampled metrics for item recommendation", 2020 (why no sample of items).
    """

    headline = Headline(
        key="ndcg_10",
        name="NDCG@10",
        title=("NDCG", "@10"),
        sentence="has an NDCG@10 of {score} on the {rows}",
        short="has an NDCG@10 of {score}",
        factor=1,
        unit="",
        digits=3,
    )
    majority = "popularity"
    guess = "recommends what most took, but for what the user has"

    columns = (
        *(Metric(f"recall_{k}", ("recall", f"@{k} %")) for k in (_K, 2 * _K)),
        Metric("hit_10", ("hit", "@10 %")),
        Metric("mrr", ("MRR",), 1, ".3f"),
        Metric("map_10", ("MAP", "@10"), 1, ".3f"),
        Metric("items", ("items",), 1, ",.0f"),
    )

    def counted(self, names: int) -> str:
        return "a list of items a row"

    def require_told(self, targets: np.ndarray, which: str, names: Sequence[str] = ()) -> None:
        empty = int((targets < 0).all(1).sum())
        if empty:
            raise ValueError(f"{empty:,} of {len(targets):,} rows {which} took no item; leave these out")

    def metrics(self, predicted: Float[np.ndarray, "rows outputs"], targets: np.ndarray) -> dict[str, float]:
        lists = _lists(predicted)
        hits, taken = _hits(lists, targets), _taken(targets)
        first = lists[:, :_K]
        found = {
            "ndcg_10": float(_ndcg(hits, taken).mean()),
            "hit_10": float(hits[:, :_K].any(1).mean()),
            "mrr": float((hits.any(1) / (1 + hits.argmax(1))).mean()),
            "map_10": float(_average_precision(hits, taken).mean()),
            "items": float(len(np.unique(first[first >= 0]))),
        }
        return found | {f"recall_{k}": float((hits[:, :k].sum(1) / taken).mean()) for k in (_K, 2 * _K)}

    def scores(
        self, predicted: Float[np.ndarray, "rows outputs"], targets: np.ndarray
    ) -> Float[np.ndarray, " rows"]:
        return _ndcg(_hits(_lists(predicted), targets), _taken(targets))

    def answers(self, predicted: Float[np.ndarray, "rows outputs"], names: Sequence[str]) -> list[Any]:
        return [
            [names[item] if names else str(item) for item in row if item >= 0] for row in _lists(predicted)
        ]

    def fields(self, answer: Any) -> tuple[str, ...]:
        return tuple(answer)


def _lists(predicted: np.ndarray) -> np.ndarray:
    """The recommended items, int64 [rows, K].

    Raises:
        ValueError: an item stands in a list twice, and would count twice.
    """
    lists = predicted.astype(np.int64)
    ordered = np.sort(lists, axis=1)
    twice = ((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)).any(1)
    if twice.any():
        raise ValueError(f"{int(twice.sum()):,} lists hold an item twice; recommend each once")
    return lists


def _hits(lists: np.ndarray, targets: np.ndarray) -> Bool[np.ndarray, "rows k"]:
    """Whether each recommended item is among those taken; some rows at a time, so that memory is bounded."""
    step = max(1, _AT_ONCE // max(1, lists.shape[1] * targets.shape[1]))
    hits = np.zeros(lists.shape, bool)
    for start in range(0, len(lists), step):
        rows = slice(start, start + step)
        known = targets[rows, None, :]
        hits[rows] = ((lists[rows, :, None] == known) & (known >= 0)).any(2)
    return hits


def _taken(targets: np.ndarray) -> Int[np.ndarray, " rows"]:
    taken = (targets >= 0).sum(1)
    if not taken.all():
        raise ValueError(
            f"{int((taken == 0).sum()):,} rows took no item, of which no list is good; leave these out"
        )
    return np.asarray(taken)


def _ndcg(hits: np.ndarray, taken: np.ndarray) -> np.ndarray:
    gain = 1 / np.log2(np.arange(_K) + 2)
    shown = hits[:, :_K]
    return np.asarray(shown @ gain[: shown.shape[1]] / np.cumsum(gain)[np.minimum(taken, _K) - 1])


def _average_precision(hits: np.ndarray, taken: np.ndarray) -> np.ndarray:
    shown = hits[:, :_K]
    precision = np.cumsum(shown, axis=1) / np.arange(1, shown.shape[1] + 1)
    return np.asarray((shown * precision).sum(1) / np.minimum(taken, _K))
