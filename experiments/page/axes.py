"""The axes of a parallel-coordinate plot: where a value lies on each, and what stands beside it.

Source: A. Inselberg, "The plane with parallel coordinates", The Visual Computer 1, 1985.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.page.charts import ticks
from experiments.page.choices import names, plain

#: Between these lie all values, in units of SVG; below, what has none.
TOP, BOTTOM, NONE = 72.0, 280.0, 312.0
_MOST_NAMES = 14


@dataclasses.dataclass(frozen=True)
class Axis:
    """A field of a search, or the metric.

    Attributes:
        name: of the field.
        low: the number at the lower end; of choices 0.
        high: that at the upper end; of choices the number of the last.
        is_log: whether the logarithm is spread evenly.
        choices: what they are called, from the lower end to the upper; empty for numbers.
        keys: the same choices as JSON.

    Example:
        >>> axis = of_field("train.rate", {"kind": "LogFloat", "low": 0.01, "high": 1.0})
        >>> axis.place(0.1), axis.ticks[1]
        (176.0, (176.0, '0.1'))
    """

    name: str
    low: float
    high: float
    is_log: bool = False
    choices: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    def place(self, value: Any) -> float | None:
        """Where a value lies; what is beyond the ends lies on them, and nothing nowhere."""
        number = self.keys.index(_key(value)) if self.keys else value
        if number is None or not math.isfinite(number):
            return None
        part = (self._even(number) - self._even(self.low)) / self._span if self._span else 0.5
        return round(BOTTOM - min(max(part, 0.0), 1.0) * (BOTTOM - TOP), 1)

    def text(self, value: Any) -> str:
        """What a value is called."""
        return self.choices[self.keys.index(_key(value))] if self.keys else plain(value)

    @property
    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Where something stands beside the axis, and what: choices, or round numbers and powers of ten."""
        if self.choices:
            every = -(-len(self.choices) // _MOST_NAMES)
            return tuple(
                (self._at(number), self.choices[number]) for number in range(0, len(self.choices), every)
            )
        return tuple((self._at(number), plain(number)) for number in self._numbers())

    @property
    def _span(self) -> float:
        return self._even(self.high) - self._even(self.low)

    def _even(self, number: float) -> float:
        return math.log10(number) if self.is_log else float(number)

    def _at(self, number: float) -> float:
        part = (self._even(number) - self._even(self.low)) / self._span if self._span else 0.5
        return round(BOTTOM - part * (BOTTOM - TOP), 1)

    def _numbers(self) -> list[float]:
        if not self.is_log:
            return ticks(self.low, self.high)
        first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
        powers = [10.0**power for power in range(first, last + 1)]
        return powers if len(powers) > 1 else [self.low, self.high]


def of_field(name: str, space: Mapping[str, Any]) -> Axis:
    """The axis of a field.

    Args:
        name: dotted.
        space: of `sweep.json`: `kind` and `values`, or `low` and `high`.
    """
    if space["kind"] == "Choice":
        values = space["values"]
        keys = tuple(_key(value) for value in values)
        return Axis(name, 0.0, len(values) - 1.0, choices=tuple(names(values)), keys=keys)
    return Axis(name, space["low"], space["high"], is_log=space["kind"].startswith("Log"))


def of_values(name: str, values: Sequence[float], *, less: bool) -> Axis:
    """The axis of the metric. Few values that are far worse than the others don't press these together.

    Args:
        name: of the metric.
        values: finite, one at least.
        less: whether the least is the best.

    Example:
        >>> axis = of_values("log_loss", [0.5, 0.6, 0.7, 0.8, 900.0], less=True)
        >>> axis.low, round(axis.high, 3)
        (0.5, 1.4)
    """
    ordered = sorted(values)
    quarter, three = ordered[len(ordered) // 4], ordered[(3 * (len(ordered) - 1) + 3) // 4]
    reach = 3 * (three - quarter)
    low, high = ordered[0], ordered[-1]
    if less and reach:
        high = min(high, three + reach)
    elif reach:
        low = max(low, quarter - reach)
    return Axis(name, low, high)


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
