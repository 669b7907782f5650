"""Losses and the headline metric over the steps of training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from experiments.figures.given import Given, begun, runs_of
from experiments.figures.style import Look, caption, legend, looks, panels, styled
from experiments.runs.found_run import UNFINISHED, FoundRun
from experiments.runs.results import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def curves(given: Given) -> Figure | None:
    """Training loss, validation loss and validation accuracy by step: means over runs, and their range.

    Args:
        given: folders of runs, or runs.

    Returns:
        The figure; None where no run logged a loss.

    Raises:
        Mistake: matplotlib is not installed; a folder holds no run.
    """
    every = begun(runs_of(given))
    shown = [each for each in every if any(_logged(run, "train", "loss") for run in each.runs)]
    if not shown:
        return None
    headline = shown[0].task.headline
    wanted = [("train", "loss", "training loss"), ("valid", "loss", "validation loss")]
    wanted += [("valid", headline.key, f"validation {headline.name}")]
    wanted = [each for each in wanted if any(_series(result, *each[:2]) for result in shown)]
    own = looks(every)
    with styled():
        figure, axes = panels(1, len(wanted), 2.4)
        for panel, (split, metric, title) in zip(axes, wanted, strict=True):
            for result in shown:
                draw(panel, _series(result, split, metric), own[result.label], result.label)
            panel.set(xlabel="step", title=title)
        legend(figure, axes[0])
        caption(figure, _told(shown))
    return figure


def _told(shown: Sequence[Result]) -> str:
    several = any(len(each.runs) > 1 for each in shown)
    unfinished = [each.label for each in shown if any(run.state == UNFINISHED for run in each.runs)]
    said = "Mean over runs; shaded: from the least to the greatest." if several else "One run each."
    return f"{said} Not finished yet: {', '.join(unfinished)}." if unfinished else said


def _logged(run: FoundRun, split: str, metric: str) -> list[tuple[int, float]]:
    found = [(line["step"], line.get(metric)) for line in run.metrics if line["split"] == split]
    return [(step, float(value)) for step, value in found if isinstance(value, int | float)]


def _series(result: Result, split: str, metric: str) -> dict[int, list[float]]:
    """Step → the values of the runs that logged one then."""
    return series(result, (split,), metric)


def series(result: Result, splits: Sequence[str], metric: str) -> dict[int, list[float]]:
    """Step → the values of the runs that logged a metric then, in one of some splits.

    Args:
        result: the runs.
        splits: of which the last that has a step counts.
        metric: its name.
    """
    found: dict[int, list[float]] = {}
    for run in result.runs:
        own: dict[int, float] = {}
        for split in splits:
            own |= dict(_logged(run, split, metric))
        for step, value in own.items():
            found.setdefault(step, []).append(value)
    return dict(sorted(found.items()))


def draw(panel: Axes, values: dict[int, list[float]], look: Look, label: str) -> None:
    """A line of means, and the range around it where there are several values."""
    if not values:
        panel.plot([], [], label=label, **look.line)
        return
    steps = np.array(list(values))
    means, low, high = (np.array([of(each) for each in values.values()]) for of in (np.mean, min, max))
    every = max(1, len(steps) // 8)
    panel.plot(steps, means, label=label, markevery=every, **look.line)
    if (high > low).any():
        panel.fill_between(steps, low, high, color=look.colour, alpha=0.15, linewidth=0)
