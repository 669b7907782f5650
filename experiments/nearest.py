"""Names that resemble a mistyped one.

Source: Python's `difflib`.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence

_COMPARED = 100  # letters of a name, at most: the time grows with their square, and worse


def nearest_first(name: str, known: Sequence[str]) -> str:
    """Known names, those that resemble a mistyped one first, for an error message; at most twenty.

    Args:
        name: what was written.
        known: what could have been meant.

    Example:
        >>> nearest_first("lable", ["id", "text", "label"])
        "'label', 'text', 'id'"
    """

    def unlike(other: str) -> float:
        mine, others = name[:_COMPARED].lower(), other[:_COMPARED].lower()
        return -difflib.SequenceMatcher(None, mine, others).ratio()

    return ", ".join(map(repr, sorted(known, key=unlike)[:20])) + (", …" if len(known) > 20 else "")


def meant(name: str, known: Sequence[str]) -> str:
    """The known name that a mistyped one was meant for, to follow a list of them; empty where none is near.

    Args:
        name: what was written.
        known: what could have been meant.

    Example:
        >>> meant("lable", ["id", "text", "label"]), meant("rating", ["id", "text", "label"])
        (" (did you mean 'label'?)", '')
    """
    short = {other[:_COMPARED].lower(): other for other in reversed(known) if other}
    near = difflib.get_close_matches(name[:_COMPARED].lower(), short, 1, 0.6)
    return f" (did you mean {short[near[0]]!r}?)" if near else ""
