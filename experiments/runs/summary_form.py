"""Whether a summary has the form that programs write it in: one altered by hand may have another.

A finished run is held against its manifest, which knows of every altered byte. Where somebody took the
manifest away as well, what reads the summary is still told what is wrong with it, and does not stumble.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Check = Callable[[Any], bool]


def fault(summary: Mapping[str, Any]) -> str:
    """What is wrong with a summary's form, in words; empty where nothing is.

    Args:
        summary: as JSON has it.

    Example:
        >>> fault({"seed": 0, "test": {"accuracy": 0.5}, "classes": ["neg", "pos"]})
        ''
        >>> fault({"seed": 0, "test": None})
        "'test' is None, where numbers by name are expected"
        >>> fault({"bytes": {"train": float("nan")}})
        "'bytes.train' is nan, which no program here writes"
    """
    for key, (check, wanted) in _FORMS.items():
        if key in summary and not check(summary[key]):
            return f"{key!r} is {summary[key]!r:.60}, where {wanted} expected"
    place, value = next(_no_numbers("", summary), ("", None))
    return f"{place!r} is {value!r:.60}, which no program here writes" if place else ""


def _no_numbers(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every number that is not finite, or too large for a float64, with its place."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _no_numbers(f"{place}.{key}" if place else key, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _no_numbers(place, inner)
    elif isinstance(value, int | float) and not isinstance(value, bool) and not _is_number(value):
        yield place, value


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:  # a whole number of too many digits
        return False


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _are_numbers(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_number, value.values()))


def _are_parts(value: Any) -> bool:
    """Of each part its rows and the same metrics."""
    if not isinstance(value, dict) or not all(map(_are_numbers, value.values())):
        return False
    parts = list(value.values())
    return all(part.keys() == parts[0].keys() and _is_count(part.get("rows")) for part in parts)


def _are_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _are_updates(value: Any) -> bool:
    return isinstance(value, dict) and all(each in ("sparse", "dense") for each in value.values())


def _is_time(value: Any) -> bool:
    return _is_number(value) or _are_numbers(value)


_NUMBERS, _WORDS, _COUNT = "numbers by name are", "a list of texts is", "a whole number of at least 0 is"
#: Key → what it has to be, and that in words.
_FORMS: dict[str, tuple[Check, str]] = {
    **dict.fromkeys(("test", "valid", "embedding"), (_are_numbers, _NUMBERS)),
    **dict.fromkeys(("classes", "kinds"), (_are_words, _WORDS)),
    **dict.fromkeys(("seed", "steps", "best_step"), (_is_count, _COUNT)),
    "by_name": (_are_parts, "of each part its rows and the same metrics are"),
    "update": (_are_updates, "sparse or dense by table is"),
    "seconds": (_is_time, "seconds, or seconds by phase, are"),
}
