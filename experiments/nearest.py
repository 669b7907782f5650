"""Names that resemble a mistyped one.

Source: Python's `difflib`.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence


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
        return -difflib.SequenceMatcher(None, name.lower(), other.lower()).ratio()

    return ", ".join(map(repr, sorted(known, key=unlike)[:20])) + (", …" if len(known) > 20 else "")
