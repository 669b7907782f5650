"""Losses, scores and the embedding's quality, over the steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from experiments.page.charts import Chart, Series, chart
from experiments.page.section import Options, Section
from experiments.page.works import Given, Kind

_MOST_STEPS = 40  # rows of a table
_MOST_RUNS = 12  # lines of a kind
_LEAST_STEPS = 2
_NAMES = {"macro_f1": "macro F1", "ece": "calibration error (ECE)", "r2": "R²", "rmse": "RMSE", "mae": "MAE"}
_NAMES |= {"auc": "AUC", "mrr": "MRR", "f1": "F1", "map": "MAP", "ndcg": "NDCG"}
_FIRST_OF = ("hit", "hits", "recall", "map", "ndcg")
# The metrics of the vectors, the telling ones first; others follow as they are named.
_FIRST = ("effective_rank", "partition_isotropy", "hubness", "neighbour_overlap", "silhouette", "mean_cosine")
_LEFT_OUT = ("norm_q", "norm_m", "norm_std", "norm_zero", "rankme")  # tables have them


def section(given: Given, options: Options) -> Section | None:
    """A chart for each number that has steps; each with its table."""
    kinds = [kind for kind in given.kinds if any(run.metrics for run in kind.runs)]
    panels = [panel for panel in _panels(kinds) if panel is not None]
    if not panels:
        return None
    drawn = {line.number for panel in panels for line in panel["chart"].lines}
    legend = [
        {"number": kind.number, "colour": kind.number % 8, "label": kind.label}
        for kind in kinds
        if kind.number in drawn
    ]
    return Section("curves", "Curves", "curves.html.j2", {"panels": panels, "legend": legend})


def _panels(kinds: list[Kind]) -> Iterator[dict[str, Any] | None]:
    yield _panel(
        "Loss, in training (dashed) and on validation", kinds, (("train", "loss"), ("valid", "loss"))
    )
    for key in _keys(kinds, "valid"):
        if key not in ("loss", "log_loss"):  # which is the loss of classes
            yield _panel(f"{_title(key)}, on validation", kinds, (("valid", key),))
    for key in _keys(kinds, "similarity"):
        yield _panel(f"{_title(key)}, word similarity", kinds, (("similarity", key),))
    found = [key for key in _keys(kinds, "embedding") if not key.startswith(_LEFT_OUT)]
    for key in sorted(found, key=lambda each: _FIRST.index(each) if each in _FIRST else len(_FIRST)):
        yield _panel(f"{_title(key)} of the vectors", kinds, (("embedding", key),))


def _keys(kinds: list[Kind], split: str) -> list[str]:
    """The numbers that lines of a split have, in the order in which they are met."""
    found: dict[str, None] = {}
    for kind in kinds:
        for run in kind.runs:
            for line in run.metrics:
                if line["split"] == split:
                    found |= dict.fromkeys(key for key, value in line.items() if _is_number(key, value))
    return list(found)


def _is_number(key: str, value: Any) -> bool:
    return key != "step" and isinstance(value, int | float) and not isinstance(value, bool)


def _panel(title: str, kinds: list[Kind], wanted: tuple[tuple[str, str], ...]) -> dict[str, Any] | None:
    series = list(_series(kinds, wanted))
    made: Chart | None = chart(title, series)
    if made is None or len({x for each in series for x, _ in each.points}) < _LEAST_STEPS:
        return None  # of a single look the tables tell
    return {"chart": made, "table": _table(series)}


def _series(kinds: list[Kind], wanted: tuple[tuple[str, str], ...]) -> Iterator[Series]:
    for kind in kinds:
        for run in kind.runs[:_MOST_RUNS]:
            for split, key in wanted:
                points = tuple(
                    (float(line["step"]), float(line[key]))
                    for line in run.metrics
                    if line["split"] == split and _is_number(key, line.get(key))
                )
                told = f"{kind.label}{_which(run)}{', training' if split == 'train' else ''}"
                if points:
                    yield Series(told, kind.number, points, dashed=split == "train")


def _which(run: Any) -> str:
    fold = "" if run.fold is None else f", fold {run.fold}"
    return fold + ("" if run.seed is None else f", seed {run.seed}")


def _table(series: list[Series]) -> dict[str, Any]:
    """The same numbers, a row a step; of very many steps some, evenly, and the last."""
    steps = sorted({x for each in series for x, _ in each.points})
    every = -(-len(steps) // _MOST_STEPS)
    kept = steps[::-1][::every][::-1]
    found = [dict(each.points) for each in series]
    rows = [(f"{step:g}", *(f"{each[step]:.4g}" if step in each else "" for each in found)) for step in kept]
    return {"head": ["step", *(each.label for each in series)], "rows": rows, "of": len(steps)}


def _title(key: str) -> str:
    named = _words(key)
    return named[:1].upper() + named[1:]


def _words(key: str) -> str:
    """A metric in words; of one of the first so many of a list with the number, as NDCG@10."""
    name, _, first = key.rpartition("_")
    if name in _FIRST_OF and first.isdecimal():
        return f"{_words(name)}@{first}"
    return _NAMES.get(key, key.replace("_", " "))
