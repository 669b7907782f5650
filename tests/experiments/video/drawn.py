"""Tracks drawn anew: a point that goes round one way or the other, seen through a window that moves on."""

from __future__ import annotations

from pathlib import Path

import numpy as np

FRAMES = 8


def walks(clips: int = 20, rows: int = 15, seed: int = 0) -> list[tuple[str, str, np.ndarray]]:
    """Clip, class and window [frames, 2] of each row: of even clips it goes round leftwards."""
    rng, found = np.random.default_rng(seed), []
    for clip in range(clips):
        begin, radius = rng.uniform(0, 2 * np.pi), rng.uniform(0.5, 1.5)
        angle = begin + (-1) ** clip * np.arange(rows + FRAMES) * rng.uniform(0.25, 0.35)
        path = radius * np.stack([np.cos(angle), np.sin(angle)], 1) + rng.normal(0, 0.01, (len(angle), 2))
        for row in range(rows):
            window = path[row : row + FRAMES]
            found.append((f"clip{clip}", ("left", "right")[clip % 2], window - window[0]))
    return found


def written(path: Path, rows: list[tuple[str, str, np.ndarray]]) -> Path:
    """A table of them, with names of its own and the class last."""
    names = [f"{axis}_{frame}" for axis in ("across", "up") for frame in range(FRAMES)]
    lines = [";".join(["recording", *names, "turn"])]
    for clip, label, window in rows:
        lines.append(";".join([clip, *(f"{value:.6f}" for value in window.T.ravel()), label]))
    path.write_text("\n".join(lines) + "\n")
    return path
