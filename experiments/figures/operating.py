"""ROC curves, and precision by recall."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from experiments.figures.given import Given, runs_of
from experiments.figures.style import caption, legend, looks, panels, styled
from experiments.runs.results import results
from experiments.runs.scored import scored
from experiments.tasks import Auc, AveragePrecision
from experiments.tasks.rates import hit_rates, precisions

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PLACES = np.linspace(0, 1, 201)
_MARKED = 20  # places between two markers


def rates(given: Given) -> Figure | None:
    """What share of the positives is found, by false alarms, and how many of those called positive are so.

    Args:
        given: folders of runs, or runs.

    Returns:
        The figure, a line an embedding or baseline, means over seeds and folds; None where rows are not
        judged by scores of positives, or where predictions or targets are missing.

    Raises:
        Mistake: matplotlib is not installed; a folder holds no run.
    """
    every = results(runs_of(given))
    shown = [
        each for each in every if isinstance(each.task, Auc | AveragePrecision) and each.tested is not None
    ]
    if not shown:
        return None
    own = looks(every)
    with styled():
        figure, axes = panels(1, 2, 3.0)
        for panel, curve in zip(axes, (hit_rates, precisions), strict=True):
            for result in shown:
                mean = np.mean(
                    [curve(scores, positive, _PLACES) for scores, positive in scored(result.runs)], axis=0
                )
                look = {**own[result.label].line, "markevery": _MARKED}
                panel.plot(_PLACES, mean, label=result.label, **look)
        axes[0].set(xlabel="share of the negatives called positive", ylabel="share of the positives found")
        axes[0].set_title("ROC")
        axes[1].set(xlabel="recall", ylabel="precision", title="Precision and recall")
        legend(figure, axes[0])
        caption(figure, "Of the test rows; of several seeds and folds the mean at the same share across.")
    return figure
