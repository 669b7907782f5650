"""What a field of a config may be in a search: a choice, or a range of numbers."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import draccus

from embedlab.checks import require

_MOST = 100_000  # values of a field, in a grid
_PLAIN = (bool, int, float, str, type(None))


@dataclasses.dataclass(frozen=True)
class Float:
    """Numbers between two ends, each as likely as another.

    Attributes:
        low: the least.
        high: the greatest.
        step: distance between two neighbours; none for all numbers between the ends.

    Raises:
        ValueError: an end that is no finite number, or ends in the wrong order.

    Example:
        >>> Float(0.0, 0.5, step=0.25).ends
        (0.0, 0.5)
    """

    low: float
    high: float
    step: float | None = None

    def __post_init__(self) -> None:
        _require_range(self.low, self.high)
        fits = self.step is None or (_number(self.step) and self.step > 0)
        require(fits, "step", self.step, "give a number above 0, or none")

    @property
    def ends(self) -> tuple[Any, ...]:
        """The values that are tried before a search begins."""
        return (float(self.low), self.near(self.high))

    @property
    def values(self) -> tuple[Any, ...] | None:
        """All that there are; None where they can't be counted, or are too many for that."""
        if self.step is None or (self.high - self.low) / self.step >= _MOST:
            return None
        count = math.floor((self.high - self.low) / self.step + 1e-9) + 1
        return tuple(self.near(self.low + i * self.step) for i in range(count))

    def near(self, value: float) -> float:
        """What of the steps is meant by a value that rounding has shifted, or by an end between two.

        Args:
            value: not above `high`, but for rounding.

        Example:
            >>> Float(0.1, 0.55, step=0.1).near(0.1 + 0.1 + 0.1), Float(0.1, 0.55, step=0.1).near(0.55)
            (0.3, 0.5)
        """
        if self.step is None:
            return float(value)
        low, step = Decimal(str(self.low)), Decimal(str(self.step))
        return float(low + math.floor((value - self.low) / self.step + 1e-6) * step)


@dataclasses.dataclass(frozen=True)
class LogFloat:
    """Numbers between two ends, whose logarithm is drawn evenly: for rates and penalties.

    Attributes:
        low: the least, above 0.
        high: the greatest.

    Raises:
        ValueError: an end that is no finite number above 0, or ends in the wrong order.

    Example:
        >>> LogFloat(1e-4, 1e-1).values is None
        True
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        _require_range(self.low, self.high, above=0)

    @property
    def ends(self) -> tuple[Any, ...]:
        """The values that are tried before a search begins."""
        return (float(self.low), float(self.high))

    @property
    def values(self) -> tuple[Any, ...] | None:
        """None: they can't be counted."""
        return None


@dataclasses.dataclass(frozen=True)
class Int:
    """Whole numbers between two ends, both among them.

    Attributes:
        low: the least.
        high: the greatest.
        step: distance between two neighbours.

    Raises:
        ValueError: an end that is no whole number, or ends in the wrong order.

    Example:
        >>> Int(1, 7, step=2).values
        (1, 3, 5, 7)
    """

    low: int
    high: int
    step: int = 1

    def __post_init__(self) -> None:
        _require_range(self.low, self.high, whole=True)
        require(_whole(self.step) and self.step > 0, "step", self.step, "give a whole number above 0")

    @property
    def ends(self) -> tuple[Any, ...]:
        """The values that are tried before a search begins."""
        return (self.low, self.low + (self.high - self.low) // self.step * self.step)

    @property
    def values(self) -> tuple[Any, ...] | None:
        """All that there are; None where they are too many to be counted."""
        found = range(self.low, self.high + 1, self.step)
        return tuple(found) if self.high - self.low < _MOST * self.step else None


@dataclasses.dataclass(frozen=True)
class LogInt:
    """Whole numbers between two ends, whose logarithm is drawn evenly: for widths and buckets.

    Attributes:
        low: the least, above 0.
        high: the greatest.

    Raises:
        ValueError: an end that is no whole number above 0, or ends in the wrong order.

    Example:
        >>> LogInt(100, 10_000).ends
        (100, 10000)
    """

    low: int
    high: int

    def __post_init__(self) -> None:
        _require_range(self.low, self.high, above=0, whole=True)

    @property
    def ends(self) -> tuple[Any, ...]:
        """The values that are tried before a search begins."""
        return (self.low, self.high)

    @property
    def values(self) -> tuple[Any, ...] | None:
        """All that there are; None where they are too many to be counted."""
        return tuple(range(self.low, self.high + 1)) if self.high - self.low < _MOST else None


@dataclasses.dataclass(frozen=True, init=False)
class Choice:
    """One of some values, in no order: plain ones, lists, or whole specs.

    Attributes:
        values: what there is to choose from.

    Raises:
        ValueError: no value, or one twice.

    Example:
        >>> Choice("adam", "adagrad").values
        ('adam', 'adagrad')
    """

    values: tuple[Any, ...]

    def __init__(self, *values: Any) -> None:
        """Takes what there is to choose from.

        Args:
            values: the values.
        """
        object.__setattr__(self, "values", values)
        require(bool(values), "values", values, "give one value or more, as Choice(0.1, 0.2)")
        labels = [label(value) for value in values]
        # Python and Optuna take 1, 1.0 and True for the same.
        once = all(a != b for i, a in enumerate(labels) for b in labels[:i])
        require(once, "values", values, "give each once")

    @property
    def ends(self) -> tuple[Any, ...]:
        """The values that are tried before a search begins: all."""
        return self.values


Dimension = Float | LogFloat | Int | LogInt | Choice


def label(value: Any) -> Any:
    """What stands for a value where the search is kept: itself if it is plain, else JSON.

    Example:
        >>> label(0.1), label((3, 4))
        (0.1, '[3, 4]')
    """
    return value if isinstance(value, _PLAIN) else json.dumps(encoded(value), sort_keys=True)


def encoded(value: Any) -> Any:
    """A value as JSON has it: a spec with its type.

    Example:
        >>> import embedlab
        >>> encoded(embedlab.Constant(0.5))
        {'type': 'constant', 'value': 0.5}
    """
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [encoded(item) for item in value]
    if not dataclasses.is_dataclass(value):
        return value
    from experiments.settings.schema import PROTOCOLS, TYPE

    kind: Any = type(value)
    raw = {field.name: encoded(getattr(value, field.name)) for field in dataclasses.fields(value)}
    names = [name for kinds in PROTOCOLS.values() for name, made in kinds.items() if made is kind]
    if issubclass(kind, draccus.ChoiceRegistry):
        names = [kind.get_choice_name(kind)]
    return {**({TYPE: names[0]} if names else {}), **raw}


def chosen(dimension: Dimension, found: Any) -> Any:
    """The value that a label stands for.

    Example:
        >>> chosen(Choice((3, 4), (5,)), "[5]")
        (5,)
    """
    if isinstance(dimension, Choice):
        return next(value for value in dimension.values if label(value) == found)
    return dimension.near(found) if isinstance(dimension, Float) else found


def described(dimension: Dimension) -> dict[str, Any]:
    """A dimension as JSON values.

    Example:
        >>> described(Int(1, 3))
        {'kind': 'Int', 'low': 1, 'high': 3, 'step': 1}
    """
    if isinstance(dimension, Choice):
        return {"kind": "Choice", "values": [encoded(value) for value in dimension.values]}
    return {"kind": type(dimension).__name__, **dataclasses.asdict(dimension)}


def _require_range(low: Any, high: Any, above: float | None = None, whole: bool = False) -> None:
    fits = _whole if whole else _number
    for name, end in (("low", low), ("high", high)):
        remedy = f"give a {'whole' if whole else 'finite'} number{'' if above is None else f' above {above}'}"
        require(fits(end) and (above is None or end > above), name, end, remedy)
    require(low <= high, "high", high, f"give at least low={low}")


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
