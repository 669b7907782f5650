"""ROC curves, and precision by recall, of scores that tell positives from negatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from experiments.page.charts import Series, chart
from experiments.page.section import Options, Section
from experiments.page.works import Given, Kind
from experiments.runs.scored import scored
from experiments.tasks import Auc, AveragePrecision
from experiments.tasks.rates import hit_rates, precisions

Curve = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]

_PLACES = np.linspace(0, 1, 101)
_EVERY = 10  # places a row of the table
_CHARTS: tuple[tuple[str, str, Curve], ...] = (
    ("Positives found, by false alarms (ROC)", "share of the negatives called positive", hit_rates),
    ("Precision, by recall", "share of the positives found", precisions),
)


def section(given: Given, options: Options) -> Section | None:
    """A line a kind, means over its seeds and folds."""
    judged = [kind for kind in given.kinds if kind.work.is_judged]
    kinds = [kind for kind in judged if isinstance(kind.work.task, Auc | AveragePrecision)]
    found = {kind: tested for kind in kinds if (tested := scored(kind.finished))}
    if not found:
        return None
    legend = [{"number": k.number, "colour": k.number % 8, "label": k.label} for k in found]
    panels = [_panel(found, *each) for each in _CHARTS]
    return Section("rates", "Thresholds", "rates.html.j2", {"panels": panels, "legend": legend})


def _panel(
    found: dict[Kind, list[tuple[np.ndarray, np.ndarray]]], title: str, x_title: str, curve: Curve
) -> dict[str, Any]:
    means = [np.mean([curve(*run, _PLACES) for run in runs], axis=0) for runs in found.values()]
    series = [
        Series(kind.label, kind.number, tuple(zip(_PLACES.tolist(), mean.tolist(), strict=True)))
        for kind, mean in zip(found, means, strict=True)
    ]
    rows = [
        (f"{_PLACES[place]:g}", *(f"{mean[place]:.3f}" for mean in means))
        for place in range(0, len(_PLACES), _EVERY)
    ]
    table = {"head": [x_title, *(kind.label for kind in found)], "rows": rows, "of": len(rows)}
    return {"chart": chart(title, series, x_title), "table": table}
