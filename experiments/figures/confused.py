"""Which classes are taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from experiments.figures.given import Given, runs_of
from experiments.figures.style import INK, caption, panels, shorter, styled
from experiments.runs.results import Result, results
from experiments.tasks import Classes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_WITH_NUMBERS = 12  # classes: beyond, numbers are too small to read
_MOST_NAMED = 30


def confusion(given: Given) -> Figure | None:
    """Confusion matrices of the embedding of least validation loss, and of a baseline beside it.

    The baseline is the linear one, or where there is none of that name the best.

    Args:
        given: folders of runs, or runs.

    Returns:
        The figure; None where rows have no one class, or where predictions or targets are missing.

    Raises:
        Mistake: matplotlib is not installed; a folder holds no run.
    """
    made = [
        each for each in results(runs_of(given)) if isinstance(each.task, Classes) and each.tested is not None
    ]
    trained = [each for each in made if each.mean("valid", "loss") is not None and not each.is_baseline]
    if not trained:
        return None
    best = min(trained, key=lambda each: each.mean("valid", "loss") or 0.0)
    beside = [each for each in made if each.is_baseline and each.workdir == best.workdir]
    beside = [each for each in beside if each.name == Classes.linear] or sorted(beside, key=_worst)[:1]
    shown, classes = [best, *beside], best.runs[0].summary["classes"]
    with styled():
        figure, axes = panels(1, len(shown), 3.4 if len(shown) > 1 else 5.2)
        for panel, result in zip(axes, shown, strict=True):
            _matrix(panel, shares(result, len(classes)), classes)
            panel.set_title(result.label)
            panel.set_xlabel("predicted")
        axes[0].set_ylabel("true")
        for panel in axes[1:]:
            panel.set_yticklabels([])
        caption(
            figure,
            "% of the test rows of each true class (rows sum to 100), over all seeds. "
            "Of the embeddings, the one of least validation loss.",
        )
    return figure


def _worst(result: Result) -> float:
    return -(result.score or 0.0)


def shares(result: Result, classes: int) -> np.ndarray:
    """Which share of each true class's rows is taken for which class, over all seeds.

    Args:
        result: with predictions and targets.
        classes: how many there are.

    Returns:
        float64 [true, predicted]; zeros for a class without rows.

    Raises:
        ValueError: predictions or targets are missing.
    """
    if result.tested is None:
        raise ValueError(f"{result.label}: its predictions or targets are missing")
    predicted, targets, _ = result.tested
    counts = np.zeros((classes, classes))
    for each in predicted:
        np.add.at(counts, (targets, each.argmax(1)), 1)
    whole = counts.sum(1, keepdims=True)
    return np.divide(counts, whole, out=np.zeros_like(counts), where=whole > 0)


def _matrix(panel: Axes, found: np.ndarray, classes: Sequence[str]) -> None:
    panel.imshow(found, cmap="Blues", vmin=0, vmax=1)
    panel.grid(visible=False)
    named = len(classes) <= _MOST_NAMED
    names = [shorter(str(name), 20) for name in classes] if named else []
    panel.set_xticks(range(len(names)), names, rotation=90)
    panel.set_yticks(range(len(names)), names)
    if len(classes) > _MOST_WITH_NUMBERS:
        return
    for row, values in enumerate(found):
        for column, value in enumerate(values):
            if value >= 0.005:
                colour = "white" if value > 0.5 else INK
                panel.text(
                    column, row, f"{100 * value:.0f}", ha="center", va="center", fontsize=6, color=colour
                )
