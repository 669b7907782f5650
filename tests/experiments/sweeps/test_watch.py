"""What a trial of several seeds asks, and when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from experiments.sweeps.watch import Pruned, Watch

ONE, OTHER = Path("seed-0"), Path("seed-1")


def line(step: int, value: float) -> dict[str, Any]:
    return {"step": step, "split": "valid", "accuracy": value, "loss": 9.0}


class Asked:
    """A watch of two runs, and what it has asked."""

    def __init__(self, end: int = 99) -> None:
        self.told: list[tuple[int, float]] = []
        self._end = end
        self.watch = Watch("valid", "accuracy", self._asked, runs=2)

    def _asked(self, step: int, value: float) -> bool:
        self.told.append((step, value))
        return step >= self._end

    def hear(self, run: Path, *lines: tuple[int, float]) -> None:
        for step, value in lines:
            self.watch.line(run, line(step, value))


def test_a_step_is_asked_once_all_have_come_to_it() -> None:
    asked = Asked()
    asked.watch.begun(ONE, [])
    asked.watch.begun(OTHER, [])
    asked.hear(ONE, (10, 0.5))
    assert asked.told == []
    asked.watch.line(OTHER, {"step": 10, "split": "train", "accuracy": 0.1})
    assert asked.told == []
    asked.hear(OTHER, (10, 0.75))
    assert asked.told == [(10, 0.625)]


def test_of_one_that_stops_early_the_last_value_counts() -> None:
    asked = Asked()
    asked.watch.begun(ONE, [])
    asked.watch.begun(OTHER, [])
    asked.hear(ONE, (10, 0.5))
    asked.hear(OTHER, (10, 0.75), (20, 1.0), (30, 0.0))
    assert asked.told == [(10, 0.625), (20, 0.75)]  # whether all have come to 30 is not known


def test_one_after_the_other_goes_by_the_first_until_a_later_one_goes_further() -> None:
    asked = Asked()
    asked.watch.begun(ONE, [])
    asked.hear(ONE, (10, 0.5), (20, 0.5))
    asked.watch.finished(ONE)
    asked.watch.begun(OTHER, [])
    asked.hear(OTHER, (10, 0.0), (20, 0.0), (30, 1.0))
    assert asked.told == [(10, 0.5), (20, 0.5), (30, 0.75)]


def test_what_was_before_an_interruption_is_asked_when_all_have_begun() -> None:
    asked = Asked(end=20)
    asked.watch.begun(ONE, [line(10, 0.5), line(20, 0.5)])
    asked.watch.begun(OTHER, [line(10, 1.0)])
    assert asked.told == []
    with pytest.raises(Pruned):
        asked.hear(OTHER, (20, 0.0))
    assert asked.told == [(10, 0.75), (20, 0.25)]
