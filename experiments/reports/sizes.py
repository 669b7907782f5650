"""Bytes as they are shown, in tables and figures alike."""

from __future__ import annotations


def size(count: float) -> str:
    """Bytes in three digits or so.

    Example:
        >>> size(819_200), size(3_276_800), size(64), size(0)
        ('819 kB', '3.28 MB', '64 B', '0 B')
    """
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{count / factor:.3g} {unit}"
    return f"{count:.3g} B"
