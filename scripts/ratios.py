"""What the benchmarks share: timing several things in turn, and ratios with their doubt.

A machine drifts: what is timed last is not timed on the machine that timed the first. So slices of all
contestants alternate, and what is told is the ratio of medians over the rounds, with a bootstrap 95 %
interval for which whole rounds are drawn.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np


def alternate(
    contestants: Mapping[str, Callable[[int], object]], rounds: int, seconds: float
) -> dict[str, np.ndarray]:
    """Seconds a step of each contestant, [rounds], slice by slice in turn.

    A contestant takes a number of steps and returns when they are done. How many make a slice of about
    `seconds` is found out first, which warms it up as well.
    """
    steps = {}
    for name, run in contestants.items():
        run(8)
        steps[name] = int(np.clip(seconds / _seconds(run, 8), 1, 400) // 8 * 8) or 1
        run(steps[name])
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            times[name].append(_seconds(run, steps[name]))
    return {name: np.array(found) for name, found in times.items()}


def _seconds(run: Callable[[int], object], steps: int) -> float:
    start = time.perf_counter()
    run(steps)
    return (time.perf_counter() - start) / steps


def ratio_interval(slow: np.ndarray, fast: np.ndarray, draws: int = 10_000) -> tuple[float, float, float]:
    """Ratio of medians (slow over fast) and its 95 % interval, rounds drawn with replacement."""
    picks = np.random.default_rng(0).integers(len(slow), size=(draws, len(slow)))
    drawn = np.median(slow[picks], axis=1) / np.median(fast[picks], axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(np.median(slow) / np.median(fast)), float(low), float(high)
