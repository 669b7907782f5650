"""What of a line of metrics a tracker shows: its numbers, by name."""

from __future__ import annotations

import numbers

from experiments.runs.observers import Line


def scalars(line: Line) -> dict[str, float]:
    """The numbers of a line, as `split/name`; not its step, nor what is no number.

    Args:
        line: step, split, name → value.

    Example:
        >>> scalars({"step": 50, "split": "valid", "loss": 0.5, "fault": "…", "by_band": {"0": 1}})
        {'valid/loss': 0.5}
    """
    return {
        f"{line['split']}/{name}": float(value)
        for name, value in line.items()
        if name != "step" and isinstance(value, numbers.Real) and not isinstance(value, bool)
    }


def is_final(line: Line) -> bool:
    """Whether a line is of the best step, which lies behind those that were told before."""
    return line["split"] in ("test", "final")
