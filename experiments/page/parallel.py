"""A sweep in parallel coordinates: an axis for each field and one for the metric, a line for each trial.

Source: A. Inselberg, "The plane with parallel coordinates", The Visual Computer 1, 1985.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from experiments.page import axes
from experiments.page.axes import Axis
from experiments.page.choices import plain
from experiments.page.searched import FAILED, Searched

#: Colours of complete trials, from the worst to the best.
SHADES = 7
_LEFT, _STEP, _RIGHT = 34, 124, 92  # of the axes, in units of SVG
_WRAP = 16  # letters of a field's name in a line
_TICK = 15  # letters of what stands beside an axis


def plotted(sweep: Searched, shown: Sequence[Axis]) -> dict[str, Any]:
    """The lines, the best drawn last; and what the script needs to choose among them.

    Args:
        sweep: finished.
        shown: the axes of all fields, then that of the metric.
    """
    metric = shown[-1]
    lines = [_line(trial, shown, sweep.is_less_better) for trial in reversed(sweep.trials)]
    return {
        "width": _LEFT + _STEP * (len(shown) - 1) + _RIGHT,
        "top": axes.TOP,
        "bottom": axes.BOTTOM,
        "none": axes.NONE,
        "height": axes.NONE + 14,
        "axes": [_axis(axis, place) for place, axis in enumerate(shown)],
        "lines": lines,
        "shades": range(SHADES),
        "ends": [
            plain(end)
            for end in ((metric.high, metric.low) if sweep.is_less_better else (metric.low, metric.high))
        ],
        "beyond": sum(_is_beyond(trial["value"], metric) for trial in sweep.trials),
        "has_failed": sweep.count(FAILED) > 0,
        "data": {
            "top": axes.TOP,
            "bottom": axes.BOTTOM,
            "axes": [
                {"low": axis.low, "high": axis.high, "log": axis.is_log, "choices": axis.choices}
                for axis in shown
            ],
            "trials": {str(line["number"]): line["places"] for line in lines},
        },
    }


def _is_beyond(value: float | None, axis: Axis) -> bool:
    return value is not None and not axis.low <= value <= axis.high


def _axis(axis: Axis, place: int) -> dict[str, Any]:
    lines = list(_wrapped(axis.name))
    return {
        "name": axis.name,
        "x": _LEFT + _STEP * place,
        "title": [
            (round(axes.TOP - 36 - 14 * (len(lines) - 1 - row), 1), text) for row, text in enumerate(lines)
        ],
        "ticks": [
            (at, text, text if len(text) <= _TICK else f"{text[: _TICK - 1]}…") for at, text in axis.ticks
        ],
        "is_log": axis.is_log,
    }


def _wrapped(name: str) -> Iterator[str]:
    """A field's name in two lines at most, cut at a dot."""
    if len(name) > _WRAP and "." in name:
        above, _, below = name.rpartition(".")
        yield _cut(f"{above}.")
        yield _cut(below)
    else:
        yield _cut(name)


def _cut(text: str) -> str:
    return text if len(text) <= _WRAP else f"…{text[1 - _WRAP :]}"


def _line(trial: dict[str, Any], shown: Sequence[Axis], less: bool) -> dict[str, Any]:
    metric = shown[-1]
    places = [
        axis.place(trial["params"][axis.name]) if axis.name in trial["params"] else None
        for axis in shown[:-1]
    ]
    end = metric.place(trial["value"])
    points = [(_LEFT + _STEP * at, place) for at, place in enumerate(places) if place is not None]
    last = _LEFT + _STEP * (len(shown) - 1)
    return {
        "number": trial["number"],
        "state": trial["state"],
        "shade": 0 if end is None else _shade(end, less),
        "points": " ".join(f"{x},{y}" for x, y in [*points, (last, axes.NONE if end is None else end)]),
        "places": [*places, end],
    }


def _shade(place: float, less: bool) -> int:
    """From 0, the worst, to the best."""
    part = (axes.BOTTOM - place) / (axes.BOTTOM - axes.TOP)
    return min(int((1 - part if less else part) * SHADES), SHADES - 1)
