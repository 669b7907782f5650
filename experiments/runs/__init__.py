"""What lies in a workdir, and how it survives; `table` and `curves` of runs, as data frames.

import experiments
experiments.runs.table(["runs/quickstart"])
"""

from __future__ import annotations

from typing import Any

__all__ = ["curves", "table"]


def __getattr__(name: str) -> Any:
    """`table` and `curves`, imported when they are asked for: whoever writes runs need not wait."""
    if name in __all__:
        from experiments.runs import frames

        return getattr(frames, name)
    raise AttributeError(f"module 'experiments.runs' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
