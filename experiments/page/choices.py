"""What the values of a search's choices are called, where there is room for a few letters.

Source: none.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from experiments.page.sections.settings import flat

_LONGEST = 60  # letters


def names(values: Sequence[Any]) -> list[str]:
    """What the values of a choice are called: short, and each another.

    Args:
        values: as in `config.json`.

    Example:
        >>> names([0.1, None, "adam"])
        ['0.1', 'none', 'adam']
        >>> names([{"type": "dense", "dim": 8}, {"type": "dense", "dim": 9}, {"type": "hashed", "dim": 9}])
        ['dense, dim 8', 'dense, dim 9', 'hashed']
    """
    found = [_name(value, values) for value in values]
    cut = [name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…" for name in found]
    return [
        name if cut.count(name) == 1 else f"{name} ({place})"
        for place, (name, value) in enumerate(zip(cut, values, strict=True), 1)
    ]


def _name(value: Any, values: Sequence[Any]) -> str:
    if not isinstance(value, dict):
        return plain(value)
    alike = [
        dict(flat(each))
        for each in values
        if isinstance(each, dict) and each.get("type") == value.get("type")
    ]
    own = dict(flat(value))
    differing = [key for key in own if len({each.get(key) for each in alike}) > 1]
    kind = str(value.get("type", ""))
    parts = [kind] * bool(kind) + [f"{key} {own[key]}" for key in differing]
    return ", ".join(parts) or json.dumps(value, ensure_ascii=False)


def plain(value: Any) -> str:
    """A number, a text or a list as a reader has it.

    Example:
        >>> plain(0.0123456), plain(True), plain(["a", 2]), plain("")
        ('0.01235', 'true', '["a", 2]', '""')
    """
    if value is None:
        return "none"
    if isinstance(value, float):
        return f"{value:.4g}"
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
