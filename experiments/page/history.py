"""How a search went: each trial's value in the order of their numbers, and the best so far.

Source: none.
"""

from __future__ import annotations

from typing import Any

from experiments.page.axes import Axis
from experiments.page.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, ticks
from experiments.page.choices import plain
from experiments.page.searched import COMPLETE, FAILED, Searched


def history(sweep: Searched, metric: Axis) -> dict[str, Any]:
    """Where each trial is drawn, and the line of the best so far, which complete trials alone make.

    Args:
        sweep: finished.
        metric: its axis.
    """
    trials = sorted(sweep.trials, key=lambda trial: trial["number"])
    last = max(trial["number"] for trial in trials) or 1
    pick = min if sweep.is_less_better else max

    def across(number: float) -> float:
        return round(LEFT + 6 + number / last * (RIGHT - LEFT - 12), 1)

    def up(value: float) -> float:
        span = metric.high - metric.low
        part = (value - metric.low) / span if span else 0.5
        return round(BOTTOM - min(max(part, 0.0), 1.0) * (BOTTOM - TOP), 1)

    marks, steps = [], []
    best: float | None = None
    for trial in trials:
        x, value = across(trial["number"]), trial["value"]
        place = BOTTOM + 8 if value is None else up(value)
        marks.append({"x": x, "y": place, "state": FAILED if value is None else trial["state"]})
        if trial["state"] == COMPLETE and value is not None and (best is None or pick(value, best) != best):
            if best is not None:
                steps.append(f"{x},{up(best)}")
            best = value
            steps.append(f"{x},{up(best)}")
    if best is not None:
        steps.append(f"{across(last)},{up(best)}")
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "marks": marks,
        "best": " ".join(steps),
        "y_ticks": [(up(tick), plain(tick)) for tick in ticks(metric.low, metric.high)],
        "x_ticks": [(across(tick), f"{tick:g}") for tick in ticks(0, last) if tick == int(tick)],
    }
