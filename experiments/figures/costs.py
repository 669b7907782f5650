"""What accuracy costs in bytes: the Pareto plot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from experiments.extras import needed
from experiments.figures.given import Given, begun, runs_of
from experiments.figures.style import INK, Look, caption, legend, looks, panels, styled
from experiments.reports.sizes import size
from experiments.runs.results import Result, results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_APART = 1.025  # points of equal bytes are drawn side by side, so much apart
_NO_BARS = "No intervals: the runs hold no targets."


def pareto(given: Given) -> Figure | None:
    """The headline on the test rows, with its 95 % interval, by trainable bytes.

    A hollow point is where bytes that can be computed from the words are counted as well. The line joins
    those that none beats at as few bytes. Points of equal bytes would hide each other: they are drawn
    side by side about where they are, which the caption says.

    Args:
        given: folders of runs, or runs.

    Returns:
        The figure; None where no finished run has a score and bytes.

    Raises:
        Mistake: matplotlib is not installed; a folder holds no run.
    """
    needed("matplotlib", "report", "A figure")
    from matplotlib.ticker import LogLocator

    runs = runs_of(given)
    scored = [each for each in results(runs) if each.score is not None]
    shown = [each for each in scored if each.mean("trainable_bytes")]
    if not shown:
        return None
    own, headline = looks(begun(runs)), shown[0].task.headline
    with styled():
        figure, (panel,) = panels(1, 1, 3.2)
        places = _places(shown)
        _front(panel, shown, places)
        for result, place in zip(shown, places, strict=True):
            _point(panel, result, place, own[result.label])
        panel.set_xscale("log")
        panel.xaxis.set_major_formatter(lambda value, _: size(value))
        panel.xaxis.set_minor_formatter(lambda *_: "")
        panel.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        panel.set(xlabel="trainable bytes", ylabel=headline.axis("on test rows"))
        legend(figure, panel)
        without = [
            f"{each.label}: {each.task.headline.told(each.score)}"
            for each in scored
            if each not in shown and each.score
        ]
        bars = "Bars: 95 % intervals." if any(each.interval for each in shown) else _NO_BARS
        told = " Points of equal bytes stand side by side." if places != _bytes(shown) else ""
        told += f" Without bytes: {', '.join(without)}." if without else ""
        caption(
            figure,
            f"{bars} Hollow: with bytes of indices. Line: not beaten at as few bytes.{told}",
        )
    return figure


def _point(panel: Axes, result: Result, place: float, look: Look) -> None:
    factor, interval = result.task.headline.factor, result.interval
    score = factor * (result.score or 0.0)
    ends = None if interval is None else [[score - factor * interval.low], [factor * interval.high - score]]
    panel.errorbar([place], [score], ends, label=result.label, capsize=2, elinewidth=0.8, **look.point)
    index = result.mean("index_bytes") or 0
    if index:
        whole = (result.mean("trainable_bytes") or 0) + index
        panel.plot([place, whole], [score, score], color=look.colour, linewidth=0.6, linestyle=":")
        panel.plot([whole], [score], markerfacecolor="white", **look.point)


def _front(panel: Axes, shown: Sequence[Result], places: Sequence[float]) -> None:
    """Steps through those that are better than all of as few bytes, where they are drawn."""
    best, steps, headline = float("-inf"), [], shown[0].task.headline
    scores = [headline.metric(each.score or 0) for each in shown]
    order = sorted(range(len(shown)), key=lambda n: (shown[n].mean("trainable_bytes"), -scores[n]))
    for number in order:
        if scores[number] > best:
            best = scores[number]
            steps.append((places[number], headline.factor * headline.metric(best)))
    if len(steps) > 1:
        panel.step(*zip(*steps, strict=True), where="post", color=INK, linewidth=0.6, alpha=0.5, zorder=0)


def _places(shown: Sequence[Result]) -> list[float]:
    """Where each is drawn: those of equal bytes side by side about where they are."""
    known = _bytes(shown)
    places = list(known)
    order = sorted(range(len(known)), key=known.__getitem__)
    while order:
        alike = [number for number in order if known[number] < known[order[0]] * _APART]
        for place, number in enumerate(alike):
            places[number] = known[number] * _APART ** (place - (len(alike) - 1) / 2)
        order = order[len(alike) :]
    return places


def _bytes(shown: Sequence[Result]) -> list[float]:
    return [float(result.mean("trainable_bytes") or 1) for result in shown]
