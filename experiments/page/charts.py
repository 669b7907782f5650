"""Charts of lines as numbers to draw: where every tick and every point lies. A template makes SVG of it.

Source: none.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence

#: Of the drawing, in units of SVG; where its axes begin and end.
WIDTH, HEIGHT = 420, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 400, 12, 208
_TICKS = 5
_COLOURS = 8


@dataclasses.dataclass(frozen=True)
class Series:
    """Numbers over steps.

    Attributes:
        label: of what.
        number: of the kind, which chooses its colour.
        points: pairs of x and y, by falling or rising x, finite.
        dashed: whether it is drawn so.
    """

    label: str
    number: int
    points: tuple[tuple[float, float], ...]
    dashed: bool = False


@dataclasses.dataclass(frozen=True)
class Line:
    """A series as it is drawn.

    Attributes:
        label: of what.
        number: of the kind.
        colour: of the palette.
        path: its points, as SVG has them.
        dots: the same as pairs, to be drawn where there are few.
        dashed: whether it is drawn so.
    """

    label: str
    number: int
    colour: int
    path: str
    dots: tuple[tuple[float, float], ...]
    dashed: bool


@dataclasses.dataclass(frozen=True)
class Chart:
    """A chart of lines.

    Attributes:
        title: what is shown.
        lines: the lines.
        x_ticks: where, and what stands there.
        y_ticks: the same.
        x_title: what the horizontal axis is.
        described: the chart in words.
    """

    title: str
    lines: tuple[Line, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    x_title: str
    described: str


def chart(title: str, series: Sequence[Series], x_title: str = "step", *, log: bool = False) -> Chart | None:
    """Lays out a chart; None where there is no number.

    Args:
        title: what is shown.
        series: the lines.
        x_title: what the horizontal axis is.
        log: whether the vertical axis is logarithmic; numbers that are not above 0 are left out.

    Example:
        >>> made = chart("loss", [Series("dense", 0, ((0, 2.0), (10, 1.0)))])
        >>> made.lines[0].path, made.y_ticks[0]
        ('52.0,12.0 400.0,208.0', (208.0, '1'))
    """
    kept = [dataclasses.replace(each, points=tuple(_drawn(each.points, log))) for each in series]
    kept = [each for each in kept if each.points]
    if not kept:
        return None
    x, y = ([point[axis] for each in kept for point in each.points] for axis in (0, 1))
    across, up = _Scale(min(x), max(x), LEFT, RIGHT), _Scale(min(y), max(y), BOTTOM, TOP)
    lines = tuple(_line(each, across, up) for each in kept)
    return Chart(
        title,
        lines,
        tuple((across(tick), _shown(tick)) for tick in _whole(across)),
        tuple((up(tick), text) for tick, text in (_powers(up) if log else _plain(up))),
        x_title,
        f"{title}, by {x_title}. " + "; ".join(_described(each, log) for each in kept) + ".",
    )


def ticks(low: float, high: float, count: int = _TICKS) -> list[float]:
    """About so many round numbers between two.

    Example:
        >>> ticks(0, 1), ticks(0.31, 0.47)
        ([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [0.35, 0.4, 0.45])
    """
    span = high - low
    if not span > 0:
        return [low]
    power = 10.0 ** math.floor(math.log10(span / count))
    step = next(power * factor for factor in (1, 2, 5, 10) if span / (power * factor) <= count)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{number * step:.12g}") for number in range(first, last + 1)]


@dataclasses.dataclass(frozen=True)
class _Scale:
    """From numbers to places of the drawing."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        span = self.high - self.low
        part = (value - self.low) / span if span else 0.5
        return round(self.start + part * (self.end - self.start), 1)

    def ticks(self) -> list[float]:
        return ticks(self.low, self.high)


def _whole(scale: _Scale) -> list[float]:
    found = scale.ticks()
    if scale.high - scale.low <= 1:  # shares, and no steps
        return found
    return [tick for tick in found if tick == round(tick)] or found


def _plain(scale: _Scale) -> list[tuple[float, str]]:
    return [(tick, _shown(tick)) for tick in scale.ticks()]


def _powers(scale: _Scale) -> list[tuple[float, str]]:
    """1, 2 and 5 of each power of ten, or where these are too many the powers alone."""
    powers = range(math.floor(scale.low), math.ceil(scale.high) + 1)
    for digits in ((1, 2, 5), (1,)):
        found = [digit * 10.0**power for power in powers for digit in digits]
        found = [value for value in found if scale.low - 1e-9 <= math.log10(value) <= scale.high + 1e-9]
        if len(found) <= 2 * _TICKS:
            break
    return [(math.log10(value), _shown(value)) for value in found]


def _drawn(points: Sequence[tuple[float, float]], log: bool) -> Iterator[tuple[float, float]]:
    for x, y in points:
        if log and y > 0:
            yield x, math.log10(y)
        elif not log and math.isfinite(y):
            yield x, y


def _line(series: Series, across: _Scale, up: _Scale) -> Line:
    dots = tuple((across(x), up(y)) for x, y in series.points)
    path = " ".join(f"{x},{y}" for x, y in dots)
    return Line(series.label, series.number, series.number % _COLOURS, path, dots, series.dashed)


def _described(series: Series, log: bool) -> str:
    ends = [10 ** point[1] if log else point[1] for point in (series.points[0], series.points[-1])]
    first, last = map(_shown, ends)
    return f"{series.label} from {first} to {last}" if len(series.points) > 1 else f"{series.label} {last}"


def _shown(value: float) -> str:
    return f"{value:.4g}".replace("e-0", "e-").replace("-", "−")
