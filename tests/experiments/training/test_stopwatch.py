"""Seconds by phase."""

from __future__ import annotations

import pytest

from experiments.training import stopwatch
from experiments.training.stopwatch import Stopwatch


def test_phases_add_up_also_where_one_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter((0.0, 2.0, 10.0, 13.0))
    monkeypatch.setattr(stopwatch.time, "perf_counter", lambda: next(times))
    watch = Stopwatch({"save": 1.0})
    with watch("train"):
        pass
    with pytest.raises(OSError), watch("train"):
        raise OSError
    watch.add({"save": 0.5})
    assert watch.seconds == {"save": 1.5, "train": 5.0}
